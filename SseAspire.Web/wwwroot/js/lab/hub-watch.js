// @ts-check
// Whether the hub is there, and whether it counts and can be cut: asked for before a run and between two, and
// while it is away again and again, with growing waits.

import { BackOff } from '../back-off.js';

const EVERY = 15_000;

export class HubWatch {
  /** @type {'checking' | 'ready' | 'closed' | 'away'} closed is there, without operations */ state = 'checking';
  /** @type {number | null} when it will be tried again, by `Date.now()` */ nextTryAt = null;
  #backOff = new BackOff();
  #url = new URL('compare/hub', document.baseURI);
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #onChange;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
    addEventListener('online', () => this.check());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) {
        this.check();
      }
    });
    this.check();
  }

  get isThere() {
    return this.state === 'ready' || this.state === 'closed';
  }

  /** Asks now, and again later. */
  async check() {
    clearTimeout(this.#timer);
    this.nextTryAt = null;
    try {
      const response = await fetch(this.#url, { cache: 'no-store' });
      const { operations } = response.ok ? await response.json() : { operations: null };
      this.state = operations === null ? 'away' : operations ? 'ready' : 'closed';
    } catch {
      this.state = 'away';
    }

    let wait = EVERY;
    if (this.state === 'away') {
      wait = this.#backOff.next();
      this.nextTryAt = Date.now() + wait;
    } else {
      this.#backOff.reset();
    }

    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.check(), wait);
    this.#onChange();
  }
}
