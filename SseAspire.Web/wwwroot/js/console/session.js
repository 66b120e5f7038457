// @ts-check
// One subscription from Connect to Disconnect: what state it is in, what has come, and what there is to see of it.

import { bytes, count } from '../format.js';
import { field, painter, setText } from '../paint.js';
import { LANGUAGE, text } from '../texts.js';
import { folded } from './fold.js';
import { FrameList } from './frame-list.js';
import { prettyJson } from './json-text.js';
import { readPages } from './pages.js';
import { readServerSentEvents } from './sse.js';
import { readWebSocket } from './websocket.js';

/** @typedef {{hub: string} & import('./subscription.js').Wanted} Subscription */

/**
 * @typedef {object} ConsoleEvent
 * @property {string} id
 * @property {string} type
 * @property {string} topic empty where the transport does not tell it
 * @property {string} data
 */

/**
 * What a transport tells while it reads.
 * @typedef {object} Listener
 * @property {(...lines: string[]) => void} asks it sends a request
 * @property {(line: string) => void} opened the hub has answered
 * @property {(bytes: number) => void} received
 * @property {(text: string) => void} raw what came, as it came, as far as it belongs together
 * @property {(event: ConsoleEvent) => void} event
 * @property {(id: string, missed: number | null) => void} gap
 * @property {(id: string) => void} heartbeat
 * @property {(id: string) => void} stands after what a reconnect would go on
 * @property {(reason: string, milliseconds: number) => void} waits it will connect again
 * @property {(refusal: import('./refusal.js').Refusal) => void} refused it has given up
 */

/** @type {Record<import('./subscription.js').TransportName, (subscription: Subscription, listener: Listener, signal: AbortSignal) => Promise<void>>} */
const TRANSPORTS = {
  sse: readServerSentEvents,
  websocket: readWebSocket,
  'long-poll': (...reading) => readPages('/events/long-poll', ...reading),
  poll: (...reading) => readPages('/events/poll', ...reading),
};

const CLOCK = new Intl.DateTimeFormat(LANGUAGE === 'en' ? 'en-GB' : LANGUAGE, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const CLOCK_FINE = new Intl.DateTimeFormat(LANGUAGE === 'en' ? 'en-GB' : LANGUAGE, {
  hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3,
});

export class Session {
  /** @type {HTMLElement} */ #panel;
  /** @type {import('../announcer.js').Announcer} */ #announcer;
  /** @type {(active: boolean) => void} */ #onActive;
  /** @type {FrameList<ConsoleEvent & {at: number, kind: string}>} */ #parsed;
  /** @type {FrameList<{text: string, kind: string}>} */ #raw;
  /** @type {AbortController | null} */ #run = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #countdown;
  #figures = { events: 0, bytes: 0, gaps: 0, id: '' };
  /** @type {() => void} */ #paint = painter(() => this.#draw());

  /**
   * @param {HTMLElement} panel
   * @param {import('../announcer.js').Announcer} announcer
   * @param {(active: boolean) => void} onActive there is something to disconnect, or no longer
   */
  constructor(panel, announcer, onActive) {
    this.#panel = panel;
    this.#announcer = announcer;
    this.#onActive = onActive;
    this.#parsed = new FrameList(/** @type {HTMLElement} */ (panel.querySelector('#parsed-part')), row);
    this.#raw = new FrameList(/** @type {HTMLElement} */ (panel.querySelector('#raw-part')), line);
    const pause = /** @type {HTMLButtonElement} */ (panel.querySelector('#pause'));
    pause.addEventListener('click', () => {
      const paused = pause.getAttribute('aria-pressed') !== 'true';
      pause.setAttribute('aria-pressed', String(paused));
      this.#parsed.pause(paused);
      this.#raw.pause(paused);
    });
    panel.querySelector('#clear')?.addEventListener('click', () => {
      this.#clear();
      announcer.say(text('said.cleared'));
    });
  }

  /**
   * @param {Subscription} subscription
   * @param {(errors: Record<string, string[]>) => void} onWrong the API says that fields are wrong
   */
  start(subscription, onWrong) {
    this.#run?.abort();
    this.#clear();
    this.#figures = { events: 0, bytes: 0, gaps: 0, id: '' };
    this.#paint();
    const run = this.#run = new AbortController();
    this.#onActive(true);
    this.#enter('connecting', text(subscription.transport === 'long-poll' ? 'sentence.held' : 'sentence.connecting'));
    TRANSPORTS[subscription.transport](subscription, this.#listen(run, onWrong), run.signal);
  }

  stop() {
    this.#end('idle', text('sentence.left'));
    this.#raw.add({ text: text('sentence.left'), kind: 'note' });
  }

  /**
   * @param {AbortController} run
   * @param {(errors: Record<string, string[]>) => void} onWrong
   * @returns {Listener}
   */
  #listen(run, onWrong) {
    /** @type {Listener} */
    const listener = {
      asks: (...lines) => {
        this.#raw.add({ text: lines.join('\n'), kind: 'request' });
        if (this.#state === 'waiting') {
          this.#enter('connecting', text('sentence.connecting'));
        }
      },
      opened: (answer) => {
        this.#raw.add({ text: answer, kind: 'answer' });
        if (this.#state !== 'open') {
          this.#enter('open', text('sentence.open', CLOCK.format(Date.now())));
          this.#announcer.say(text('said.open'));
        }
      },
      received: (length) => {
        this.#figures.bytes += length;
        this.#paint();
      },
      raw: (frame) => this.#raw.add({ text: frame, kind: 'frame' }),
      event: (event) => {
        this.#figures.events++;
        this.#parsed.add({ ...event, at: Date.now(), kind: 'event' });
      },
      gap: (id, missed) => {
        this.#figures.gaps++;
        const data = missed === null ? text('gap.unknown') : text('gap', count(missed));
        this.#parsed.add({ id, type: 'gap', topic: '', data, at: Date.now(), kind: 'gap' });
      },
      heartbeat: (id) => this.#parsed.add({ id, type: 'heartbeat', topic: '', data: '', at: Date.now(), kind: 'heartbeat' }),
      stands: (id) => {
        this.#figures.id = id;
        this.#paint();
      },
      waits: (reason, milliseconds) => {
        this.#raw.add({ text: reason, kind: 'note' });
        if (this.#state === 'open') {
          this.#announcer.say(text('said.lost'));
        }

        this.#wait(reason, Date.now() + milliseconds);
      },
      refused: ({ said, errors, raw }) => {
        this.#raw.add({ text: raw, kind: 'frame' });
        this.#raw.add({ text: said, kind: 'note' });
        this.#announcer.say(said);
        this.#end('closed', said);
        onWrong(errors);
      },
    };
    // What a run still says after it was ended belongs to nobody.
    return /** @type {Listener} */ (Object.fromEntries(Object.entries(listener).map(
      ([name, hear]) => [name, (/** @type {any[]} */ ...told) => run.signal.aborted || /** @type {Function} */ (hear)(...told)],
    )));
  }

  get #state() {
    return this.#panel.dataset.state;
  }

  /**
   * @param {'idle' | 'connecting' | 'open' | 'waiting' | 'closed'} state
   * @param {string} sentence
   */
  #enter(state, sentence) {
    clearInterval(this.#countdown);
    this.#panel.dataset.state = state;
    setText(field(this.#panel, 'state'), {
      idle: text('state.idle'),
      connecting: text('state.connecting'),
      open: text('state.open'),
      waiting: text('state.waiting'),
      closed: text('state.closed'),
    }[state]);
    setText(field(this.#panel, 'sentence'), sentence);
  }

  /**
   * @param {string} reason
   * @param {number} until Unix milliseconds
   */
  #wait(reason, until) {
    const say = () => text('sentence.waiting', reason, text('unit.seconds', Math.max(1, Math.ceil((until - Date.now()) / 1000))));
    this.#enter('waiting', say());
    this.#countdown = setInterval(() => setText(field(this.#panel, 'sentence'), say()), 500);
  }

  /**
   * @param {'idle' | 'closed'} state
   * @param {string} sentence
   */
  #end(state, sentence) {
    this.#run?.abort();
    this.#run = null;
    this.#enter(state, sentence);
    this.#onActive(false);
  }

  #clear() {
    this.#parsed.clear();
    this.#raw.clear();
  }

  #draw() {
    setText(field(this.#panel, 'events'), count(this.#figures.events));
    setText(field(this.#panel, 'bytes'), bytes(this.#figures.bytes));
    setText(field(this.#panel, 'gaps'), count(this.#figures.gaps));
    setText(field(this.#panel, 'id'), this.#figures.id || '–');
    this.#panel.toggleAttribute('data-lost', this.#figures.gaps > 0);
  }
}

/** @param {ConsoleEvent & {at: number, kind: string}} event */
function row({ id, type, topic, data, at, kind }) {
  const element = document.createElement('tr');
  element.setAttribute('role', 'row');
  element.dataset.kind = kind;
  const cells = { time: CLOCK_FINE.format(at), id, type, topic, data: folded(kind === 'event' ? prettyJson(data) ?? data : data) };
  for (const [name, content] of Object.entries(cells)) {
    const cell = document.createElement('td');
    cell.setAttribute('role', 'cell');
    cell.dataset.cell = name;
    cell.append(content);
    element.append(cell);
  }

  return element;
}

/** @param {{text: string, kind: string}} frame */
function line({ text: content, kind }) {
  const element = document.createElement('div');
  element.className = 'frame';
  element.dataset.kind = kind;
  element.append(folded(content));
  return element;
}
