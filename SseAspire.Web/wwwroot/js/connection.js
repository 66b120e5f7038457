// @ts-check
// The page's reading of the stream that all tabs share: what became of each time without it, and counts.

import { SharedStream } from './shared-stream.js';

/**
 * An event of the hub.
 * @typedef {object} HubEvent
 * @property {string} id resumes the stream after this event
 * @property {string} topic
 * @property {number} at when the publisher made it, Unix milliseconds by the publisher's clock
 * @property {string} data the payload
 * @property {boolean} live it came as it happened: neither kept from before the first connection nor replayed
 * @property {boolean} replayed it happened while this reader was away, and the hub replayed it
 */

/** @typedef {Exclude<import('./shared-stream.js').SharedState, 'refused' | 'closed'>} State */

/**
 * One time without the stream, and what became of the events in it.
 * @typedef {object} Absence
 * @property {number} from
 * @property {number | null} to null while it lasts
 * @property {number} replayed
 * @property {number} missed
 * @property {boolean} settled everything that was replayed is here
 */

/** After a reconnect, replay comes at once; without a live event to mark its end it is over by then. */
const SETTLE = 2_000;

/** What an event may take on its way under load. */
const SLOW = 10_000;

export class Connection {
  received = 0;
  missed = 0;
  /** The hub could not tell how many were missed, at least once. */ missedUnknown = false;
  replayed = 0;
  /** @type {number | null} */ lastEventAt = null;
  /** @type {Absence | null} the latest one */ absence = null;

  /** @type {SharedStream} */ #stream;
  /** @type {((event: HubEvent) => void)[]} */ #eventListeners = [];
  /** @type {(() => void)[]} */ #changeListeners = [];
  #live = false;
  #opened = 0;
  #openedAt = 0;
  /**
   * This clock less the publishers': the least seen, so that delays do not count. Learned from what comes
   * while the stream is open; what comes with its opening may be old.
   */
  #skew = Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #settling;

  /**
   * @param {{hub: string, topics: string[], types: string[], history: number}} options `types` are the
   *   event types listened to, `history` how many events from before the first connection are wanted
   */
  constructor(options) {
    this.#stream = new SharedStream(options);
    this.#stream.onState(() => this.#onState());
    this.#stream.onEvent((event) => this.#onEvent(event));
    this.#stream.onGap((gap) => this.#onGap(gap));
  }

  /** @returns {State} */
  get state() {
    const { state } = this.#stream;
    // The page never closes its stream, and it asks for nothing that a hub would refuse.
    return state === 'refused' || state === 'closed' ? 'away' : state;
  }

  /** When it will be tried again, by `Date.now()`. */
  get nextTryAt() {
    return this.#stream.nextTryAt;
  }

  get lastId() {
    return this.#stream.lastId;
  }

  /** @param {(event: HubEvent) => void} listener */
  onEvent(listener) {
    this.#eventListeners.push(listener);
  }

  /** @param {() => void} listener called when the state or the absence changes */
  onChange(listener) {
    this.#changeListeners.push(listener);
  }

  open() {
    this.#stream.open();
  }

  /**
   * Leaves the hub for a while, as a closed lid or a tunnel does, then resumes. Other tabs stay.
   * @param {number} milliseconds
   */
  pause(milliseconds) {
    this.#stream.pause(milliseconds);
  }

  /** Ends a pause or a wait. */
  resume() {
    this.#stream.resume();
  }

  #onState() {
    const live = this.state === 'live';
    if (live && !this.#live) {
      this.#opened++;
      this.#openedAt = this.#stream.since;
      if (this.absence && this.absence.to === null) {
        this.absence.to = this.#openedAt;
        this.#settling = setTimeout(() => this.#settle(), SETTLE);
      }
    } else if (!live && this.#live) {
      clearTimeout(this.#settling);
      this.absence = { from: this.#stream.since, to: null, replayed: 0, missed: 0, settled: false };
    }

    this.#live = live;
    this.#changed();
  }

  /** @param {import('./event-stream.js').StreamEvent} event */
  #onEvent({ id, topic, at, data }) {
    const now = Date.now();
    // What comes before the stream is open was polled.
    const early = !this.#live || at < this.#openedAt - this.#clockDifference();
    const event = { id, topic, at, data, live: !early, replayed: early && this.#opened > (this.#live ? 1 : 0) };
    if (this.#live && now - this.#openedAt > SETTLE) {
      this.#skew = Math.min(this.#skew, now - at);
    }

    this.received++;
    this.lastEventAt = now;
    if (event.replayed) {
      this.replayed++;
      if (this.absence) {
        this.absence.replayed++;
      }
    } else if (event.live) {
      this.#settle();
    }

    for (const listener of this.#eventListeners) {
      listener(event);
    }
  }

  /**
   * This clock less the publishers', in milliseconds. Time travels forwards, so an event from the future
   * proves a difference; one that seems some seconds old may just have been slow.
   */
  #clockDifference() {
    return this.#skew < 0 || (this.#skew > SLOW && this.#skew < Infinity) ? this.#skew : 0;
  }

  /** @param {import('./event-stream.js').StreamGap} gap */
  #onGap({ missed }) {
    if (missed !== null) {
      this.missed += missed;
    } else {
      this.missedUnknown = true;
    }

    if (this.absence && !this.absence.settled) {
      this.absence.missed += missed ?? NaN;
    }

    this.#changed();
  }

  #settle() {
    if (this.absence && this.absence.to !== null && !this.absence.settled) {
      clearTimeout(this.#settling);
      this.absence.settled = true;
      this.#changed();
    }
  }

  #changed() {
    for (const listener of this.#changeListeners) {
      listener();
    }
  }
}
