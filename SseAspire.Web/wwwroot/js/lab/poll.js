// @ts-check
// A lane by polling: a request at a fixed interval, whatever became of the one before.

import { readPage } from './event-page.js';

export class PollLane {
  #closing = new AbortController();
  #timer;
  #asking = false;
  #cursor;
  #reading;
  #feed;

  /**
   * @param {import('./lane.js').Reading} reading
   * @param {import('./lane.js').Feed} feed
   */
  constructor(reading, feed) {
    this.#reading = reading;
    this.#cursor = reading.cursor;
    this.#feed = feed;
    this.#timer = setInterval(() => this.#ask(), reading.interval);
    this.#ask();
  }

  close() {
    clearInterval(this.#timer);
    this.#closing.abort();
  }

  async #ask() {
    if (this.#asking) {
      return; // The answer to the one before takes longer than the interval.
    }

    this.#asking = true;
    try {
      this.#cursor = await readPage(this.#reading, this.#feed, '/events/poll', this.#cursor, this.#closing.signal);
    } catch {
      // The next one asks for the same.
    }

    this.#asking = false;
  }
}
