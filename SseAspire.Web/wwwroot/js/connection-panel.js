// @ts-check
// The connection as a person sees it: its state, its counts, and two ways to break it.

import { count, decimal, UNKNOWN } from './format.js';
import { field, painter, setText } from './paint.js';
import { post } from './post.js';
import { text } from './texts.js';

const PAUSE = 10_000;

/** @type {Record<import('./connection.js').State, string>} */
const NAMES = {
  connecting: text('state.connecting'),
  live: text('state.live'),
  healing: text('state.healing'),
  away: text('state.away'),
  paused: text('state.paused'),
};

export class ConnectionPanel {
  /** @type {HTMLElement} */ #panel;
  /** @type {HTMLElement} */ #pill;
  /** @type {HTMLButtonElement} */ #pause;
  /** @type {import('./connection.js').Connection} */ #connection;
  /** @type {import('./announcer.js').Announcer} */ #announcer;
  /** @type {import('./connection.js').State | null} */ #said = null;
  /** @type {import('./connection.js').Absence | null} */ #judged = null;
  /** @type {() => void} */ #paint = painter(() => this.#draw());

  /**
   * @param {HTMLElement} panel
   * @param {HTMLElement} pill the state in short, at the top of the page
   * @param {import('./connection.js').Connection} connection
   * @param {import('./announcer.js').Announcer} announcer
   */
  constructor(panel, pill, connection, announcer) {
    this.#panel = panel;
    this.#pill = pill;
    this.#connection = connection;
    this.#announcer = announcer;
    this.#pause = /** @type {HTMLButtonElement} */ (panel.querySelector('#pause'));
    this.#pause.addEventListener('click', () => this.#onPause());
    const drop = /** @type {HTMLFormElement} */ (panel.querySelector('#drop-form'));
    drop.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#onDrop(drop);
    });
    pill.hidden = false;
    connection.onChange(this.#paint);
    connection.onEvent(this.#paint);
    setInterval(this.#paint, 250);
  }

  #onPause() {
    const { state } = this.#connection;
    if (state === 'paused' || state === 'away') {
      this.#connection.resume();
    } else {
      this.#connection.pause(PAUSE);
    }
  }

  /** @param {HTMLFormElement} form */
  async #onDrop(form) {
    const { ok, status, text: said } = await post(form);
    const note = /** @type {HTMLElement} */ (this.#panel.querySelector('#drop-note'));
    if (!ok) {
      note.textContent = said;
    }

    if (status === 403) {
      // aria-disabled and not disabled: the focus is on it, and the note says why.
      form.querySelector('button')?.setAttribute('aria-disabled', 'true');
      form.addEventListener('submit', (event) => event.stopImmediatePropagation(), { capture: true });
    }
  }

  #draw() {
    const { state, received, missed, missedUnknown, replayed, lastEventAt, lastId, absence } = this.#connection;
    this.#panel.dataset.state = state;
    this.#pill.dataset.state = state;
    setText(field(this.#panel, 'state'), NAMES[state]);
    setText(field(this.#pill, 'state'), NAMES[state]);
    setText(field(this.#panel, 'sentence'), this.#sentence());
    setText(field(this.#panel, 'received'), count(received));
    setText(field(this.#panel, 'missed'), missedUnknown ? `${count(missed)} +` : count(missed));
    setText(field(this.#panel, 'replayed'), count(replayed));
    setText(field(this.#panel, 'since'), lastEventAt === null ? UNKNOWN : text('seconds', decimal((Date.now() - lastEventAt) / 1000, 1)));
    const id = field(this.#panel, 'id');
    setText(id, lastId ?? UNKNOWN);
    id.title = lastId ?? '';
    this.#panel.toggleAttribute('data-lost', missed > 0 || missedUnknown);
    setText(this.#pause, text(state === 'paused' ? 'pause.resume' : state === 'away' ? 'pause.try' : 'pause'));
    this.#drawVerdict(absence);
    if (this.#said !== state) {
      if (this.#said !== null) {
        this.#announcer.say(`${NAMES[state]}.`);
      }

      this.#said = state;
    }
  }

  #sentence() {
    const { state, nextTryAt } = this.#connection;
    const seconds = nextTryAt === null ? 0 : Math.max(0, Math.ceil((nextTryAt - Date.now()) / 1000));
    switch (state) {
      case 'connecting': return text('sentence.connecting');
      case 'live': return text('sentence.live');
      case 'healing': return text('sentence.healing');
      case 'paused': return text('sentence.paused', seconds);
      case 'away': return seconds > 0 ? text('sentence.away', seconds) : text('sentence.trying');
    }
  }

  /** @param {import('./connection.js').Absence | null} absence */
  #drawVerdict(absence) {
    const verdict = field(this.#panel, 'verdict');
    if (!absence || absence.to === null) {
      setText(verdict, '');
      return;
    }

    const { from, to, replayed, missed, settled } = absence;
    const away = decimal((to - from) / 1000, 1);
    verdict.dataset.kind = !settled ? 'open' : missed !== 0 ? 'lost' : 'whole';
    if (!settled) {
      setText(verdict, text('verdict.open', away));
    } else if (missed !== 0) {
      setText(verdict, Number.isNaN(missed)
        ? text('verdict.some', away, count(replayed))
        : text('verdict.missed', away, count(replayed), count(missed)));
    } else {
      setText(verdict, text('verdict.whole', away, count(replayed)));
    }

    if (settled && this.#judged !== absence) {
      this.#judged = absence;
      this.#announcer.say(verdict.textContent ?? '');
    }
  }
}
