// @ts-check
// Tells the hub when this page received events, a few at a time: it closes their traces, and measures what
// readers get. What is not told is only not measured, so nothing here is tried again.

import { Clock, local } from './clock.js';

/** So often they are sent, in milliseconds. */
const INTERVAL = 5_000;

/** So many are told of in that time, whatever comes: the hub takes 16 KiB at once, and an id may have 256 bytes. */
const MOST = 50;

/** The clocks are compared so often at first: the shortest round trip counts. */
const COMPARISONS = 5;

export class Receipts {
  #url;
  #clock;
  /** @type {{id: string, at: number}[]} */ #waiting = [];

  /** @param {string} hub its address, without a slash at its end */
  constructor(hub) {
    this.#url = `${hub}/events/receipts`;
    this.#clock = new Clock(`${hub}/events/clock`);
    this.#compare();
    setInterval(() => this.#send(), INTERVAL);
    // The last chance: what is sent now outlives the page.
    addEventListener('pagehide', () => this.#send());
  }

  /** @param {import('./connection.js').HubEvent} event that has just come; one that was replayed says nothing of the way */
  add({ id, live }) {
    if (live && this.#waiting.length < MOST) {
      this.#waiting.push({ id, at: local() });
    }
  }

  async #compare() {
    for (let i = 0; i < COMPARISONS; i++) {
      await this.#clock.compare();
    }
  }

  #send() {
    if (this.#clock.uncertainty === Infinity) {
      // The hub was away when the clocks were to be compared.
      this.#waiting = [];
      this.#compare();
    } else if (this.#waiting.length > 0) {
      // As plain text, which needs no leave of the hub's before it is sent.
      navigator.sendBeacon(this.#url, JSON.stringify({ transport: 'sse', clock: this.#clock.offset, receipts: this.#waiting }));
      this.#waiting = [];
    }
  }
}
