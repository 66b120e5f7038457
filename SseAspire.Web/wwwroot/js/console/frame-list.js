// @ts-check
// A list of the newest that came, the newest at its end, of a bounded length whatever comes. It can be held still to
// be read.

import { count } from '../format.js';
import { field, painter, setText } from '../paint.js';
import { text } from '../texts.js';

const KEPT = 200;

/** @template T */
export class FrameList {
  /** @type {HTMLElement} */ #scroll;
  /** @type {HTMLElement} */ #list;
  /** @type {HTMLElement} */ #empty;
  /** @type {HTMLElement} */ #note;
  /** @type {(item: T) => HTMLElement} */ #render;
  /** @type {T[]} not on the page yet */ #waiting = [];
  #dropped = 0;
  #paused = false;
  #since = 0;
  /** @type {() => void} */ #paint = painter(() => this.#draw());

  /**
   * @param {HTMLElement} part with the list, what stands in its place while it is empty, and a note about it
   * @param {(item: T) => HTMLElement} render
   */
  constructor(part, render) {
    this.#scroll = /** @type {HTMLElement} */ (part.querySelector('.frames-scroll'));
    this.#list = /** @type {HTMLElement} */ (part.querySelector('[data-list]'));
    this.#empty = /** @type {HTMLElement} */ (part.querySelector('.empty'));
    this.#note = field(part, 'kept');
    this.#render = render;
  }

  /** @param {T} item */
  add(item) {
    this.#waiting.push(item);
    this.#since++;
    if (this.#waiting.length > KEPT) {
      this.#waiting.shift();
      this.#dropped++;
    }

    this.#paint();
  }

  /** @param {boolean} paused */
  pause(paused) {
    this.#paused = paused;
    this.#since = 0;
    this.#paint();
  }

  clear() {
    this.#waiting = [];
    this.#dropped = 0;
    this.#since = 0;
    this.#list.replaceChildren();
    this.#paint();
  }

  #draw() {
    if (!this.#paused) {
      this.#append();
    }

    this.#empty.hidden = this.#list.childElementCount > 0;
    setText(this.#note, this.#paused
      ? text('kept.paused', count(this.#since))
      : this.#dropped > 0 ? text('kept', count(KEPT), count(this.#dropped)) : '');
  }

  #append() {
    // Whoever has scrolled up is reading; only a reader at the end is taken along.
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    const atEnd = scrollHeight - scrollTop - clientHeight < 40;
    this.#list.append(...this.#waiting.map((item) => this.#render(item)));
    this.#waiting = [];
    while (this.#list.childElementCount > KEPT) {
      this.#list.firstElementChild?.remove();
      this.#dropped++;
    }

    if (atEnd) {
      this.#scroll.scrollTop = this.#scroll.scrollHeight;
    }
  }
}
