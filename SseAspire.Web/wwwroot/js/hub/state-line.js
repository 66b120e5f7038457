// @ts-check
// Whether figures come: in a word at the top of the page, in a sentence above them. Said aloud when it changes.

import { field, painter, setText } from '../paint.js';
import { LANGUAGE, text } from '../texts.js';

/** @type {Record<import('./stats-stream.js').StatsStream['state'], string>} */
const NAMES = {
  connecting: text('state.connecting'),
  live: text('state.live'),
  healing: text('state.healing'),
  away: text('state.away'),
};

export class StateLine {
  #sentence;
  #pill;
  #stream;
  #announcer;
  /** @type {string | null} */ #said = null;

  /**
   * @param {HTMLElement} sentence
   * @param {HTMLElement} pill
   * @param {import('./stats-stream.js').StatsStream} stream
   * @param {import('../announcer.js').Announcer} announcer
   */
  constructor(sentence, pill, stream, announcer) {
    this.#sentence = sentence;
    this.#pill = pill;
    this.#stream = stream;
    this.#announcer = announcer;
    const paint = painter(() => this.#draw());
    stream.onState(paint);
    stream.onFigures(paint);
    setInterval(paint, 500);
  }

  #draw() {
    const { state } = this.#stream;
    this.#pill.dataset.state = this.#sentence.dataset.state = state;
    setText(field(this.#pill, 'state'), NAMES[state]);
    setText(this.#sentence, this.#write());
    if (this.#said !== state) {
      if (this.#said !== null) {
        this.#announcer.say(`${NAMES[state]}.`);
      }

      this.#said = state;
    }
  }

  #write() {
    const { state, nextTryAt, figures, figuresAt } = this.#stream;
    const seconds = nextTryAt === null ? 0 : Math.max(0, Math.ceil((nextTryAt - Date.now()) / 1000));
    const then = figuresAt === null ? '' : new Date(figuresAt).toLocaleTimeString(LANGUAGE, { hourCycle: 'h23' });
    switch (state) {
      case 'connecting': return text('sentence.connecting');
      case 'live': return text(figures?.complete ? 'sentence.live' : 'sentence.partial');
      case 'healing': return text('sentence.healing', then);
      case 'away': return figuresAt === null ? text('sentence.never', seconds) : text('sentence.away', seconds, then);
    }
  }
}
