// @ts-check
// Moves the sequence drawings through time. The server has drawn all of it (_Conversation.cshtml); here
// what lies after the moment is hidden, and what is on its way at that moment is cut short.

import { count, decimal } from '../format.js';
import { field, setText } from '../paint.js';
import { text } from '../texts.js';

/**
 * A line or an area of a drawing, and when it grows, in seconds.
 * @typedef {object} Part
 * @property {Element} element
 * @property {number} from
 * @property {number} to
 * @property {number} x1 in percent
 * @property {number} x2
 * @property {number} y1
 * @property {number} y2
 */

/** @typedef {{lane: HTMLElement, parts: Part[], playhead: Element, top: number, second: number}} Drawing */

export class Timelines {
  /** @type {HTMLElement} */ #panel;
  /** @type {HTMLInputElement} */ #scrubber;
  /** @type {HTMLButtonElement} */ #play;
  /** @type {Drawing[]} */ #drawings;
  /** @type {number[]} when anything leaves or arrives, in order */ #moments;
  /** @type {number} */ #span;
  /** @type {number} */ #now;
  /** @type {number | null} the frame before, while it plays */ #last = null;

  /** @param {HTMLElement} panel */
  constructor(panel) {
    this.#panel = panel;
    this.#span = Number(panel.dataset.span);
    this.#now = this.#span;
    this.#scrubber = /** @type {HTMLInputElement} */ (panel.querySelector('input'));
    this.#scrubber.value = String(this.#now); // A browser may have kept another.
    this.#play = /** @type {HTMLButtonElement} */ (panel.querySelector('[data-play]'));
    this.#drawings = [...panel.querySelectorAll('[data-lane]')].map((lane) => read(/** @type {HTMLElement} */ (lane)));
    this.#moments = [0, ...new Set(this.#drawings.flatMap(({ parts }) => parts.flatMap(({ from, to }) => [from, to])))]
      .filter((moment) => moment <= this.#span)
      .sort((one, other) => one - other);

    this.#scrubber.addEventListener('input', () => this.#stand(this.#scrubber.valueAsNumber));
    this.#play.addEventListener('click', () => (this.#last === null ? this.#start() : this.#stop()));
    panel.querySelector('[data-back]')?.addEventListener('click', () => this.#stand(this.#moments.findLast((moment) => moment < this.#now - 0.001) ?? 0));
    panel.querySelector('[data-forward]')?.addEventListener('click', () => this.#stand(this.#moments.find((moment) => moment > this.#now + 0.001) ?? this.#span));
  }

  #start() {
    if (this.#now >= this.#span) {
      this.#now = 0;
    }

    this.#last = performance.now();
    setText(this.#play, text('timelines.pause'));
    requestAnimationFrame((time) => this.#step(time));
  }

  #stop() {
    this.#last = null;
    setText(this.#play, text('timelines.play'));
  }

  /** @param {number} time */
  #step(time) {
    if (this.#last === null) {
      return;
    }

    this.#draw(Math.min(this.#span, this.#now + Math.max(0, time - this.#last) / 1000));
    this.#last = time;
    if (this.#now >= this.#span) {
      this.#stop();
    } else {
      requestAnimationFrame((next) => this.#step(next));
    }
  }

  /** @param {number} now by the visitor's hand, which stops what plays */
  #stand(now) {
    this.#stop();
    this.#draw(now);
  }

  /** @param {number} now */
  #draw(now) {
    this.#now = now;
    const said = text('timelines.seconds', decimal(now, 1));
    this.#scrubber.value = String(now);
    this.#scrubber.setAttribute('aria-valuetext', said);
    setText(field(this.#panel, 'now'), said);
    for (const { lane, parts, playhead, top, second } of this.#drawings) {
      for (const part of parts) {
        place(part, now, second);
      }

      playhead.setAttribute('visibility', now < this.#span ? 'visible' : 'hidden');
      playhead.setAttribute('y1', String(top + now * second));
      playhead.setAttribute('y2', String(top + now * second));
      this.#count(lane, parts, now);
    }
  }

  /**
   * @param {HTMLElement} lane
   * @param {Part[]} parts
   * @param {number} now
   */
  #count(lane, parts, now) {
    /** @param {string} selector */
    const matching = (selector) => parts.filter(({ element }) => element.matches(selector));
    const over = matching('[data-wait]').filter(({ to }) => to <= now);
    const waited = over.reduce((sum, { from, to }) => sum + to - from, 0);
    const requests = matching('[data-kind=request], [data-kind=vain]').filter(({ from }) => from <= now);
    setText(field(lane, 'requests'), count(requests.length));
    setText(field(lane, 'inVain'), count(matching('[data-kind=empty]').filter(({ to }) => to <= now).length));
    setText(field(lane, 'delay'), over.length > 0 ? text('timelines.seconds', decimal(waited / over.length, 1)) : '–');
  }
}

/**
 * @param {HTMLElement} lane
 * @returns {Drawing}
 */
function read(lane) {
  const drawing = /** @type {SVGElement} */ (lane.querySelector('svg'));
  return {
    lane,
    top: Number(drawing.dataset.top),
    second: Number(drawing.dataset.second),
    playhead: /** @type {Element} */ (lane.querySelector('.playhead')),
    parts: [...drawing.querySelectorAll('[data-from]')].map((element) => {
      const { from, to } = /** @type {SVGElement} */ (element).dataset;
      /** @param {string} name */
      const number = (name) => parseFloat(element.getAttribute(name) ?? '0');
      return { element, from: Number(from), to: Number(to ?? from), x1: number('x1'), x2: number('x2'), y1: number('y1'), y2: number('y2') };
    }),
  };
}

/**
 * @param {Part} part
 * @param {number} now
 * @param {number} second its height in pixels
 */
function place({ element, from, to, x1, x2, y1, y2 }, now, second) {
  element.setAttribute('visibility', now < from ? 'hidden' : 'visible');
  const done = to > from ? Math.min(1, Math.max(0, (now - from) / (to - from))) : 1;
  if (element.tagName === 'rect') {
    element.setAttribute('height', String((to - from) * second * done));
  } else if (to > from) {
    element.setAttribute('x2', `${x1 + (x2 - x1) * done}%`);
    element.setAttribute('y2', String(y1 + (y2 - y1) * done));
  }
}
