// @ts-check
// The form of a subscription: what it asks the API for, and what is wrong with it.

import { showErrors } from '../form-errors.js';
import { setText } from '../paint.js';
import { text } from '../texts.js';

/** @typedef {'sse' | 'websocket' | 'long-poll' | 'poll'} TransportName */

/**
 * What the form asks for.
 * @typedef {object} Wanted
 * @property {TransportName} transport
 * @property {URLSearchParams} query of the first request
 * @property {number} interval milliseconds between two polls
 */

/** As the server has it: what stands in an address only where it differs. */
const USUAL = { wait: '25', limit: '100', interval: '2' };

/** Which numbers a transport has. @type {Record<TransportName, (keyof typeof USUAL)[]>} */
const NUMBERS = { sse: [], websocket: [], 'long-poll': ['wait', 'limit'], poll: ['limit', 'interval'] };

export class SubscriptionForm {
  /** @type {(wanted: Wanted) => void} */ onConnect = () => {};
  /** @type {() => void} */ onDisconnect = () => {};
  /** @type {HTMLFormElement} */ form;
  /** @type {HTMLButtonElement} */ #connect;
  /** @type {HTMLButtonElement} */ #disconnect;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.#connect = /** @type {HTMLButtonElement} */ (form.querySelector('#connect'));
    this.#disconnect = /** @type {HTMLButtonElement} */ (form.querySelector('#disconnect'));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#onSubmit();
    });
    this.#disconnect.addEventListener('click', () => {
      if (!this.#disconnect.hasAttribute('aria-disabled')) {
        this.onDisconnect();
      }
    });
  }

  /** @param {boolean} active there is something to disconnect */
  showActive(active) {
    setText(this.#connect, text(active ? 'connect.anew' : 'connect'));
    if (active) {
      this.#disconnect.removeAttribute('aria-disabled');
    } else {
      this.#disconnect.setAttribute('aria-disabled', 'true');
    }
  }

  /** @param {Record<string, string[]>} errors by the field's name */
  showErrors(errors) {
    showErrors(this.form, errors);
  }

  /** The fields of an address that opens the same form: those that are not as usual. @returns {[string, string][]} */
  address() {
    const start = this.#value('start');
    const transport = this.#transport;
    /** @type {[string, string][]} */
    const fields = this.#topics.map((topic) => ['topic', topic]);
    fields.push(
      ...(fields.length === 0 ? [/** @type {[string, string]} */ (['topic', ''])] : []),
      ...(transport === 'sse' ? [] : [/** @type {[string, string]} */ (['transport', transport])]),
      ...this.#start('lastEventId'),
      ...(this.#checked('envelope') ? [/** @type {[string, string]} */ (['envelope', 'true'])] : []),
      ...(this.#checked('heartbeat') ? [/** @type {[string, string]} */ (['heartbeat', 'event'])] : []),
    );
    for (const [name, usual] of Object.entries(USUAL)) {
      if (this.#value(name) !== usual) {
        fields.push([name, this.#value(name)]);
      }
    }

    // Without the id yet, the choice alone would be forgotten.
    return start === 'id' && this.#value('lastEventId') === '' ? [...fields, ['start', start]] : fields;
  }

  #onSubmit() {
    const errors = this.#wrong();
    this.showErrors(errors);
    if (Object.keys(errors).length > 0) {
      return;
    }

    const transport = this.#transport;
    const query = new URLSearchParams(this.#topics.map((topic) => ['topic', topic]));
    for (const [name, value] of this.#start(transport === 'sse' ? 'lastEventId' : 'after')) {
      query.set(name, value);
    }

    if (transport === 'sse' && this.#checked('envelope')) {
      query.set('envelope', 'true');
    }

    if (transport === 'sse' && this.#checked('heartbeat')) {
      query.set('heartbeat', 'event');
    }

    for (const name of NUMBERS[transport].filter((number) => number !== 'interval')) {
      query.set(name, this.#value(name).trim());
    }

    this.onConnect({ transport, query, interval: transport === 'poll' ? Number(this.#value('interval')) * 1000 : 0 });
  }

  /** What can be told without the API, which tells the rest. @returns {Record<string, string[]>} */
  #wrong() {
    /** @type {Record<string, string[]>} */
    const errors = {};
    if (this.#topics.length === 0) {
      errors.topic = [text('wrong.topic')];
    }

    const start = this.#value('start');
    if (start === 'id' && this.#value('lastEventId') === '') {
      errors.lastEventId = [text('wrong.id')];
    }

    for (const name of [...(start === 'history' ? ['history'] : []), ...NUMBERS[this.#transport]]) {
      const { value, min, max } = /** @type {HTMLInputElement} */ (this.form.elements.namedItem(name));
      if (!/^\s*\d+\s*$/.test(value) || Number(value) < Number(min) || Number(value) > Number(max)) {
        errors[name] = [text('wrong.number', min, max)];
      }
    }

    return errors;
  }

  /**
   * Where to begin, as the API is told.
   * @param {string} cursor what it calls an event's id
   * @returns {[string, string][]}
   */
  #start(cursor) {
    switch (this.#value('start')) {
      case 'earliest': return [[cursor, 'earliest']];
      case 'history': return [['history', this.#value('history').trim()]];
      case 'id': return this.#value('lastEventId') === '' ? [] : [[cursor, this.#value('lastEventId')]];
      default: return [];
    }
  }

  get #transport() {
    return /** @type {TransportName} */ (this.#value('transport'));
  }

  get #topics() {
    return this.#value('topic').split('\n').filter((topic) => topic !== '');
  }

  /** @param {string} name */
  #value(name) {
    return /** @type {HTMLInputElement | RadioNodeList} */ (this.form.elements.namedItem(name)).value;
  }

  /** @param {string} name */
  #checked(name) {
    return /** @type {HTMLInputElement} */ (this.form.elements.namedItem(name)).checked;
  }
}
