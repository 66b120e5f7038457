// @ts-check
// The settings of a run: in the form, and in the address, so that a run can be shared.

export class SettingsForm {
  #form;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.#form = form;
    form.addEventListener('input', () => this.#share());
  }

  /** Writes the settings into the address, beside what else it says. */
  #share() {
    const address = new URL(location.href);
    for (const input of this.#form.querySelectorAll('input[type=number]')) {
      const { name, value } = /** @type {HTMLInputElement} */ (input);
      address.searchParams.set(name, value);
    }

    history.replaceState(null, '', address);
  }
}
