// @ts-check
// One stream from the hub, kept alive. EventSource heals what it can (a cut, with Last-Event-ID and the
// wait that the hub asks for); this module does what it cannot: it notices silence, waits longer and
// longer while the hub is away, pauses, and keeps count.

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

/**
 * - `connecting`: opening for the first time
 * - `live`: open
 * - `healing`: cut; the browser reconnects by itself
 * - `away`: the hub does not answer; the next try is at `nextTryAt`
 * - `paused`: closed on purpose until `nextTryAt`
 * @typedef {'connecting' | 'live' | 'healing' | 'away' | 'paused'} State
 */

/**
 * One time without the stream, and what became of the events in it.
 * @typedef {object} Absence
 * @property {number} from
 * @property {number | null} to null while it lasts
 * @property {number} replayed
 * @property {number} missed
 * @property {boolean} settled everything that was replayed is here
 */

/** The hub's heartbeat comes every 15 s at the latest; after this much silence the connection is dead. */
const SILENCE = 40_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

/** How many ids are remembered to drop what comes twice. More than the hub sends as history. */
const REMEMBERED = 2_000;

/** After a reconnect, replay comes at once; without a live event to mark its end it is over by then. */
const SETTLE = 2_000;

/** What an event may take on its way under load. */
const SLOW = 10_000;

export class Connection {
  /** @type {State} */ state = 'connecting';
  /** @type {number | null} when it will be tried again, by `Date.now()` */ nextTryAt = null;
  /** @type {string | null} */ lastId = null;
  received = 0;
  missed = 0;
  /** The hub could not tell how many were missed, at least once. */ missedUnknown = false;
  replayed = 0;
  /** @type {number | null} */ lastEventAt = null;
  /** @type {Absence | null} the latest one */ absence = null;

  /** @type {string} */ #hub;
  /** @type {string[]} */ #topics;
  /** @type {string[]} */ #types;
  /** @type {number} */ #history;
  /** @type {EventSource | null} */ #source = null;
  /** @type {((event: HubEvent) => void)[]} */ #eventListeners = [];
  /** @type {(() => void)[]} */ #changeListeners = [];
  /** @type {Set<string>} */ #seen = new Set();
  #opened = 0;
  #openedAt = 0;
  #failures = 0;
  /**
   * This clock less the publishers': the least seen, so that delays do not count. Learned from what comes
   * while the stream is open; what comes with its opening may be old.
   */
  #skew = Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #watchdog;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #settling;

  /**
   * @param {{hub: string, topics: string[], types: string[], history: number}} options `types` are the
   *   event types listened to, `history` how many events from before the first connection are wanted
   */
  constructor({ hub, topics, types, history }) {
    this.#hub = hub;
    this.#topics = topics;
    this.#types = types;
    this.#history = history;
    addEventListener('online', () => this.#tryNow());
    document.addEventListener('visibilitychange', () => {
      // A hidden tab's timers are slowed down: somebody who looks again should not wait for them.
      if (document.visibilityState === 'visible') {
        this.#tryNow();
      }
    });
  }

  /** @param {(event: HubEvent) => void} listener */
  onEvent(listener) {
    this.#eventListeners.push(listener);
  }

  /** @param {() => void} listener called when the state or the absence changes */
  onChange(listener) {
    this.#changeListeners.push(listener);
  }

  /** Opens the stream, after the last event where there was one. */
  open() {
    this.#close();
    const query = new URLSearchParams(this.#topics.map((topic) => ['topic', topic]));
    query.set('envelope', 'true');
    // EventSource cannot see comments, so the heartbeat is asked for as an event.
    query.set('heartbeat', 'event');
    if (this.lastId === null) {
      query.set('history', String(this.#history));
    } else {
      query.set('lastEventId', this.lastId);
    }

    const source = new EventSource(`${this.#hub}/events?${query}`);
    this.#source = source;
    source.onopen = () => this.#onOpen();
    source.onerror = () => this.#onError(source);
    const onEvent = (/** @type {MessageEvent} */ message) => this.#onMessage(message);
    for (const type of ['message', ...this.#types]) {
      source.addEventListener(type, onEvent);
    }

    source.addEventListener('gap', (message) => this.#onGap(message));
    source.addEventListener('heartbeat', (message) => {
      this.lastId = message.lastEventId || this.lastId;
      this.#watch();
    });
    this.#watch();
  }

  /**
   * Leaves the hub for a while, as a closed lid or a tunnel does, then resumes.
   * @param {number} milliseconds
   */
  pause(milliseconds) {
    this.#close();
    this.#leave();
    this.#openIn(milliseconds, 'paused');
  }

  /** Ends a pause or a wait. */
  resume() {
    this.open();
    this.#enter(this.#opened ? 'healing' : 'connecting');
  }

  #onOpen() {
    this.#opened++;
    this.#openedAt = Date.now();
    this.#failures = 0;
    this.#watch();
    if (this.absence && this.absence.to === null) {
      this.absence.to = this.#openedAt;
      this.#settling = setTimeout(() => this.#settle(), SETTLE);
    }

    this.#enter('live');
  }

  /** @param {EventSource} source */
  #onError(source) {
    if (source !== this.#source) {
      return;
    }

    this.#leave();
    this.#failures++;
    // The browser heals a cut by itself, but it never waits longer, however long the hub is away, and it
    // gives up for good on any status but 200. From the second failure on the waits are ours.
    if (source.readyState === EventSource.CONNECTING && this.#failures === 1) {
      this.#enter(this.#opened ? 'healing' : 'connecting');
      return;
    }

    this.#close();
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(this.#failures - 1, 10));
    // Jitter, so that the readers of a hub that comes back do not all come at once.
    this.#openIn(wait * (0.75 + Math.random() / 2), 'away');
  }

  /** @param {MessageEvent} message */
  #onMessage(message) {
    this.#watch();
    const id = message.lastEventId;
    if (this.#seen.has(id)) {
      return;
    }

    this.#remember(id);
    const { topic, at, data } = JSON.parse(message.data);
    const now = Date.now();
    const made = typeof at === 'number' ? at : Date.parse(at);
    const early = made < this.#openedAt - this.#clockDifference();
    const event = { id, topic, at: made, data, live: !early, replayed: early && this.#opened > 1 };
    if (now - this.#openedAt > SETTLE) {
      this.#skew = Math.min(this.#skew, now - made);
    }

    this.lastId = id;
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

  /** @param {MessageEvent} message */
  #onGap(message) {
    this.#watch();
    this.lastId = message.lastEventId || this.lastId;
    const { missed } = JSON.parse(message.data);
    if (typeof missed === 'number') {
      this.missed += missed;
      if (this.absence && !this.absence.settled) {
        this.absence.missed += missed;
      }
    } else {
      this.missedUnknown = true;
      if (this.absence && !this.absence.settled) {
        this.absence.missed = NaN;
      }
    }

    this.#changed();
  }

  /** @param {string} id */
  #remember(id) {
    this.#seen.add(id);
    if (this.#seen.size > REMEMBERED) {
      this.#seen.delete(/** @type {string} */ (this.#seen.values().next().value));
    }
  }

  #leave() {
    if (this.#opened && (!this.absence || this.absence.to !== null)) {
      clearTimeout(this.#settling);
      this.absence = { from: Date.now(), to: null, replayed: 0, missed: 0, settled: false };
    }
  }

  #settle() {
    if (this.absence && this.absence.to !== null && !this.absence.settled) {
      clearTimeout(this.#settling);
      this.absence.settled = true;
      this.#changed();
    }
  }

  /** A dead connection looks like a quiet one: without events and heartbeats it is given up. */
  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#leave();
      this.resume();
    }, SILENCE);
  }

  #tryNow() {
    if (this.state === 'away') {
      this.resume();
    }
  }

  /**
   * @param {number} milliseconds
   * @param {State} state
   */
  #openIn(milliseconds, state) {
    this.nextTryAt = Date.now() + milliseconds;
    this.#timer = setTimeout(() => this.open(), milliseconds);
    this.#enter(state);
  }

  #close() {
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    this.#source?.close();
    this.#source = null;
  }

  /** @param {State} state */
  #enter(state) {
    this.state = state;
    if (state !== 'away' && state !== 'paused') {
      this.nextTryAt = null;
    }

    this.#changed();
  }

  #changed() {
    for (const listener of this.#changeListeners) {
      listener();
    }
  }
}
