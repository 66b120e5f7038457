// @ts-check
// What each reader asked for when it came back, and the first that it was given.

import { field, painter, setText } from '../paint.js';
import { text } from '../texts.js';

export class ReturnPanel {
  /** @type {HTMLElement} */ #log;
  /** @type {{life: import('./life.js').Life, reader: {request: string[]}}} */ #lane;
  /** @type {() => void} */ #paint = painter(() => this.#draw());

  /**
   * @param {HTMLElement} panel
   * @param {{life: import('./life.js').Life, reader: {request: string[]}}} lane
   */
  constructor(panel, lane) {
    this.#log = field(panel, 'log');
    this.#lane = lane;
    lane.life.onChange(this.#paint);
  }

  #draw() {
    const { life, reader } = this.#lane;
    const { absence } = life;
    if (!absence || absence.to === null) {
      return;
    }

    const rest = absence.replayed - absence.frames.length;
    setText(this.#log, [
      ...reader.request, '',
      ...absence.frames,
      ...(rest > 0 ? [text('return.more', rest)] : []),
    ].join('\n'));
  }
}
