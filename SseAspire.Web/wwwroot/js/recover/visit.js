// @ts-check
// Tells the front end that somebody looks, so that there are events to look at; and stops when nobody does.

import { BackOff } from '../back-off.js';
import { post } from '../post.js';

const AGAIN = 5_000;

/** The front end stops publishing after as long without a look. */
const PATIENCE = 15_000;

export class Visit {
  /** @type {HTMLFormElement} */ #form;
  /** @type {(topic: string, meters: string[]) => void} */ #onBegin;
  /** @type {() => void} */ #onEnd;
  /** @type {(text: string | null) => void} */ #onTrouble;
  #waits = new BackOff(2_000);
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /**
   * @param {HTMLFormElement} form whose field `visit` names the visit once there is one
   * @param {object} listeners
   * @param {(topic: string, meters: string[]) => void} listeners.onBegin there are events on this topic from now on
   * @param {() => void} listeners.onEnd there are none any more
   * @param {(text: string | null) => void} listeners.onTrouble why there are none; null when that is over
   */
  constructor(form, { onBegin, onEnd, onTrouble }) {
    this.#form = form;
    this.#onBegin = onBegin;
    this.#onEnd = onEnd;
    this.#onTrouble = onTrouble;
    document.addEventListener('visibilitychange', () => this.#follow());
    this.#follow();
  }

  #follow() {
    clearTimeout(this.#timer);
    if (document.visibilityState === 'visible') {
      this.#look();
    } else {
      this.#timer = setTimeout(() => this.#end(), PATIENCE);
    }
  }

  async #look() {
    const { ok, text, answer } = await post(this.#form);
    this.#onTrouble(ok ? null : text);
    if (ok) {
      this.#waits.reset();
      this.#begin(answer);
    }

    if (document.visibilityState === 'visible') {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#look(), ok ? AGAIN : this.#waits.next());
    }
  }

  /** @param {{visit: string, topic: string, meters: string[]}} answer */
  #begin({ visit, topic, meters }) {
    const name = this.#name;
    // Another one: the front end has given the former up meanwhile, or was restarted.
    if (name.value !== visit) {
      name.value = visit;
      this.#onBegin(topic, meters);
    }
  }

  #end() {
    this.#name.value = '';
    this.#onEnd();
  }

  get #name() {
    return /** @type {HTMLInputElement} */ (this.#form.elements.namedItem('visit'));
  }
}
