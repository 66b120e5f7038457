// @ts-check
// Reads an event stream as a browser's EventSource does, and says of each line what became of it.
// Section numbers are those of the HTML standard:
// https://html.spec.whatwg.org/multipage/server-sent-events.html

/**
 * What a page's listener gets.
 * @typedef {object} StreamEvent
 * @property {string} type
 * @property {string} data
 * @property {string} lastEventId
 */

/**
 * A line of the stream.
 * - `comment`, `event`, `data`, `id`, `retry`: what it is; `unknown`: a field of another name; `blank`: the end of an event
 * @typedef {object} Line
 * @property {'comment' | 'event' | 'data' | 'id' | 'retry' | 'unknown' | 'blank'} kind
 * @property {string} text as it came, without its end
 * @property {string} value the field's
 * @property {boolean} ignored it changed nothing: a comment, an unknown field, an `id` with NUL, a `retry` not of digits
 * @property {boolean} marked a byte order mark came before it, and was dropped
 * @property {StreamEvent | null} event what it dispatched
 */

export class EventStreamParser {
  /** What a reconnect sends as `Last-Event-ID`: "last event ID string", 9.2.4. */
  lastEventId = '';
  /** @type {number | null} milliseconds before a reconnect, where the stream has said so: "reconnection time", 9.2.2 */
  reconnectionTime = null;

  #rest = '';
  #begun = false;
  #marked = false;
  #afterReturn = false;
  #data = '';
  #type = '';
  #id = '';

  /** The characters of a line that has not ended yet. */
  get rest() {
    return this.#rest;
  }

  /** Fields wait for a blank line; a stream that ends now drops them (9.2.6). */
  get unfinished() {
    return this.#rest !== '' || this.#data !== '' || this.#type !== '' || this.#id !== this.lastEventId;
  }

  /**
   * Takes the next piece of the stream, cut anywhere: in a line, between CR and LF.
   * @param {string} piece decoded, a byte order mark left in it (`TextDecoder` with `ignoreBOM`)
   * @returns {Line[]} the lines that it completes
   */
  push(piece) {
    let text = piece;
    if (text !== '' && !this.#begun) {
      // 9.2.6: UTF-8 decode strips one byte order mark, at the very beginning.
      this.#begun = true;
      this.#marked = text.startsWith('\uFEFF');
      text = this.#marked ? text.slice(1) : text;
    }

    // 9.2.5: a line ends with CR LF, LF or CR; the LF of a pair may come in the next piece.
    if (text !== '' && this.#afterReturn) {
      text = text.startsWith('\n') ? text.slice(1) : text;
      this.#afterReturn = false;
    }

    this.#afterReturn ||= text.endsWith('\r');
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = /** @type {string} */ (lines.pop());
    return lines.map((line) => this.#read(line));
  }

  /**
   * 9.2.6, "process the line".
   * @param {string} text
   * @returns {Line}
   */
  #read(text) {
    const marked = this.#marked;
    this.#marked = false;
    const line = { text, value: '', ignored: false, marked, event: null };
    if (text === '') {
      return { ...line, kind: 'blank', event: this.#dispatch() };
    }

    const colon = text.indexOf(':');
    if (colon === 0) {
      return { ...line, kind: 'comment', value: text.slice(1), ignored: true };
    }

    // One space after the colon belongs to it, any more to the value; without a colon the value is empty.
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1);
    return { ...line, value, ...this.#process(name, value) };
  }

  /**
   * 9.2.6, "process the field": names are compared as they stand, `Data` is none of them.
   * @param {string} name
   * @param {string} value
   * @returns {Pick<Line, 'kind' | 'ignored'>}
   */
  #process(name, value) {
    switch (name) {
      case 'event':
        this.#type = value;
        return { kind: name, ignored: false };
      case 'data':
        this.#data += `${value}\n`;
        return { kind: name, ignored: false };
      case 'id': {
        const ignored = value.includes('\0');
        this.#id = ignored ? this.#id : value;
        return { kind: name, ignored };
      }

      case 'retry': {
        const ignored = !/^[0-9]+$/.test(value);
        this.reconnectionTime = ignored ? this.reconnectionTime : Number(value);
        return { kind: name, ignored };
      }

      default:
        return { kind: 'unknown', ignored: true };
    }
  }

  /**
   * 9.2.6, "dispatch the event". Without data there is none; the id holds all the same.
   * @returns {StreamEvent | null}
   */
  #dispatch() {
    this.lastEventId = this.#id;
    const event = this.#data === ''
      ? null
      : { type: this.#type || 'message', data: this.#data.slice(0, -1), lastEventId: this.lastEventId };
    this.#data = '';
    this.#type = '';
    return event;
  }
}
