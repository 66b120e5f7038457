// @ts-check
// A lane as a person sees it: its strip, its delays, its figures.

import { field, setText } from '../paint.js';
import { drawHistogram } from './histogram-picture.js';
import { figuresOf } from './results.js';
import { textsOf } from './rows.js';
import { drawStrip } from './strip.js';
import { COLUMNS } from './timeline.js';

export class LaneView {
  #element;
  #name;
  #strip;
  #histogram;

  /**
   * @param {HTMLElement} element
   * @param {import('./lane.js').LaneName} name
   */
  constructor(element, name) {
    this.#element = element;
    this.#name = name;
    this.#strip = /** @type {HTMLCanvasElement} */ (field(element, 'strip'));
    this.#histogram = /** @type {HTMLCanvasElement} */ (field(element, 'histogram'));
  }

  /** How the lane is called on this page. */
  get title() {
    return field(this.#element, 'name').textContent ?? '';
  }

  /** @param {import('./run.js').Run | null} run */
  draw(run) {
    const lane = run?.lanes[this.#name];
    drawStrip(this.#strip, lane?.timeline ?? null, run?.columns ?? COLUMNS, run?.cuts ?? [], run?.shownUntil ?? 0);
    drawHistogram(this.#histogram, lane?.tally.delays ?? null);
  }

  /** @param {import('./run.js').Run} run */
  write(run) {
    const figures = figuresOf(run, this.#name);
    for (const [name, value] of Object.entries(textsOf(figures))) {
      setText(this.#element.querySelector(`[data-field="${name}"]`), value);
    }

    this.#element.toggleAttribute('data-lost', figures.lost > 0);
    this.#element.toggleAttribute('data-twice', figures.twice > 0);
  }
}
