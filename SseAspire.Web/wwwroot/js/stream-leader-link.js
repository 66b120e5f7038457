// @ts-check
// A tab's link where there is no shared worker: the tabs elect a leader, whose hub serves all of them over
// a broadcast channel. Whoever holds the lock leads; the browser gives it on when that tab is gone.

import { StreamHub } from './stream-hub.js';

/** @implements {Link} */
export class LeaderLink {
  /** @type {LinkEnd} */ #end;
  /** @type {string} */ #name;
  /** @type {BroadcastChannel} */ #channel;
  /** Withdraws from the election. */ #standing = new AbortController();
  /** @type {(() => void) | null} gives the lead up */ #resign = null;

  /**
   * @typedef {import('./shared-stream.js').Link} Link
   * @typedef {import('./shared-stream.js').LinkEnd} LinkEnd
   *
   * @param {LinkEnd} end
   */
  constructor(end) {
    this.#end = end;
    // Tabs that were opened before and after an update of this module do not speak to each other.
    this.#name = `sse-leader ${end.url} ${import.meta.url}`;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data: { to, message } }) => {
      if (to?.includes(end.id)) {
        end.onMessage(message);
      } else if (message.kind === 'hello') {
        end.onReady();
      }
    };
    this.#stand({ signal: this.#standing.signal });
  }

  /** @param {import('./stream-hub.js').ReaderMessage} message */
  post(message) {
    this.#channel.postMessage({ from: this.#end.id, message });
  }

  /** The leader holds the lock but does not answer: the browser has frozen it. This tab takes its place. */
  revive() {
    this.#standing.abort();
    this.#stand({ steal: true });
  }

  close() {
    this.#standing.abort();
    this.#resign?.();
    this.#channel.close();
  }

  /** @param {LockOptions} options */
  async #stand(options) {
    /** @type {(() => void) | null} */
    let stop = null;
    try {
      await navigator.locks.request(this.#name, options, () => {
        stop = this.#lead();
        return new Promise((resolve) => {
          this.#resign = () => resolve(undefined);
        });
      });
    } catch {
      // Withdrawn, or the lead was taken over.
    }

    /** @type {(() => void) | null} */ (stop)?.();
  }

  /** @returns {() => void} ends it */
  #lead() {
    // A channel of its own, so that the leader's tab is served as all others are.
    const seat = new BroadcastChannel(this.#name);
    const hub = new StreamHub(this.#end.url, (to, message) => seat.postMessage({ to, message }));
    seat.onmessage = ({ data: { from, message } }) => {
      if (from) {
        hub.receive(from, message);
      }
    };
    seat.postMessage({ message: { kind: 'hello', hub: hub.id } });
    return () => {
      hub.close();
      seat.close();
    };
  }
}
