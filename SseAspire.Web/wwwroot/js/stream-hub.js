// @ts-check
// One stream for many readers: it carries the union of what they want, and each gets its own of it, every
// event once and in order. Runs in the shared worker, or in the tab that leads; knows nothing of how its
// messages travel.

import { BackOff } from './back-off.js';
import { EventStream, readEvent } from './event-stream.js';
import { newId, readerLock, whenReleased } from './stream-locks.js';
import { comparePlaces, laterPlace } from './stream-place.js';
import { selects } from './stream-topic.js';

/**
 * What a reader wants.
 * @typedef {object} Wish
 * @property {string[]} topics topics or patterns
 * @property {string[]} types event types besides `message`
 * @property {number} history without `after`: how many of the newest events to begin with
 * @property {string | null} after the id to resume from
 * @property {boolean} known `after` is the place of a reader that was served before
 * @property {boolean} locked the reader holds the lock of its id for as long as it lives
 */

/**
 * What readers say.
 * @typedef {{kind: 'attach', attempt: number, wish: Wish} | {kind: 'detach'} | {kind: 'retry'} | {kind: 'ping'}} ReaderMessage
 */

/**
 * What they are told. `welcome` answers the attach of that number, `unknown` the ping of nobody; `hello`
 * comes from a hub that has just begun.
 * @typedef {{kind: 'hello'} | {kind: 'unknown'}
 *   | {kind: 'welcome', attempt: number}
 *   | {kind: 'state', state: import('./event-stream.js').StreamState, nextTryAt: number | null, since: number, silent: boolean}
 *   | {kind: 'events', events: import('./event-stream.js').StreamEvent[]}
 *   | {kind: 'gap', gap: import('./event-stream.js').StreamGap}
 *   | {kind: 'place', place: string | null}
 *   | {kind: 'refused', reason: string}} HubWord
 *
 * @typedef {HubWord & {hub: string}} HubMessage from the hub of this id
 */

/**
 * What one poll answers.
 * @typedef {{events: ({id: string} & Parameters<typeof readEvent>[1])[], next: string, gap?: {missed: number | null, to: string | null}}} Page
 */

/** @typedef {{event: import('./event-stream.js').StreamEvent} | {gap: import('./event-stream.js').StreamGap}} Item */

/** The newest of the stream, kept so that a newcomer finds its place in it. */
const RECENT = 200;

/** The most that one poll answers. */
const PAGE = 1_000;
const POLL_TIMEOUT = 30_000;

/** Before everything that a log can hold. */
const EARLIEST = '0-0';

/** A poll may be answered by a replica that is behind the stream's: it is asked again after so long. */
const BEHIND = 1_000;

/** What a reader left behind goes on to be streamed for so long: a reload comes back at once. */
const LINGER = 10_000;

/** A reader without a lock that is silent for three of these is gone. Hidden tabs speak once a minute. */
const ROUND = 60_000;
const SILENT_ROUNDS = 3;

/** The hub will not serve what was asked for, however often it is asked. */
class Refusal extends Error {}

class Reader {
  /** @type {string} */ id;
  /** @type {Wish} */ wish;
  /** It has everything up to here. @type {string | null} */ place;
  /** The hub has answered it. */ started = false;
  /** It gets what the stream brings. */ joined = false;
  /** @type {number | null} */ nextTryAt = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ timer;
  /** Ends its poll and the wait for its lock. */ left = new AbortController();
  backOff = new BackOff();
  silentRounds = 0;
  told = '';

  /**
   * @param {string} id
   * @param {Wish} wish
   */
  constructor(id, wish) {
    this.id = id;
    this.wish = wish;
    this.place = wish.known ? wish.after : null;
  }

  /** @param {import('./event-stream.js').StreamEvent} event */
  wants({ topic, alternates, type }) {
    const { topics, types } = this.wish;
    return (type === 'message' || types.includes(type))
      && topics.some((selector) => selects(selector, topic) || alternates.some((other) => selects(selector, other)));
  }
}

export class StreamHub {
  id = newId();

  /** @type {string} */ #url;
  /** @type {(readers: string[], message: HubMessage) => void} */ #send;
  /** @type {Map<string, Reader>} */ #readers = new Map();
  /** @type {EventStream | null} */ #stream = null;
  /** @type {Set<string>} */ #topics = new Set();
  /** @type {Set<string>} */ #types = new Set();
  /** @type {Item[]} all that the stream brought after `#recentAfter` */ #recent = [];
  /** @type {string | null} null after a gap that leads back, until something follows it */ #recentAfter = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #lingering;
  /** @type {ReturnType<typeof setInterval>} */ #rounds;

  /**
   * @param {string} url of the hub, without a slash at its end
   * @param {(readers: string[], message: HubMessage) => void} send
   */
  constructor(url, send) {
    this.#url = url;
    this.#send = send;
    this.#rounds = setInterval(() => this.#goRound(), ROUND);
  }

  /** @param {string} reader */
  has(reader) {
    return this.#readers.has(reader);
  }

  /**
   * @param {string} from
   * @param {ReaderMessage} message
   */
  receive(from, message) {
    const reader = this.#readers.get(from);
    switch (message.kind) {
      case 'attach':
        this.#attach(from, message.attempt, message.wish);
        break;
      case 'detach':
        this.#detach(from);
        break;
      case 'retry':
        this.#stream?.retry();
        if (reader?.nextTryAt) {
          this.#catchUp(reader);
        }

        break;
      case 'ping':
        if (reader) {
          reader.silentRounds = 0;
          this.#tell([from], { kind: 'place', place: reader.joined ? reader.place : null });
        } else {
          this.#tell([from], { kind: 'unknown' });
        }

        break;
    }
  }

  close() {
    clearInterval(this.#rounds);
    for (const reader of this.#readers.keys()) {
      this.#detach(reader);
    }
  }

  /**
   * @param {string} id
   * @param {number} attempt
   * @param {Wish} wish
   */
  #attach(id, attempt, wish) {
    this.#forget(id);
    const reader = new Reader(id, wish);
    this.#readers.set(id, reader);
    this.#tell([id], { kind: 'welcome', attempt });
    if (wish.locked) {
      whenReleased(readerLock(id), reader.left.signal, () => this.#detach(id));
    }

    if (reader.place === null) {
      this.#catchUp(reader);
    } else {
      reader.started = true;
      this.#admit(reader);
    }

    this.#tellState(reader);
  }

  /** @param {string} id */
  #detach(id) {
    this.#forget(id);
    clearTimeout(this.#lingering);
    if (this.#readers.size === 0) {
      this.#stream?.close();
      this.#stream = null;
      this.#recent = [];
    } else {
      this.#lingering = setTimeout(() => this.#shrink(), LINGER);
    }
  }

  /** @param {string} id */
  #forget(id) {
    const reader = this.#readers.get(id);
    if (reader) {
      clearTimeout(reader.timer);
      reader.left.abort();
      this.#readers.delete(id);
    }
  }

  /**
   * Polls what a reader lacks: its history, or what came while it was elsewhere. That also finds out
   * whether the hub serves what it asks for, before its topics could spoil the stream of the others.
   * @param {Reader} reader
   */
  async #catchUp(reader) {
    clearTimeout(reader.timer);
    reader.nextTryAt = null;
    try {
      const page = await this.#poll(reader);
      if (!reader.left.signal.aborted) {
        this.#take(reader, page);
      }
    } catch (error) {
      if (reader.left.signal.aborted) {
        return;
      }

      if (error instanceof Refusal) {
        this.#tell([reader.id], { kind: 'refused', reason: error.message });
        this.#detach(reader.id);
        return;
      }

      const wait = reader.backOff.next();
      reader.nextTryAt = Date.now() + wait;
      reader.timer = setTimeout(() => this.#catchUp(reader), wait);
      this.#tellState(reader);
    }
  }

  /**
   * @param {Reader} reader
   * @returns {Promise<Page>}
   */
  async #poll({ wish, place, left }) {
    const query = new URLSearchParams(wish.topics.map((topic) => ['topic', topic]));
    query.set('limit', String(PAGE));
    const after = place ?? wish.after;
    if (after === null) {
      query.set('history', String(wish.history));
    } else {
      query.set('after', after);
    }

    const signal = AbortSignal.any([left.signal, AbortSignal.timeout(POLL_TIMEOUT)]);
    const answer = await fetch(`${this.#url}/events/poll?${query}`, { cache: 'no-store', signal });
    if (answer.status === 400) {
      throw new Refusal(await answer.text());
    }

    if (!answer.ok) {
      throw new Error(`The hub answered ${answer.status}.`);
    }

    return answer.json();
  }

  /**
   * @param {Reader} reader
   * @param {Page} page
   */
  #take(reader, { events, next, gap }) {
    const before = reader.place;
    reader.backOff.reset();
    reader.started = true;
    reader.place = next;
    // The hub is there again, whatever the stream still waits for.
    this.#stream?.retry();
    this.#tellState(reader);
    this.#give(reader, [
      ...(gap ? [{ gap: { place: gap.to ?? before ?? EARLIEST, missed: gap.missed } }] : []),
      ...events.map((event) => ({ event: readEvent(event.id, event) })),
    ]);
    this.#tell([reader.id], { kind: 'place', place: next });
    this.#admit(reader, next === before ? BEHIND : 0);
  }

  /**
   * Lets a reader join the stream where it stands, if the stream goes back that far; if not, it must
   * catch up some more.
   * @param {Reader} reader
   * @param {number} [pause] milliseconds before it does
   */
  #admit(reader, pause = 0) {
    const place = /** @type {string} */ (reader.place);
    this.#follow(reader.wish, place);
    if (this.#recentAfter === null || comparePlaces(place, this.#recentAfter) < 0) {
      reader.timer = setTimeout(() => this.#catchUp(reader), pause);
      return;
    }

    reader.joined = true;
    this.#tellState(reader);
    this.#give(reader, this.#recent.filter((item) => comparePlaces(placeOf(item), place) > 0));
    reader.place = laterPlace(place, /** @type {EventStream} */ (this.#stream).place);
  }

  /**
   * Opens the stream where there is none, and anew where it lacks what a reader wants.
   * @param {Wish} wish
   * @param {string} place where it begins if nobody has been reading
   */
  #follow({ topics, types }, place) {
    if (this.#stream && topics.every((topic) => this.#topics.has(topic)) && types.every((type) => this.#types.has(type))) {
      return;
    }

    if (!this.#stream) {
      this.#topics.clear();
      this.#types.clear();
      this.#stream = new EventStream(this.#url, place, {
        onState: () => this.#readers.forEach((reader) => this.#tellState(reader)),
        onEvent: (event) => this.#onEvent(event),
        onGap: (gap) => this.#onGap(gap),
        onHeartbeat: () => this.#onHeartbeat(),
      });
    }

    topics.forEach((topic) => this.#topics.add(topic));
    types.forEach((type) => this.#types.add(type));
    this.#reopen(this.#stream);
  }

  /** @param {EventStream} stream */
  #reopen(stream) {
    // What it brought so far is not all that is wanted now.
    this.#recent = [];
    this.#recentAfter = stream.place;
    stream.open(this.#topics, this.#types);
  }

  /** Opens the stream anew where nobody wants a part of it any more. */
  #shrink() {
    const wishes = [...this.#readers.values()].filter(({ started }) => started).map(({ wish }) => wish);
    const topics = new Set(wishes.flatMap((wish) => wish.topics));
    const types = new Set(wishes.flatMap((wish) => wish.types));
    if (this.#stream && topics.size > 0 && topics.size < this.#topics.size) {
      this.#topics = topics;
      this.#types = types;
      this.#reopen(this.#stream);
    }
  }

  /** @param {import('./event-stream.js').StreamEvent} event */
  #onEvent(event) {
    this.#keep({ event });
    const wanting = [];
    for (const reader of this.#joined()) {
      if (comparePlaces(event.place, reader.place) > 0) {
        reader.place = event.place;
        if (reader.wants(event)) {
          wanting.push(reader.id);
        }
      }
    }

    this.#tell(wanting, { kind: 'events', events: [event] });
  }

  /** @param {import('./event-stream.js').StreamGap} gap */
  #onGap(gap) {
    const last = this.#recent.at(-1);
    const end = last ? placeOf(last) : this.#recentAfter;
    const leadsBack = end !== null && comparePlaces(gap.place, end) < 0;
    if (end !== null && comparePlaces(gap.place, end) > 0) {
      this.#keep({ gap });
    } else {
      // The log was lost. Places before and after the gap look alike, so newcomers ask the hub instead.
      this.#recent = [];
      this.#recentAfter = null;
    }

    // Who joined from further on has been told of it by the poll.
    const readers = [...this.#joined()].filter(({ place }) => leadsBack || comparePlaces(place, gap.place) <= 0);
    for (const reader of readers) {
      reader.place = gap.place;
    }

    this.#tell(readers.map(({ id }) => id), { kind: 'gap', gap });
  }

  #onHeartbeat() {
    const place = /** @type {EventStream} */ (this.#stream).place;
    const readers = [...this.#joined()].filter((reader) => comparePlaces(reader.place, place) < 0);
    for (const reader of readers) {
      reader.place = place;
    }

    this.#tell(readers.map(({ id }) => id), { kind: 'place', place });
  }

  /** @param {Item} item */
  #keep(item) {
    if (this.#recentAfter === null) {
      this.#recentAfter = placeOf(item);
      return;
    }

    this.#recent.push(item);
    if (this.#recent.length > RECENT) {
      this.#recentAfter = placeOf(/** @type {Item} */ (this.#recent.shift()));
    }
  }

  *#joined() {
    for (const reader of this.#readers.values()) {
      if (reader.joined) {
        yield /** @type {Reader & {place: string}} */ (reader);
      }
    }
  }

  /**
   * @param {Reader} reader
   * @param {Item[]} items
   */
  #give(reader, items) {
    /** @type {import('./event-stream.js').StreamEvent[]} */
    const events = [];
    for (const item of items) {
      if ('gap' in item) {
        this.#tell([reader.id], { kind: 'gap', gap: item.gap });
      } else if (reader.wants(item.event)) {
        events.push(item.event);
      }
    }

    if (events.length > 0) {
      this.#tell([reader.id], { kind: 'events', events });
    }
  }

  /** @param {Reader} reader */
  #tellState(reader) {
    const stream = this.#stream;
    /** @type {import('./event-stream.js').StreamState} */
    let state = 'connecting';
    let nextTryAt = null;
    if (reader.nextTryAt) {
      [state, nextTryAt] = ['away', reader.nextTryAt];
    } else if (reader.started && stream) {
      ({ state, nextTryAt } = stream);
    }

    const told = `${state} ${nextTryAt}`;
    if (told !== reader.told) {
      reader.told = told;
      this.#tell([reader.id], { kind: 'state', state, nextTryAt, since: Date.now(), silent: stream?.silent ?? false });
    }
  }

  #goRound() {
    for (const reader of this.#readers.values()) {
      if (!reader.wish.locked && ++reader.silentRounds > SILENT_ROUNDS) {
        this.#detach(reader.id);
      }
    }
  }

  /**
   * @param {string[]} readers
   * @param {HubWord} word
   */
  #tell(readers, word) {
    if (readers.length > 0) {
      this.#send(readers, { ...word, hub: this.id });
    }
  }
}

/** @param {Item} item */
const placeOf = (item) => ('gap' in item ? item.gap.place : item.event.place);
