// @ts-check
// A lane over Server-Sent Events. EventSource heals itself, with the id of the last event and the wait that the
// hub asks for.

import { BackOff } from '../back-off.js';

export class SseLane {
  /** @type {EventSource | undefined} */ #source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #backOff = new BackOff(1_000, 10_000);
  #reading;
  #cursor;
  #feed;

  /**
   * @param {import('./lane.js').Reading} reading
   * @param {import('./lane.js').Feed} feed
   */
  constructor(reading, feed) {
    this.#reading = reading;
    this.#cursor = reading.cursor;
    this.#feed = feed;
    this.#open();
  }

  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#feed.answered();
  }

  #open() {
    const { hub, topic, meter } = this.#reading;
    // The envelope, so that an event tells as much as over the others.
    const query = new URLSearchParams({ topic, meter, lastEventId: this.#cursor, envelope: 'true' });
    const source = new EventSource(`${hub}/events?${query}`);
    this.#source = source;
    source.onopen = () => {
      this.#backOff.reset();
      this.#feed.asked();
      this.#feed.ready();
    };
    source.onmessage = ({ data, lastEventId }) => {
      this.#cursor = lastEventId;
      this.#feed.event(JSON.parse(data).data);
    };
    source.onerror = () => {
      this.#feed.answered();
      if (source.readyState === EventSource.CLOSED) {
        // It has given up, as it does on any status but 200.
        this.#timer = setTimeout(() => this.#open(), this.#backOff.next());
      }
    };
  }
}
