// @ts-check
// The code beside the forms follows them. The server writes it, as it did when the page was loaded, so that there is
// one place that knows how to quote what for whom.

import { setText } from '../paint.js';
import { text } from '../texts.js';

/** So long after the last key; a request a key would only make the same code many times. */
const QUIET = 150;

/** When the server had to answer too many questions. */
const AGAIN = 1_000;

export class Code {
  /** @type {HTMLElement} */ #panel;
  /** @type {HTMLFormElement[]} */ #forms;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {AbortController | undefined} */ #asking;

  /**
   * @param {HTMLElement} panel
   * @param {HTMLFormElement[]} forms
   */
  constructor(panel, forms) {
    this.#panel = panel;
    this.#forms = forms;
    // A browser may have kept what was written before a reload.
    this.refresh();
  }

  /** Something in the forms has changed. */
  refresh() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), QUIET);
  }

  async #ask() {
    this.#asking?.abort();
    const asking = this.#asking = new AbortController();
    const body = new FormData();
    for (const form of this.#forms) {
      for (const [name, value] of new FormData(form)) {
        body.append(name, value);
      }
    }

    // A question is asked by anybody; the token is for what has an effect.
    body.delete('__RequestVerificationToken');
    try {
      const response = await fetch(this.#panel.dataset.source ?? '', { method: 'POST', body, signal: asking.signal });
      if (response.status === 429) {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#ask(), AGAIN);
        return;
      }

      if (!response.ok) {
        throw new Error(`The front end answered ${response.status}.`);
      }

      const { subscribe, publish } = await response.json();
      this.#show('subscribe', subscribe);
      this.#show('publish', publish);
      this.#say('');
    } catch {
      if (!asking.signal.aborted) {
        this.#say(text('code.stale'));
      }
    }
  }

  /**
   * @param {'subscribe' | 'publish'} half
   * @param {{curl: string, cSharp: string, javaScript: string} | null} code
   */
  #show(half, code) {
    const wrong = text('code.wrong');
    setText(document.getElementById(`${half}-curl`), code?.curl ?? wrong);
    setText(document.getElementById(`${half}-csharp`), code?.cSharp ?? wrong);
    setText(document.getElementById(`${half}-javascript`), code?.javaScript ?? wrong);
  }

  /** @param {string} trouble */
  #say(trouble) {
    setText(this.#panel.querySelector('[data-field=stale]'), trouble);
  }
}
