// @ts-check
// Puts what happened on the server on this page's time axis. An event's delay is never negative, so the smallest
// difference seen is that of the clocks.

export class Clock {
  #difference = Infinity;

  /** Now, in milliseconds of a clock that nobody sets while the page is open. */
  now() {
    return performance.now();
  }

  /** @param {number} at an event that has just come, by the server's clock */
  learn(at) {
    this.#difference = Math.min(this.#difference, this.now() - at);
  }

  /**
   * @param {number} at by the server's clock
   * @returns {number} the same moment by `now()`
   */
  here(at) {
    return at + this.#difference;
  }
}
