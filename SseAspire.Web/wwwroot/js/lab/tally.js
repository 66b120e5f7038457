// @ts-check
// What one lane has received, by the numbers of the events: which are missing, which came twice, how long each
// took, and how the lane came through cuts of the network.

import { Histogram } from './histogram.js';

/**
 * A time, by the conductor's clock, for which the network is cut.
 * @typedef {{from: number, until: number}} Cut
 */

export class Tally {
  /** Different events. */ received = 0;
  twice = 0;
  /** Events that a cut held up. */ caughtUp = 0;
  /** @type {number | null} milliseconds, the longest of all cuts */ recovery = null;
  delays = new Histogram();
  #highest = 0;
  #seen = new Set();
  /** @type {Cut | null} the latest */ #cut = null;
  /** When the first event came after it. */ #recoveredAt = Infinity;

  /** Nothing has come since the last cut. */
  get healing() {
    return this.#cut !== null && this.#recoveredAt === Infinity;
  }

  /**
   * @param {number} number of the event, from 1 on
   * @param {number} made when, by the conductor's clock
   * @param {number} now by the same
   * @returns {'live' | 'late' | 'twice'} late is what a cut held up
   */
  receive(number, made, now) {
    if (this.#seen.has(number)) {
      this.twice++;
      return 'twice';
    }

    this.#seen.add(number);
    this.received++;
    this.#highest = Math.max(this.#highest, number);
    if (this.#cut && this.#recoveredAt === Infinity && now >= this.#cut.until) {
      this.#recoveredAt = now;
      this.recovery = Math.max(this.recovery ?? 0, now - this.#cut.until);
    }

    if (this.#cut && now >= this.#cut.from && made < this.#recoveredAt) {
      this.caughtUp++;
      return 'late';
    }

    this.delays.record(now - made);
    return 'live';
  }

  /** @param {Cut} cut that has begun */
  begin(cut) {
    this.#cut = cut;
    this.#recoveredAt = Infinity;
  }

  /**
   * @param {number} [published] the number of the last event, where that is known
   * @returns {number} events that are missing; before the end those that later ones have overtaken
   */
  lost(published = this.#highest) {
    return published - this.received;
  }
}
