// @ts-check
// How long to wait before the next try: longer after each failure, up to a limit.

export class BackOff {
  failures = 0;
  #first;
  #longest;

  /**
   * @param {number} first milliseconds
   * @param {number} longest milliseconds
   */
  constructor(first = 1_000, longest = 30_000) {
    this.#first = first;
    this.#longest = longest;
  }

  /** @returns {number} milliseconds, for one more failure */
  next() {
    this.failures++;
    const wait = Math.min(this.#longest, this.#first * 2 ** Math.min(this.failures - 1, 10));
    // Jitter, so that the readers of a hub that comes back do not all come at once.
    return wait * (0.75 + Math.random() / 2);
  }

  reset() {
    this.failures = 0;
  }
}
