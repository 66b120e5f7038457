// @ts-check
// A server's clock, as this browser knows it: its own, corrected by the difference that the exchange with the
// shortest round trip showed. Half that round trip is how far off it may be.

export class Clock {
  /** Milliseconds that the server's clock is ahead of this browser's. */ offset = 0;
  /** Milliseconds by which `offset` may be off. */ uncertainty = Infinity;
  #url;

  /** @param {string | URL} url answers `{now}`, Unix milliseconds */
  constructor(url) {
    this.#url = url;
  }

  /** Now, by the server's clock: Unix milliseconds with fraction. */
  get now() {
    return local() + this.offset;
  }

  /** Compares the clocks once. What cannot be reached is no reason to fail: the last comparison holds. */
  async compare() {
    try {
      const asked = local();
      const response = await fetch(this.#url, { cache: 'no-store' });
      const answered = local();
      const { now } = await response.json();
      const uncertainty = (answered - asked) / 2;
      if (uncertainty < this.uncertainty) {
        this.offset = now - (asked + answered) / 2;
        this.uncertainty = uncertainty;
      }
    } catch {
      // Whoever needs it will notice.
    }
  }
}

/** This browser's clock, which does not jump when somebody sets the machine's. */
export const local = () => performance.timeOrigin + performance.now();
