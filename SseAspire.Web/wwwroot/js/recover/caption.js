// @ts-check
// One sentence that says what happens right now. It stands long enough to be read.

import { count, decimal } from '../format.js';
import { setText } from '../paint.js';
import { text } from '../texts.js';

/** The shortest time that a sentence stands. */
const STANDS = 1_200;

/** How long after a break its outcome is what matters. */
const OUTCOME = 8_000;

export class Caption {
  /** @type {HTMLElement} */ #element;
  /** @type {import('./clock.js').Clock} */ #clock;
  /** @type {import('./life.js').Life} */ #sse;
  /** @type {import('./life.js').Life} */ #socket;
  #since = -Infinity;

  /**
   * @param {HTMLElement} element a polite live region
   * @param {import('./clock.js').Clock} clock
   * @param {import('./life.js').Life} sse
   * @param {import('./life.js').Life} socket
   */
  constructor(element, clock, sse, socket) {
    this.#element = element;
    this.#clock = clock;
    this.#sse = sse;
    this.#socket = socket;
    setInterval(() => this.#say(), 200);
  }

  #say() {
    const now = this.#clock.now();
    const sentence = this.#sentence(now);
    if (sentence !== this.#element.textContent && now - this.#since >= STANDS) {
      this.#since = now;
      setText(this.#element, sentence);
    }
  }

  /** @param {number} now */
  #sentence(now) {
    const { phase, absence } = this.#sse;
    switch (phase) {
      case 'opening': return text('caption.opening');
      case 'waiting': return this.#waiting();
      case 'trying': return text('caption.trying');
      case 'replaying': return text('caption.replaying');
      case 'away': return text('caption.away');
      case 'left': return text('caption.left');
      case 'idle': return text('caption.idle');
      case 'live': break;
    }

    if (absence?.settled && absence.to !== null && (now - absence.to < OUTCOME || this.#socket.phase !== 'live')) {
      return this.#outcome(absence);
    }

    return text(this.#socket.phase === 'live' ? 'caption.live' : 'caption.alone');
  }

  #waiting() {
    const { absence } = this.#sse;
    if (absence && absence.failed.length > 0) {
      return text('caption.failed', count(absence.failed.length));
    }

    switch (absence?.cause) {
      case 'unplug': return text('caption.unplug');
      case 'restart': return text('caption.restart');
      default: return text('caption.drop');
    }
  }

  /** @param {import('./life.js').Absence} absence */
  #outcome({ from, to, replayed, lost }) {
    const seconds = decimal((Number(to) - from) / 1000, 1);
    if (lost > 0) {
      return text('caption.gap', seconds, count(replayed), count(lost));
    }

    const other = this.#socket.absence;
    return this.#socket.phase === 'live' && other?.settled
      ? text('caption.healed', seconds, count(replayed), count(other.lost))
      : text('caption.first', seconds, count(replayed));
  }
}
