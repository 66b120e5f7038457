// @ts-check
// What each reader asked for when it came back, and the first that it was given.

import { field, painter } from '../paint.js';
import { text } from '../texts.js';

export class ReturnPanel {
  /** @type {HTMLElement} */ #log;
  /** @type {{life: import('./life.js').Life, reader: {request: string[]}, frame: (frame: {id: string, data: string}) => string}} */ #lane;
  /** @type {string} */ #shown = '';
  /** @type {() => void} */ #paint = painter(() => this.#draw());

  /**
   * @param {HTMLElement} panel
   * @param {{life: import('./life.js').Life, reader: {request: string[]}, frame: (frame: {id: string, data: string}) => string}} lane
   *   `frame` writes an event as this transport carries it
   */
  constructor(panel, lane) {
    this.#log = field(panel, 'log');
    this.#lane = lane;
    lane.life.onChange(this.#paint);
  }

  #draw() {
    const { life, reader, frame } = this.#lane;
    const { absence } = life;
    if (!absence || absence.to === null) {
      return;
    }

    const rest = absence.replayed - absence.frames.length;
    const said = [
      ...reader.request, '',
      ...absence.frames.map(frame),
      ...(rest > 0 ? [text('return.more', rest)] : []),
    ].join('\n');
    if (said !== this.#shown) {
      this.#shown = said;
      this.#log.textContent = said;
    }
  }
}
