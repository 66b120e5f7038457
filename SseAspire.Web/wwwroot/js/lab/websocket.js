// @ts-check
// A lane over a WebSocket. What EventSource does by itself has to be done here: remember the place, notice the
// end, wait, connect again after that place.

import { BackOff } from '../back-off.js';

export class WebSocketLane {
  /** @type {WebSocket | undefined} */ #socket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #backOff = new BackOff(250, 5_000);
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
    if (this.#socket) {
      this.#socket.onclose = null;
      this.#socket.close();
    }

    this.#feed.answered();
  }

  #open() {
    const { hub, topic, meter } = this.#reading;
    const query = new URLSearchParams({ topic, meter, after: this.#cursor });
    const socket = new WebSocket(`${hub.replace(/^http/, 'ws')}/events/websocket?${query}`);
    this.#socket = socket;
    this.#feed.asked();
    socket.onopen = () => {
      this.#backOff.reset();
      this.#feed.ready();
    };
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      this.#cursor = message.id ?? message.next;
      if (message.data !== undefined) {
        this.#feed.event(message.data);
      }
    };
    socket.onclose = () => {
      this.#feed.answered();
      this.#timer = setTimeout(() => this.#open(), this.#backOff.next());
    };
  }
}
