// @ts-check
// How long to wait before the next try: longer after each failure, up to half a minute.

const FIRST = 1_000;
const LONGEST = 30_000;

export class BackOff {
  failures = 0;

  /** @returns {number} milliseconds, for one more failure */
  next() {
    this.failures++;
    const wait = Math.min(LONGEST, FIRST * 2 ** Math.min(this.failures - 1, 10));
    // Jitter, so that the readers of a hub that comes back do not all come at once.
    return wait * (0.75 + Math.random() / 2);
  }

  reset() {
    this.failures = 0;
  }
}
