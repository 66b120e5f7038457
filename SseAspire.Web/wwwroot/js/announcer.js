// @ts-check
// Tells a screen reader what changed: the latest only, and not more often than somebody can listen.

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

  /** @param {string} text */
  say(text) {
    if (this.#next !== null) {
      this.#next = text;
      this.#skipped++;
      return;
    }

    this.#next = text;
    setTimeout(() => this.#speak(), Math.max(0, this.#quietUntil - Date.now()));
  }

  #speak() {
    this.#region.textContent = this.#skipped ? `${this.#next} And ${this.#skipped} more.` : this.#next;
    this.#next = null;
    this.#skipped = 0;
    this.#quietUntil = Date.now() + APART;
  }
}
