// @ts-check
// One stream from the hub, kept alive. EventSource heals what it can (a cut, with Last-Event-ID and the
// wait that the hub asks for); this does what it cannot: it notices silence, waits longer and longer
// while the hub is away, and knows its place in the log, so that it can be opened anew with more topics
// and lose nothing.

import { BackOff } from './back-off.js';
import { comparePlaces, laterPlace } from './stream-place.js';

/**
 * An event as the hub has it.
 * @typedef {object} StreamEvent
 * @property {string} id resumes after this event: its place, or what its publisher called it
 * @property {string} place in the log
 * @property {string} topic
 * @property {string[]} alternates its other topics
 * @property {string} type `message` where the publisher gave none
 * @property {number} at when the publisher made it, Unix milliseconds by the publisher's clock
 * @property {string} data the payload
 */

/**
 * Events that are gone.
 * @typedef {object} StreamGap
 * @property {string} place of the last one lost: reading goes on after it
 * @property {number | null} missed how many places of the log, of all topics; null where it cannot be known
 */

/**
 * - `connecting`: opening for the first time
 * - `live`: open
 * - `healing`: cut; the browser reconnects by itself
 * - `away`: the hub does not answer; the next try is at `nextTryAt`
 * @typedef {'connecting' | 'live' | 'healing' | 'away'} StreamState
 */

/** The hub's heartbeat comes every 15 s at the latest; after this much silence the connection is dead. */
const SILENCE = 40_000;

/** A stream that lasted this long was no failure. A hub that is full opens streams and ends them at once. */
const STABLE = 5_000;

/**
 * Reads an event from the JSON that the hub's transports share.
 * @param {string} id
 * @param {{place?: string, topic: string, alternates?: string[], type: string | null, at: string, data: string}} json
 * @returns {StreamEvent}
 */
export function readEvent(id, { place = id, topic, alternates = [], type, at, data }) {
  return { id, place, topic, alternates, type: type ?? 'message', at: Date.parse(at), data };
}

export class EventStream {
  /** @type {StreamState} */ state = 'connecting';
  /** @type {number | null} when it will be tried again, by `Date.now()` */ nextTryAt = null;
  /** When the state began, by `Date.now()`. */ since = Date.now();
  /** It is healing because nothing came for long, not even a heartbeat. */ silent = false;
  /** All before this place of the log has been handed on, or lost and said so. @type {string} */ place;

  /** @type {string} */ #hub;
  /** @type {ReadonlySet<string>} */ #topics = new Set();
  /** @type {ReadonlySet<string>} */ #types = new Set();
  /** @type {StreamListener} */ #listener;
  /** @type {EventSource | null} */ #source = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #watchdog;
  #backOff = new BackOff();
  #opened = false;

  /**
   * @typedef {object} StreamListener
   * @property {() => void} onState the state changed
   * @property {(event: StreamEvent) => void} onEvent in the order of the log, each once
   * @property {(gap: StreamGap) => void} onGap
   * @property {() => void} onHeartbeat the place moved without an event
   *
   * @param {string} hub
   * @param {string} place where to begin: what comes after it is read
   * @param {StreamListener} listener
   */
  constructor(hub, place, listener) {
    this.#hub = hub;
    this.place = place;
    this.#listener = listener;
  }

  /**
   * Opens the stream, or opens it anew from its place with other topics. That is not told as a state:
   * nothing is lost, and nobody waits.
   * @param {ReadonlySet<string>} topics
   * @param {ReadonlySet<string>} types event types listened to, besides `message`
   */
  open(topics, types) {
    this.#topics = topics;
    this.#types = types;
    this.#connect();
  }

  /** Where the hub is away: tries now, instead of when the wait is over. */
  retry() {
    if (this.state === 'away') {
      this.nextTryAt = Date.now();
      this.#connect();
      this.#listener.onState();
    }
  }

  close() {
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    this.#source?.close();
    this.#source = null;
  }

  #connect() {
    this.close();
    const query = new URLSearchParams([...this.#topics].map((topic) => ['topic', topic]));
    query.set('envelope', 'true');
    // EventSource cannot see comments, so the heartbeat is asked for as an event.
    query.set('heartbeat', 'event');
    query.set('lastEventId', this.place);

    const source = new EventSource(`${this.#hub}/events?${query}`);
    this.#source = source;
    source.onopen = (event) => event instanceof MessageEvent || this.#onOpen();
    // A publisher may call its events `open` and `error`, and these would look like them.
    source.onerror = (event) => event instanceof MessageEvent || this.#onError(source);
    const onEvent = (/** @type {MessageEvent} */ message) => this.#onMessage(message);
    for (const type of new Set(['message', ...this.#types])) {
      source.addEventListener(type, (event) => event instanceof MessageEvent && onEvent(event));
    }

    source.addEventListener('gap', (message) => this.#onGap(message));
    source.addEventListener('heartbeat', (message) => this.#onHeartbeat(message));
    this.#watch();
  }

  #onOpen() {
    this.#opened = true;
    this.silent = false;
    this.#watch();
    this.#enter('live');
  }

  /** @param {EventSource} source */
  #onError(source) {
    if (source !== this.#source) {
      return;
    }

    if (this.state === 'live' && Date.now() - this.since > STABLE) {
      this.#backOff.reset();
    }

    const wait = this.#backOff.next();
    // The browser heals a cut by itself, but it never waits longer, however long the hub is away, and it
    // gives up for good on any status but 200. From the second failure on the waits are ours.
    if (source.readyState === EventSource.CONNECTING && this.#backOff.failures === 1) {
      this.#watch();
      this.#enter(this.#opened ? 'healing' : 'connecting');
      return;
    }

    this.close();
    this.nextTryAt = Date.now() + wait;
    this.#timer = setTimeout(() => this.#connect(), wait);
    this.#enter('away');
  }

  /** @param {MessageEvent} message */
  #onMessage(message) {
    this.#hear();
    const event = readEvent(message.lastEventId, JSON.parse(message.data));
    // A resume by an id that a publisher used twice begins at the first of them.
    if (comparePlaces(event.place, this.place) > 0) {
      this.place = event.place;
      this.#listener.onEvent(event);
    }
  }

  /** @param {MessageEvent} message */
  #onGap(message) {
    this.#hear();
    const { missed } = JSON.parse(message.data);
    // Where the log was lost this leads back: what comes now comes after it.
    this.place = message.lastEventId;
    this.#listener.onGap({ place: this.place, missed: typeof missed === 'number' ? missed : null });
  }

  /** @param {MessageEvent} message */
  #onHeartbeat(message) {
    this.#hear();
    this.place = laterPlace(this.place, message.lastEventId);
    this.#listener.onHeartbeat();
  }

  #hear() {
    this.#backOff.reset();
    this.#watch();
  }

  /** A dead connection looks like a quiet one: without events and heartbeats it is given up. */
  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.silent = true;
      this.#connect();
      this.#enter(this.#opened ? 'healing' : 'connecting');
    }, SILENCE);
  }

  /** @param {StreamState} state */
  #enter(state) {
    if (state !== 'away') {
      this.nextTryAt = null;
    }

    if (this.state !== state || state === 'away') {
      this.state = state;
      this.since = Date.now();
      this.#listener.onState();
    }
  }
}
