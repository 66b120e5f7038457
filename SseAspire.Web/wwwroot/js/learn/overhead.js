// @ts-check
// The size of one event on the wire, as bars: its payload, and what each transport puts around it.

import { bytes } from '../format.js';
import { field, setText } from '../paint.js';

export class OverheadBars {
  /** @type {HTMLElement} */ #panel;
  /** @type {HTMLInputElement} */ #payload;

  /** @param {HTMLElement} panel */
  constructor(panel) {
    this.#panel = panel;
    this.#payload = /** @type {HTMLInputElement} */ (panel.querySelector('input'));
    this.#payload.addEventListener('input', () => this.#draw());
    this.#draw();
  }

  #draw() {
    const payload = this.#payload.valueAsNumber;
    const bars = [...this.#panel.querySelectorAll('svg')];
    const extras = bars.map(({ dataset }) => Number(dataset.extra));
    const full = payload + Math.max(...extras);
    const share = (/** @type {number} */ part) => `${(100 * part) / full}%`;
    bars.forEach((bar, n) => {
      const [inner, outer] = bar.querySelectorAll('rect');
      inner.setAttribute('width', share(payload));
      outer.setAttribute('x', share(payload));
      outer.setAttribute('width', share(extras[n]));
      setText(this.#panel.querySelectorAll('[data-field=total]')[n], bytes(payload + extras[n]));
    });
    this.#payload.setAttribute('aria-valuetext', bytes(payload));
    setText(field(this.#panel, 'payload'), bytes(payload));
  }
}
