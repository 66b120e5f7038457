// @ts-check
// A dead connection looks like a quiet one. The hub breaks its silence every 15 s: after much longer there is no
// connection any more, whatever the browser believes.

const SILENCE = 40_000;

export class Watchdog {
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {() => void} */ #bark;

  /** @param {() => void} bark called after the silence */
  constructor(bark) {
    this.#bark = bark;
  }

  /** Something came. */
  feed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#bark, SILENCE);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}
