// @ts-check
// The reader that most pages have: a WebSocket that reconnects after a fixed wait and takes what comes then. It
// could resume (`after=`), if somebody had written that; the browser does not do it by itself.

import { BackOff } from '../back-off.js';
import { Watchdog } from './watchdog.js';

/** What the hub asks EventSource to wait, on average. */
const WAIT = 2_000;

/** After so many failures in a row the waits grow: a hub that is away is not to be hammered for the show. */
const FIXED_FAILURES = 4;

export class WebSocketReader {
  /** What the browser asks for. @type {string[]} */ request = [];

  /** @type {string} */ #hub;
  /** @type {import('./life.js').Life} */ #life;
  /** @type {string} */ #query = '';
  /** @type {WebSocket | null} */ #socket = null;
  #failures = 0;
  #waits = new BackOff(2_000);
  #watchdog = new Watchdog(() => {
    this.#life.cut();
    this.#open();
  });
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /**
   * @param {string} hub
   * @param {import('./life.js').Life} life
   */
  constructor(hub, life) {
    this.#hub = hub.replace(/^http/, 'ws');
    this.#life = life;
  }

  /**
   * @param {string} topic
   * @param {string} meter the name by which the hub can cut it
   */
  start(topic, meter) {
    this.#query = new URLSearchParams({ topic, meter }).toString();
    this.request = [`GET /events/websocket?${decodeURIComponent(this.#query)}`, 'Upgrade: websocket'];
    this.#failures = 0;
    this.#waits.reset();
    this.#life.begin();
    this.#open();
  }

  stop() {
    this.#close();
    this.#life.enter('idle');
  }

  /**
   * Closes the connection and comes back later.
   * @param {number} milliseconds
   */
  leave(milliseconds) {
    this.#close();
    this.#life.expect('leave');
    this.#life.cut();
    this.#life.enter('left');
    this.#timer = setTimeout(() => this.#open(), milliseconds);
  }

  /** Ends a long wait. */
  tryNow() {
    if (this.#life.phase === 'away') {
      this.#open();
    }
  }

  #open() {
    this.#close();
    if (this.#life.phase !== 'opening') {
      this.#life.enter('trying');
    }

    const socket = new WebSocket(`${this.#hub}/events/websocket?${this.#query}`);
    this.#socket = socket;
    socket.onopen = () => this.#life.opened();
    socket.onmessage = ({ data }) => {
      this.#failures = 0;
      this.#waits.reset();
      this.#watchdog.feed();
      const event = JSON.parse(data);
      if (typeof event.data === 'string') {
        this.#life.take(event.id, event.data, `${data}\n`);
      } else {
        this.#life.alive(event.next ?? event.id);
      }
    };
    socket.onclose = () => {
      if (socket === this.#socket) {
        this.#onClose();
      }
    };
    this.#watchdog.feed();
  }

  #onClose() {
    this.#close();
    this.#life.cut();
    this.#failures++;
    const patient = this.#failures > FIXED_FAILURES;
    this.#life.enter(patient ? 'away' : this.#life.absence ? 'waiting' : 'opening');
    this.#timer = setTimeout(() => this.#open(), patient ? this.#waits.next() : WAIT);
  }

  #close() {
    clearTimeout(this.#timer);
    this.#watchdog.stop();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }
}
