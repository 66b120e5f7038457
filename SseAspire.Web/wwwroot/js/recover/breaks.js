// @ts-check
// The buttons that break the two readers: by the hub where it lets visitors, and by the page itself everywhere.

import { post } from '../post.js';
import { setText } from '../paint.js';

/** As long as the network is off. */
const LEAVE = 5_000;

export class Breaks {
  /** @type {HTMLFormElement} */ #form;
  /** @type {HTMLElement} */ #note;
  /** @type {import('./life.js').Life[]} */ #lives;

  /**
   * @param {HTMLFormElement} form with a submit button for each break that the hub does, `data-cause` says which
   * @param {HTMLElement} note what came of it
   * @param {HTMLElement} leave the button for the break that needs no hub
   * @param {{life: import('./life.js').Life, reader: {leave(milliseconds: number): void}}[]} lanes
   */
  constructor(form, note, leave, lanes) {
    this.#form = form;
    this.#note = note;
    this.#lives = lanes.map(({ life }) => life);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#break(/** @type {HTMLButtonElement} */ (event.submitter));
    });
    leave.addEventListener('click', () => lanes.forEach(({ reader }) => reader.leave(LEAVE)));
  }

  /** @param {HTMLButtonElement} button */
  async #break(button) {
    if (button.getAttribute('aria-disabled')) {
      return;
    }

    // Before the request: the cut may be here before the answer.
    const cause = /** @type {import('./life.js').Cause} */ (button.dataset.cause);
    this.#lives.forEach((life) => life.expect(cause));
    const { ok, status, text } = await post(this.#form, button.formAction);
    setText(this.#note, text);
    if (!ok) {
      this.#lives.forEach((life) => life.expect('unknown'));
    }

    if (status === 403) {
      // aria-disabled and not disabled: the focus is on one, and the note says why.
      this.#form.querySelectorAll('[data-cause]').forEach((each) => each.setAttribute('aria-disabled', 'true'));
    }
  }
}
