// @ts-check
// A lane by long polling: a request waits for an event, its answer is followed by the next request.

import { BackOff } from '../back-off.js';
import { pause } from '../pause.js';
import { readPage } from './event-page.js';

/** How long the hub holds a request, in seconds. */
const WAIT = 25;

export class LongPollLane {
  #closing = new AbortController();

  /**
   * @param {import('./lane.js').Reading} reading
   * @param {import('./lane.js').Feed} feed
   */
  constructor(reading, feed) {
    // The first answer may take long; that it is asked for is all that can be known.
    feed.ready();
    this.#read(reading, feed);
  }

  close() {
    this.#closing.abort();
  }

  /**
   * @param {import('./lane.js').Reading} reading
   * @param {import('./lane.js').Feed} feed
   */
  async #read(reading, feed) {
    const { signal } = this.#closing;
    const backOff = new BackOff(250, 5_000);
    let { cursor } = reading;
    while (!signal.aborted) {
      try {
        cursor = await readPage(reading, feed, `/events/long-poll?wait=${WAIT}`, cursor, signal);
        backOff.reset();
      } catch {
        if (!signal.aborted) {
          await pause(backOff.next(), signal);
        }
      }
    }
  }
}
