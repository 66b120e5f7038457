// @ts-check
// Waits that grow while nothing helps, so that a server that is away is left alone more and more; with jitter, so
// that those who wait do not all come back at once.

const FIRST = 2_000;
const LONGEST = 30_000;

export class Waits {
  #tries = 0;

  /** @returns {number} milliseconds until the next try */
  next() {
    const wait = Math.min(LONGEST, FIRST * 2 ** Math.min(this.#tries, 10));
    this.#tries++;
    return wait * (0.75 + Math.random() / 2);
  }

  /** It helped. */
  reset() {
    this.#tries = 0;
  }
}
