// @ts-check
// A tab's link to the shared worker.

import { hubLock, whenReleased } from './stream-locks.js';

/** @implements {Link} */
export class WorkerLink {
  /** @type {LinkEnd} */ #end;
  /** @type {SharedWorker | null} */ #worker = null;
  /** @type {AbortController} waits for the worker's end */ #watch = new AbortController();
  #heard = false;

  /**
   * @typedef {import('./shared-stream.js').Link} Link
   * @typedef {import('./shared-stream.js').LinkEnd} LinkEnd
   *
   * @param {LinkEnd} end
   */
  constructor(end) {
    this.#end = end;
    this.#connect();
  }

  /** @param {import('./stream-hub.js').ReaderMessage} message */
  post(message) {
    this.#worker?.port.postMessage({ from: this.#end.id, message });
  }

  revive() {
    this.close();
    this.#connect();
    this.#end.onReady();
  }

  close() {
    this.#watch.abort();
    this.#worker?.port.close();
    this.#worker = null;
  }

  #connect() {
    const worker = new SharedWorker(new URL('./stream-worker.js', import.meta.url), { type: 'module', name: this.#end.url });
    this.#worker = worker;
    this.#heard = false;
    this.#watch = new AbortController();
    worker.onerror = () => {
      // A worker that has never spoken cannot be had here: an older browser, or a policy against it.
      if (!this.#heard) {
        this.#end.onFailure();
      }
    };
    worker.port.onmessage = ({ data }) => {
      this.#heard = true;
      if (data.kind === 'welcome') {
        this.#watchWorker(data.hub);
      }

      this.#end.onMessage(data);
    };
  }

  /** @param {string} hub */
  #watchWorker(hub) {
    this.#watch.abort();
    this.#watch = new AbortController();
    whenReleased(hubLock(hub), this.#watch.signal, () => this.revive());
  }
}
