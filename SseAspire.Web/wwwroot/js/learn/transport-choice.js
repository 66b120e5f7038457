// @ts-check
// Five answers, one transport, and why.

import { field, setText } from '../paint.js';
import { text } from '../texts.js';

/**
 * @typedef {object} Answers
 * @property {'server' | 'both'} sender
 * @property {'text' | 'binary'} kind
 * @property {'any' | 'plain' | 'holding'} between what proxies do
 * @property {'nothing' | 'old' | 'minutes'} loss what may be missed
 * @property {'few' | 'many'} tabs
 */

/**
 * What the answers rule out decides, the hardest first.
 * @param {Answers} answers
 * @returns {{transport: string, reason: string, notes: string[]}}
 */
export function choose({ sender, kind, between, loss, tabs }) {
  const ordered = loss === 'nothing';
  const cursor = ordered ? [text('choice.note.cursor')] : [];
  const crowded = tabs === 'many' ? [text('choice.note.tabs')] : [];
  if (between === 'holding') {
    return { transport: text('choice.longPoll'), reason: text('choice.reason.holding'), notes: [...cursor, ...crowded] };
  }

  const stream = [...(ordered ? [text('choice.note.sseIds')] : []), ...crowded];
  if (sender === 'both' || kind === 'binary') {
    return between === 'plain'
      ? { transport: 'SSE + POST', reason: text('choice.reason.bothPlain'), notes: stream }
      : {
        transport: 'WebSocket',
        reason: text('choice.reason.both'),
        notes: [...(ordered ? [text('choice.note.socketIds')] : []), ...(tabs === 'many' ? [text('choice.note.tabsSocket')] : [])],
      };
  }

  return loss === 'minutes'
    ? { transport: text('choice.poll'), reason: text('choice.reason.later'), notes: [] }
    : { transport: 'SSE', reason: text('choice.reason.sse'), notes: stream };
}

export class TransportChoice {
  /** @type {HTMLFormElement} */ #form;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.#form = form;
    form.addEventListener('input', () => this.#draw());
    form.addEventListener('submit', (event) => event.preventDefault());
  }

  #draw() {
    const answers = /** @type {Answers} */ (/** @type {unknown} */ (Object.fromEntries(new FormData(this.#form))));
    const { transport, reason, notes } = choose(answers);
    setText(field(this.#form, 'transport'), transport);
    setText(field(this.#form, 'reason'), reason);
    setText(field(this.#form, 'note'), notes.join(' '));
  }
}
