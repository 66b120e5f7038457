// @ts-check
// A cut of the visitor's length among the events of twelve seconds: what a reader that resumes gets of
// it, and what one that does not.

import { field, setText } from '../paint.js';
import { text } from '../texts.js';

/** As drawn in Learn.cshtml: two events a second, the cut begins before the ninth. */
const FIRST = 8;
const SECOND = 25;
const RATE = 2;

export class Healing {
  /** @type {HTMLElement} */ #panel;
  /** @type {HTMLInputElement} */ #cut;

  /** @param {HTMLElement} panel */
  constructor(panel) {
    this.#panel = panel;
    this.#cut = /** @type {HTMLInputElement} */ (panel.querySelector('input'));
    this.#cut.addEventListener('input', () => this.#draw());
    this.#draw();
  }

  #draw() {
    const seconds = this.#cut.valueAsNumber;
    const events = seconds * RATE;
    for (const row of this.#panel.querySelectorAll('svg')) {
      row.querySelector('.strip-cut')?.setAttribute('width', String(seconds * SECOND));
      row.querySelectorAll('circle').forEach((event, n) => {
        event.dataset.state = n >= FIRST && n < FIRST + events ? row.dataset.row : 'live';
      });
    }

    const said = text('heals.seconds', seconds);
    this.#cut.setAttribute('aria-valuetext', said);
    setText(field(this.#panel, 'cut'), said);
    setText(this.#panel.querySelector('[data-result=replayed]'), text('heals.replayed', events));
    setText(this.#panel.querySelector('[data-result=lost]'), text('heals.lost', events));
  }
}
