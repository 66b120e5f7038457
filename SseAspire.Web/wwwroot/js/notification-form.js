// @ts-check
// The form that tells everybody something: sent without leaving the page, errors beside their fields.

import { showErrors } from './form-errors.js';
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

    showErrors(this.#form, errors);
    const fields = Object.keys(errors).length > 0;
    this.#outcome.dataset.kind = ok ? 'done' : 'refused';
    this.#outcome.textContent = fields ? '' : said;
    if (ok) {
      text.value = '';
      text.focus();
    }
  }
}
