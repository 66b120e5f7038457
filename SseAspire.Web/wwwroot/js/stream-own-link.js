// @ts-check
// A tab's link where tabs cannot find each other: to a hub of its own, a plain EventSource per tab.

import { StreamHub } from './stream-hub.js';

/** @implements {Link} */
export class OwnLink {
  /** @type {StreamHub} */ #hub;
  /** @type {string} */ #id;

  /**
   * @typedef {import('./shared-stream.js').Link} Link
   *
   * @param {import('./shared-stream.js').LinkEnd} end
   */
  constructor(end) {
    this.#id = end.id;
    this.#hub = new StreamHub(end.url, (_, message) => end.onMessage(message));
  }

  /** @param {import('./stream-hub.js').ReaderMessage} message */
  post(message) {
    this.#hub.receive(this.#id, message);
  }

  /** It lives in this very tab, so it answers. */
  revive() {}

  close() {
    this.#hub.close();
  }
}
