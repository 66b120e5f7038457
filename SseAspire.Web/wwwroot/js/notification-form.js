// @ts-check
// The form that tells everybody something: sent without leaving the page, errors beside their fields.

import { post } from './post.js';

export class NotificationForm {
  /** @type {HTMLFormElement} */ #form;
  /** @type {HTMLElement} */ #outcome;

  /**
   * @param {HTMLFormElement} form
   * @param {HTMLElement} outcome
   */
  constructor(form, outcome) {
    this.#form = form;
    this.#outcome = outcome;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  async #send() {
    const button = /** @type {HTMLButtonElement} */ (this.#form.querySelector('button'));
    if (button.getAttribute('aria-disabled')) {
      return; // Sending already.
    }

    const text = /** @type {HTMLInputElement} */ (this.#form.elements.namedItem('Input.Text'));
    button.setAttribute('aria-disabled', 'true');
    const { ok, text: said, errors } = await post(this.#form);
    button.removeAttribute('aria-disabled');

    this.#showErrors(errors);
    const fields = Object.keys(errors).length > 0;
    this.#outcome.dataset.kind = ok ? 'done' : 'refused';
    this.#outcome.textContent = fields ? '' : said;
    if (ok) {
      text.value = '';
      text.focus();
    }
  }

  /** @param {Record<string, string[]>} errors by the field's name */
  #showErrors(errors) {
    let first = true;
    for (const place of this.#form.querySelectorAll('[data-error-for]')) {
      const name = /** @type {HTMLElement} */ (place).dataset.errorFor ?? '';
      const input = /** @type {HTMLInputElement} */ (this.#form.elements.namedItem(name));
      const wrong = errors[name];
      place.textContent = wrong?.join(' ') ?? '';
      if (!wrong) {
        input.removeAttribute('aria-invalid');
        continue;
      }

      input.setAttribute('aria-invalid', 'true');
      if (first) {
        input.focus();
        first = false;
      }
    }
  }
}
