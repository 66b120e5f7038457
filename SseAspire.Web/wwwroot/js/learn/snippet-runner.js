// @ts-check
// Runs the JavaScript that the page shows: the server gives the very same lines as a module.

import { field, setText } from '../paint.js';
import { text } from '../texts.js';

/** Lines kept: the snippet itself forgets none. */
const KEPT = 30;

export class SnippetRunner {
  /** @type {HTMLElement} */ #panel;
  /** @type {HTMLButtonElement} */ #button;
  /** @type {EventSource | null} */ #stream = null;
  #opening = false;
  #runs = 0;

  /** @param {HTMLElement} panel */
  constructor(panel) {
    this.#panel = panel;
    this.#button = /** @type {HTMLButtonElement} */ (panel.querySelector('button'));
    this.#button.addEventListener('click', () => (this.#stream ? this.#stop() : this.#run()));
    const list = /** @type {HTMLElement} */ (panel.querySelector('ol'));
    new MutationObserver(() => {
      while (list.childElementCount > KEPT) {
        list.lastElementChild?.remove();
      }
    }).observe(list, { childList: true });
  }

  async #run() {
    if (this.#opening) {
      return;
    }

    this.#opening = true;
    this.#say(text('snippets.connecting'));
    try {
      // A module runs once under one address.
      const { stream } = await import(`${this.#panel.dataset.script}&run=${++this.#runs}`);
      this.#follow(stream);
    } catch {
      this.#say(text('snippets.failed'));
    }

    this.#opening = false;
  }

  /** @param {EventSource} stream */
  #follow(stream) {
    this.#stream = stream;
    setText(this.#button, text('snippets.stop'));
    stream.addEventListener('open', () => this.#say(text('snippets.open')));
    stream.addEventListener('error', () => {
      if (stream.readyState === EventSource.CLOSED) {
        this.#stop();
        this.#say(text('snippets.refused'));
      } else {
        this.#say(text('snippets.away'));
      }
    });
  }

  #stop() {
    this.#stream?.close();
    this.#stream = null;
    setText(this.#button, text('snippets.run'));
    this.#say(text('snippets.stopped'));
  }

  /** @param {string} state */
  #say(state) {
    setText(field(this.#panel, 'state'), state);
  }
}
