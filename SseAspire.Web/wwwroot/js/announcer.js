// @ts-check
// Tells a screen reader what changed: the latest only, and not more often than somebody can listen.

import { text } from './texts.js';

const APART = 5_000;

export class Announcer {
  /** @type {HTMLElement} */ #region;
  /** @type {string | null} */ #next = null;
  #skipped = 0;
  #quietUntil = 0;

  /** @param {HTMLElement} region a polite live region */
  constructor(region) {
    this.#region = region;
  }

  /** @param {string} news */
  say(news) {
    if (this.#next !== null) {
      this.#next = news;
      this.#skipped++;
      return;
    }

    this.#next = news;
    setTimeout(() => this.#speak(), Math.max(0, this.#quietUntil - Date.now()));
  }

  #speak() {
    this.#region.textContent = this.#skipped ? `${this.#next} ${text('announcer.more', this.#skipped)}` : this.#next;
    this.#next = null;
    this.#skipped = 0;
    this.#quietUntil = Date.now() + APART;
  }
}
