// @ts-check
// A stream to write in, and beside it, line by line, what EventSource makes of it.

import { EventStreamParser } from '../event-stream-parser.js';
import { count } from '../format.js';
import { field, painter, setText } from '../paint.js';
import { text } from '../texts.js';

/** @typedef {import('../event-stream-parser.js').Line} Line */

/** More lines than anybody reads; a paste of a whole log must not stop the page. */
const LONGEST = 20_000;

/** How long after the last key a screen reader is told; more often nobody could listen. */
const QUIET = 1_000;

/** What a textarea cannot hold, as the visitor writes it. */
const SIGNS = [['<NUL>', '\0'], ['<CR>', '\r']];

export class Playground {
  /** @type {HTMLTextAreaElement} */ #stream;
  /** @type {HTMLElement} */ #reading;
  /** @type {HTMLElement} */ #panel;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #aloud;
  /** @type {() => void} */ #paint = painter(() => this.#draw());

  /** @param {HTMLElement} panel */
  constructor(panel) {
    this.#panel = panel;
    this.#stream = /** @type {HTMLTextAreaElement} */ (panel.querySelector('textarea'));
    this.#reading = /** @type {HTMLElement} */ (panel.querySelector('#reading'));
    this.#stream.addEventListener('input', () => this.#onInput());
    panel.addEventListener('click', (event) => this.#onClick(/** @type {HTMLElement} */ (event.target)));
    // A browser may have kept what was written before a reload.
    if (this.#stream.value !== this.#stream.defaultValue) {
      this.#paint();
    }
  }

  #onInput() {
    this.#paint();
    clearTimeout(this.#aloud);
    this.#aloud = setTimeout(() => {
      setText(field(this.#panel, 'aloud'), text('playground.aloud', field(this.#panel, 'events').textContent ?? ''));
    }, QUIET);
  }

  /** @param {HTMLElement} target */
  #onClick({ dataset }) {
    if (dataset.insert) {
      const before = this.#stream.value;
      this.#stream.value = before + (before === '' || before.endsWith('\n') ? '' : '\n\n') + dataset.insert;
      this.#stream.scrollTop = this.#stream.scrollHeight;
    } else if ('again' in dataset) {
      this.#stream.value = this.#stream.defaultValue;
    } else {
      return;
    }

    this.#onInput();
    requestAnimationFrame(() => { this.#reading.scrollTop = dataset.insert ? this.#reading.scrollHeight : 0; });
  }

  #draw() {
    const parser = new EventStreamParser();
    const stream = SIGNS.reduce((rest, [sign, meant]) => rest.replaceAll(sign, meant), this.#stream.value.slice(0, LONGEST));
    const page = document.createDocumentFragment();
    let events = 0;
    let data = false;
    for (const line of parser.push(stream)) {
      page.append(row(line.kind, line.text, note(line, data), line.marked));
      data = line.kind === 'data' || (data && line.kind !== 'blank');
      if (line.event) {
        events++;
        page.append(card(line.event));
      }
    }

    if (parser.rest !== '') {
      page.append(row('half', parser.rest, text('line.half')));
    }

    if (parser.unfinished) {
      page.append(row('dropped', '', text('line.dropped')));
    }

    this.#reading.replaceChildren(page);
    setText(field(this.#panel, 'events'), count(events));
    setText(field(this.#panel, 'resume'), parser.lastEventId === '' ? text('playground.none') : `Last-Event-ID: ${visible(parser.lastEventId)}`);
    setText(field(this.#panel, 'wait'), parser.reconnectionTime === null
      ? text('playground.default')
      : text('playground.ms', parser.reconnectionTime));
  }
}

/**
 * What became of a line.
 * @param {Line} line
 * @param {boolean} data its event has data already
 */
function note({ kind, value, ignored, event }, data) {
  switch (kind) {
    case 'comment': return text('line.comment');
    case 'data': return data ? text('line.more') : text('line.data');
    case 'event': return text('line.event');
    case 'id': return ignored ? text('line.idNul') : value === '' ? text('line.idEmpty') : text('line.id');
    case 'retry': return ignored ? text('line.retryBad') : text('line.retry');
    case 'unknown': return text('line.unknown');
    case 'blank': return event ? text('line.dispatch') : text('line.nothing');
  }
}

/** @param {string} value with signs for what has no shape */
const visible = (value) => SIGNS.reduce((rest, [sign, meant]) => rest.replaceAll(meant, sign), value);

/**
 * The same as _StreamLine.cshtml writes.
 * @param {string} kind
 * @param {string} line
 * @param {string} said
 * @param {boolean} [marked] after a byte order mark
 */
function row(kind, line, said, marked = false) {
  const item = document.createElement('li');
  item.className = 'reading-line';
  item.dataset.kind = kind;
  const code = document.createElement('code');
  const colon = line.indexOf(':');
  if (colon > 0) {
    const name = document.createElement('b');
    name.textContent = visible(line.slice(0, colon));
    code.append(name, visible(line.slice(colon)));
  } else {
    code.textContent = visible(line);
  }

  const remark = document.createElement('span');
  remark.className = 'reading-note';
  remark.textContent = marked ? `${text('line.mark')}; ${said}` : said;
  item.append(code, remark);
  return item;
}

/** @param {import('../event-stream-parser.js').StreamEvent} event */
function card({ type, data, lastEventId }) {
  const item = document.createElement('li');
  item.className = 'reading-event';
  const name = document.createElement('code');
  name.className = 'type';
  name.textContent = type;
  const payload = document.createElement('pre');
  payload.textContent = visible(data);
  const id = document.createElement('code');
  id.className = 'event-id';
  id.textContent = `lastEventId: "${visible(lastEventId)}"`;
  item.append(name, payload, id);
  return item;
}
