// @ts-check
// The hub's stream of figures, kept alive: the browser heals a first cut by itself, what it cannot is healed
// here. A page that nobody sees gives its connection back: over HTTP/1.1 a browser has six to a host.

import { BackOff } from '../back-off.js';

/**
 * What the hub is doing: the document of `GET /stats`, as far as the page shows it.
 * @typedef {object} Figures
 * @property {string} at
 * @property {boolean} complete false where other replicas could not be heard
 * @property {Replica[]} replicas
 * @property {{total: number, byTransport: Record<string, number>, closed: Record<string, number>, behind: {readers: number, events: number}}} connections
 * @property {{receivedPerSecond: number, deliveredPerSecond: number, gaps: number}} events
 * @property {Topic[]} topics
 * @property {{p50Seconds: number | null, p99Seconds: number | null}} latency
 * @property {{lagSeconds: number}} log
 *
 * @typedef {object} Replica
 * @property {string} id
 * @property {string} name
 * @property {string} started
 * @property {number} streams
 * @property {number} deliveredPerSecond
 * @property {number} lagSeconds
 * @property {{events: number, bytes: number, maxEvents: number, maxBytes: number}} window
 * @property {boolean} draining
 *
 * @typedef {object} Topic a topic or pattern
 * @property {string} topic
 * @property {number} readers
 * @property {number} eventsPerSecond
 */

/** Figures come every second; after this much silence the connection is dead. */
const SILENCE = 10_000;

/** For so long a page that is hidden goes on: who looks away for a moment wants no hole in the charts. */
const GRACE = 30_000;

export class StatsStream {
  /**
   * - `connecting`: opening for the first time
   * - `live`: figures come
   * - `healing`: cut; the browser reconnects by itself
   * - `away`: the API does not answer; the next try is at `nextTryAt`
   * @type {'connecting' | 'live' | 'healing' | 'away'}
   */
  state = 'connecting';
  /** @type {number | null} by `Date.now()` */ nextTryAt = null;
  /** @type {Figures | null} the latest */ figures = null;
  /** @type {number | null} when they came, by `Date.now()` */ figuresAt = null;

  #url;
  #backOff = new BackOff();
  /** @type {EventSource | null} */ #source = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #watchdog;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #leaving;
  /** @type {((figures: Figures) => void)[]} */ #figureListeners = [];
  /** @type {(() => void)[]} */ #stateListeners = [];

  /** @param {string} hub */
  constructor(hub) {
    this.#url = `${hub}/stats/stream`;
  }

  /** @param {(figures: Figures) => void} listener */
  onFigures(listener) {
    this.#figureListeners.push(listener);
  }

  /** @param {() => void} listener called when the state changes */
  onState(listener) {
    this.#stateListeners.push(listener);
  }

  open() {
    document.addEventListener('visibilitychange', () => this.#onVisibility());
    addEventListener('online', () => this.state === 'away' && this.#connect());
    this.#connect();
  }

  #onVisibility() {
    clearTimeout(this.#leaving);
    if (document.hidden) {
      this.#leaving = setTimeout(() => this.#close(), GRACE);
    } else if (!this.#source) {
      this.#connect();
    }
  }

  #connect() {
    this.#close();
    const source = new EventSource(this.#url);
    this.#source = source;
    source.addEventListener('stats', (message) => this.#onStats(message.data));
    source.onerror = () => this.#onError(source);
    this.#watch();
  }

  #close() {
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    this.#source?.close();
    this.#source = null;
  }

  /** @param {string} data */
  #onStats(data) {
    this.#backOff.reset();
    this.#watch();
    this.figures = JSON.parse(data);
    this.figuresAt = Date.now();
    this.#enter('live');
    for (const listener of this.#figureListeners) {
      listener(/** @type {Figures} */ (this.figures));
    }
  }

  /** @param {EventSource} source */
  #onError(source) {
    if (source !== this.#source) {
      return;
    }

    const wait = this.#backOff.next();
    // The browser never waits longer, however long the API is away, and gives up for good on any status but
    // 200. From the second failure on the waits are ours.
    if (source.readyState === EventSource.CONNECTING && this.#backOff.failures === 1) {
      this.#watch();
      this.#enter(this.figures ? 'healing' : 'connecting');
      return;
    }

    this.#close();
    this.nextTryAt = Date.now() + wait;
    this.#timer = setTimeout(() => this.#connect(), wait);
    this.#enter('away');
  }

  /** A dead connection looks like a quiet one. */
  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#connect();
      this.#enter(this.figures ? 'healing' : 'connecting');
    }, SILENCE);
  }

  /** @param {'connecting' | 'live' | 'healing' | 'away'} state */
  #enter(state) {
    if (this.state !== state || state === 'away') {
      this.state = state;
      for (const listener of this.#stateListeners) {
        listener();
      }
    }
  }
}
