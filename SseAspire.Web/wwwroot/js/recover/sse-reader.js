// @ts-check
// The reader that heals: the browser's own EventSource. A cut, the wait that the hub asked for and the return with
// Last-Event-ID are the browser's; only when the hub has been away for long, or has answered with a status that
// EventSource gives up on, does the page take over, since the browser's own waits never grow.

import { BackOff } from '../back-off.js';
import { Watchdog } from './watchdog.js';

/** So many failures in a row are the browser's to heal: as many as fit into five seconds without a network. */
const NATIVE_FAILURES = 4;

export class SseReader {
  /** What the browser asks for, as far as a page can know. @type {string[]} */ request = [];

  /** @type {string} */ #hub;
  /** @type {import('./life.js').Life} */ #life;
  /** @type {URLSearchParams} */ #query = new URLSearchParams();
  /** @type {EventSource | null} */ #source = null;
  #failures = 0;
  #waits = new BackOff(2_000);
  #watchdog = new Watchdog(() => {
    this.#life.cut();
    this.#open();
  });
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /**
   * @param {string} hub
   * @param {import('./life.js').Life} life
   */
  constructor(hub, life) {
    this.#hub = hub;
    this.#life = life;
  }

  /**
   * @param {string} topic
   * @param {string} meter the name by which the hub can cut it
   */
  start(topic, meter) {
    this.#query = new URLSearchParams({ topic, meter, heartbeat: 'event' });
    this.#failures = 0;
    this.#waits.reset();
    this.#life.begin();
    this.#open();
  }

  stop() {
    this.#close();
    this.#life.enter('idle');
  }

  /**
   * Closes the stream and comes back later: the break that needs no server.
   * @param {number} milliseconds
   */
  leave(milliseconds) {
    this.#close();
    this.#life.expect('leave');
    this.#life.cut();
    this.#life.enter('left');
    this.#timer = setTimeout(() => this.#open(), milliseconds);
  }

  /** Ends a long wait. */
  tryNow() {
    if (this.#life.phase === 'away') {
      this.#open();
    }
  }

  #open() {
    this.#close();
    const query = new URLSearchParams(this.#query);
    if (this.#life.lastId !== null) {
      query.set('lastEventId', this.#life.lastId);
    }

    if (this.#life.phase !== 'opening') {
      this.#life.enter('trying');
    }

    const source = new EventSource(`${this.#hub}/events?${query}`);
    this.#source = source;
    this.#note(query, null);
    source.onopen = () => {
      this.#watchdog.feed();
      this.#life.opened();
    };
    source.onmessage = ({ lastEventId, data }) => {
      this.#alive();
      this.#life.take(lastEventId, data, `id: ${lastEventId}\ndata: ${data}\n`);
    };
    for (const sign of ['heartbeat', 'gap']) {
      source.addEventListener(sign, ({ lastEventId }) => {
        this.#alive();
        this.#life.alive(lastEventId);
      });
    }

    source.onerror = () => this.#onError(source, query);
  }

  /**
   * @param {EventSource} source
   * @param {URLSearchParams} query
   */
  #onError(source, query) {
    this.#watchdog.stop();
    this.#life.cut();
    this.#failures++;
    if (source.readyState === EventSource.CONNECTING && this.#failures <= NATIVE_FAILURES) {
      this.#note(query, this.#life.lastId);
      this.#life.enter(this.#life.absence ? 'waiting' : 'opening');
      return;
    }

    this.#close();
    this.#life.enter('away');
    this.#timer = setTimeout(() => this.#open(), this.#waits.next());
  }

  #alive() {
    this.#failures = 0;
    this.#waits.reset();
    this.#watchdog.feed();
  }

  /**
   * @param {URLSearchParams} query
   * @param {string | null} lastEventId
   */
  #note(query, lastEventId) {
    this.request = [
      `GET /events?${decodeURIComponent(query.toString())}`,
      'Accept: text/event-stream',
      ...(lastEventId === null ? [] : [`Last-Event-ID: ${lastEventId}`]),
    ];
  }

  #close() {
    clearTimeout(this.#timer);
    this.#watchdog.stop();
    this.#source?.close();
    this.#source = null;
  }
}
