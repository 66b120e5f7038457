// @ts-check
// Events from the hub over one stream per browser and origin, however many tabs read it: by a shared
// worker where there is one, else by an elected leader among the tabs, else by a stream of this tab's own.
// Needs nothing but its sibling modules; docs/client.md tells how to use it.

import { hold, newId, readerLock } from './stream-locks.js';
import { WorkerLink } from './stream-worker-link.js';

/**
 * What the stream of this tab does.
 * - `connecting`: opening for the first time
 * - `live`: events arrive as they happen
 * - `healing`: cut, and being opened again
 * - `away`: the hub does not answer; the next try is at `nextTryAt`
 * - `paused`: this tab has left on purpose until `nextTryAt`
 * - `refused`: the hub does not serve what was asked for; `refusal` says why
 * - `closed`
 * @typedef {import('./event-stream.js').StreamState | 'paused' | 'refused' | 'closed'} SharedState
 */

/**
 * @typedef {object} SharedStreamOptions
 * @property {string} hub its address
 * @property {string[]} topics topics or patterns
 * @property {string[]} [types] event types listened to, besides those without a type
 * @property {number} [history] how many of the newest events to begin with, up to 1,000
 * @property {string} [lastEventId] where to resume instead: an id, or `earliest`
 */

/**
 * How a tab reaches the hub that serves it.
 * @typedef {object} Link
 * @property {(message: import('./stream-hub.js').ReaderMessage) => void} post
 * @property {() => void} revive the other side does not answer any more
 * @property {() => void} close
 *
 * @typedef {object} LinkEnd
 * @property {string} id of this reader
 * @property {string} url of the hub
 * @property {(message: import('./stream-hub.js').HubMessage) => void} onMessage
 * @property {() => void} onReady somebody new listens at the other side
 * @property {() => void} onFailure this kind of link cannot be had
 */

/** Pings ask whether the other side is there; after so many without a word it is not. */
const PING = 10_000;
const UNANSWERED = 3;

export class SharedStream {
  /** @type {SharedState} */ state = 'connecting';
  /** @type {number | null} when it goes on by itself, by `Date.now()` */ nextTryAt = null;
  /** When the state began, by `Date.now()`. */ since = Date.now();
  /** @type {string | null} resumes after all that came */ lastId;
  /** The stream is healing because it fell silent, even of heartbeats. */ silent = false;
  /** @type {string | null} */ refusal = null;

  /** @type {string} */ #url;
  /** @type {{topics: string[], types: string[], history: number}} */ #wish;
  #id = newId();
  /** @type {Link | null} */ #link = null;
  /** @type {object | null} stands for the present link, from before there is one */ #linking = null;
  /** @type {(() => void) | null} lets the lock go that says this tab lives */ #release = null;
  /** The page has been put aside while it was reading. */ #aside = false;
  /** Grows with each attach and detach: what answers an older one is over. */ #attempt = 0;
  /** @type {string | null} the hub that answered the latest attach: only its words count */ #hub = null;
  /** @type {string | null} the place of `lastId` in the log, once known */ #place = null;
  #wasLive = false;
  #unanswered = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #pings;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #pause;
  /** @type {((event: import('./event-stream.js').StreamEvent) => void)[]} */ #eventListeners = [];
  /** @type {((gap: import('./event-stream.js').StreamGap) => void)[]} */ #gapListeners = [];
  /** @type {(() => void)[]} */ #stateListeners = [];

  /** @param {SharedStreamOptions} options */
  constructor({ hub, topics, types = [], history = 0, lastEventId }) {
    this.#url = new URL(hub, document.baseURI).href.replace(/\/$/, '');
    this.#wish = { topics, types, history };
    this.lastId = lastEventId ?? null;
    addEventListener('online', () => this.#tryNow());
    document.addEventListener('visibilitychange', () => {
      // A hidden tab's timers are slowed down: somebody who looks again should not wait for them.
      if (document.visibilityState === 'visible') {
        this.#tryNow();
      }
    });
    // A page that is put aside must not lead the others; it goes on when it comes back.
    addEventListener('pagehide', () => this.#putAside());
    addEventListener('pageshow', () => this.#takeUp());
    document.addEventListener('freeze', () => this.#putAside());
    document.addEventListener('resume', () => this.#takeUp());
  }

  /** @param {(event: import('./event-stream.js').StreamEvent) => void} listener each event once, in the log's order */
  onEvent(listener) {
    this.#eventListeners.push(listener);
  }

  /** @param {(gap: import('./event-stream.js').StreamGap) => void} listener called where events are gone */
  onGap(listener) {
    this.#gapListeners.push(listener);
  }

  /** @param {() => void} listener called when the state changes */
  onState(listener) {
    this.#stateListeners.push(listener);
  }

  /** Begins to read, after `lastId` where there is one. */
  open() {
    clearTimeout(this.#pause);
    this.#enter(this.#wasLive ? 'healing' : 'connecting');
    if (this.#linking === null) {
      this.#connect();
    } else {
      this.#attach();
    }
  }

  /**
   * Leaves the stream for a while, this tab alone, then resumes where it left.
   * @param {number} milliseconds
   */
  pause(milliseconds) {
    clearTimeout(this.#pause);
    this.#detach();
    this.#pause = setTimeout(() => this.open(), milliseconds);
    this.#enter('paused', Date.now() + milliseconds);
  }

  /** Ends a pause, or the wait for a hub that is away. */
  resume() {
    if (this.state === 'paused') {
      this.open();
    } else {
      this.#tryNow();
    }
  }

  /** Ends it. `open` begins again where it ended. */
  close() {
    clearTimeout(this.#pause);
    this.#unlink();
    this.#enter('closed');
  }

  async #connect() {
    const linking = {};
    this.#linking = linking;
    const release = await hold(readerLock(this.#id));
    if (linking !== this.#linking) {
      release?.();
      return;
    }

    this.#release = release;
    this.#pings = setInterval(() => this.#ping(), PING);
    /** @type {LinkEnd} */
    const end = {
      id: this.#id,
      url: this.#url,
      onMessage: (message) => linking === this.#linking && this.#onMessage(message),
      onReady: () => linking === this.#linking && this.#onReady(),
      onFailure: () => linking === this.#linking && this.#linkWithoutWorker(end, linking),
    };
    try {
      this.#link = new WorkerLink(end);
      this.#onReady();
    } catch {
      // No shared workers here, or not for this page.
      await this.#linkWithoutWorker(end, linking);
    }
  }

  /**
   * @param {LinkEnd} end
   * @param {object} linking
   */
  async #linkWithoutWorker(end, linking) {
    this.#link?.close();
    this.#link = null;
    // Most browsers never need them.
    const elected = 'BroadcastChannel' in window && this.#release !== null;
    const Link = elected
      ? (await import('./stream-leader-link.js')).LeaderLink
      : (await import('./stream-own-link.js')).OwnLink;
    if (linking === this.#linking) {
      this.#link = new Link(end);
      this.#onReady();
    }
  }

  #unlink() {
    this.#detach();
    clearInterval(this.#pings);
    this.#linking = null;
    this.#link?.close();
    this.#link = null;
    this.#release?.();
    this.#release = null;
  }

  #putAside() {
    if (this.#linking !== null) {
      this.#aside = true;
      this.#unlink();
    }
  }

  #takeUp() {
    if (this.#aside) {
      this.#aside = false;
      if (this.#reading()) {
        this.open();
      }
    }
  }

  #reading() {
    return this.state !== 'paused' && this.state !== 'refused' && this.state !== 'closed';
  }

  #attach() {
    this.#hub = null;
    this.#link?.post({
      kind: 'attach',
      attempt: ++this.#attempt,
      wish: {
        ...this.#wish,
        after: this.#place ?? this.lastId,
        known: this.#place !== null,
        locked: this.#release !== null,
      },
    });
  }

  #detach() {
    this.#hub = null;
    this.#attempt++;
    this.#link?.post({ kind: 'detach' });
  }

  #onReady() {
    if (this.#reading()) {
      if (this.#wasLive) {
        this.#enter('healing');
      }

      this.#attach();
    }
  }

  #ping() {
    if (!this.#reading()) {
      return;
    }

    if (++this.#unanswered > UNANSWERED) {
      this.#unanswered = 0;
      this.#link?.revive();
    } else {
      this.#link?.post({ kind: 'ping' });
    }
  }

  #tryNow() {
    if (this.state === 'away') {
      this.#link?.post({ kind: 'retry' });
    }
  }

  /** @param {import('./stream-hub.js').HubMessage} message */
  #onMessage(message) {
    this.#unanswered = 0;
    if (message.kind === 'welcome') {
      if (message.attempt === this.#attempt) {
        this.#hub = message.hub;
      }
    } else if (message.kind === 'unknown') {
      this.#onReady();
    } else if (message.hub === this.#hub) {
      this.#onWord(message);
    }
  }

  /** @param {import('./stream-hub.js').HubWord} word */
  #onWord(word) {
    switch (word.kind) {
      case 'state':
        this.silent = word.silent;
        this.#enter(word.state === 'connecting' && this.#wasLive ? 'healing' : word.state, word.nextTryAt, word.since);
        break;
      case 'events':
        for (const event of word.events) {
          this.#place = event.place;
          this.lastId = event.id;
          call(this.#eventListeners, event);
        }

        break;
      case 'gap':
        this.#place = word.gap.place;
        this.lastId = word.gap.place;
        call(this.#gapListeners, word.gap);
        break;
      case 'place':
        if (word.place !== null && word.place !== this.#place) {
          this.#place = word.place;
          this.lastId = word.place;
        }

        break;
      case 'refused':
        this.refusal = word.reason;
        this.#enter('refused');
        break;
    }
  }

  /**
   * @param {SharedState} state
   * @param {number | null} [nextTryAt]
   * @param {number} [since]
   */
  #enter(state, nextTryAt = null, since = Date.now()) {
    this.#wasLive ||= state === 'live';
    if (this.state !== state || this.nextTryAt !== nextTryAt) {
      this.state = state;
      this.nextTryAt = nextTryAt;
      this.since = since;
      call(this.#stateListeners, undefined);
    }
  }
}

/**
 * Calls each listener; one that throws keeps neither the others nor the next event from being told.
 * @template T
 * @param {((value: T) => void)[]} listeners
 * @param {T} value
 */
function call(listeners, value) {
  for (const listener of listeners) {
    try {
      listener(value);
    } catch (error) {
      reportError(error);
    }
  }
}
