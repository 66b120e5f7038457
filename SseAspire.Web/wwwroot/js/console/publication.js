// @ts-check
// The form of a publication: sent without leaving the page, errors beside their fields.

import { showErrors } from '../form-errors.js';
import { field, setText } from '../paint.js';
import { post } from '../post.js';
import { text } from '../texts.js';

/** As on the server: longer ones are not put into addresses, which have an end. */
const MAX_ADDRESS = 2_000;

const PREFIX = 'publish.';

export class PublicationForm {
  /** @type {HTMLFormElement} */ form;
  /** @type {HTMLElement} */ #outcome;
  #touched = [...new URLSearchParams(location.search).keys()].some((name) => name.startsWith(PREFIX));

  /**
   * @param {HTMLFormElement} form
   * @param {HTMLElement} outcome
   */
  constructor(form, outcome) {
    this.form = form;
    this.#outcome = outcome;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    form.addEventListener('input', () => {
      this.#touched = true;
      this.#lookAtData();
    });
    this.#lookAtData();
  }

  /** The fields of an address that opens the same form; null where they are as the page gives them, or too long. @returns {[string, string][] | null} */
  address() {
    /** @type {[string, string][]} */
    const fields = [];
    for (const name of ['topic', 'type', 'id', 'retry', 'data']) {
      const value = this.#value(name);
      fields.push(...(name === 'topic' ? value.split('\n') : [value])
        .filter((one) => one !== '')
        .map((one) => /** @type {[string, string]} */ ([PREFIX + name, one])));
    }

    const length = fields.reduce((sum, [, value]) => sum + value.length, 0);
    return this.#touched && length <= MAX_ADDRESS ? fields : null;
  }

  async #send() {
    const button = this.form.querySelector('button');
    if (!button || button.hasAttribute('aria-disabled')) {
      return; // Switched off, or sending already.
    }

    button.setAttribute('aria-disabled', 'true');
    const { ok, text: said, errors } = await post(this.form);
    button.removeAttribute('aria-disabled');

    showErrors(this.form, errors);
    const shown = Object.keys(errors).some((name) => this.form.elements.namedItem(name));
    this.#outcome.dataset.kind = ok ? 'done' : 'refused';
    setText(this.#outcome, shown ? '' : said);
  }

  #lookAtData() {
    const data = this.#value('data').trim();
    let note = 'data.text';
    if (/^[{[]/.test(data)) {
      try {
        JSON.parse(data);
        note = 'data.json';
      } catch {
        note = 'data.broken';
      }
    }

    setText(field(this.form, 'data-note'), text(note));
  }

  /** @param {string} name */
  #value(name) {
    return /** @type {HTMLInputElement} */ (this.form.elements.namedItem(PREFIX + name)).value;
  }
}
