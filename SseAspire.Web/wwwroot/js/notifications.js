// @ts-check
// What people tell everybody.

import { EventList } from './event-list.js';
import { ago } from './format.js';
import { field, setText } from './paint.js';
import { text as textOf } from './texts.js';

const REFRESH = 10_000;

/** Anybody may publish anything; more than this of it is not read in a list. */
const LONGEST = 500;

/**
 * The JSON of the form, or plain text of a publisher who knows nothing of that.
 * @param {string} data
 * @returns {{text: string, from: string}}
 */
function read(data) {
  if (data.startsWith('{')) {
    try {
      const { text, from } = JSON.parse(data);
      if (typeof text === 'string' && text) {
        return { text: text.slice(0, LONGEST), from: typeof from === 'string' ? from.slice(0, LONGEST) : '' };
      }
    } catch {
      // Text that happens to begin like JSON.
    }
  }

  return { text: data.slice(0, LONGEST), from: '' };
}

export class Notifications {
  /** @type {EventList} */ #list;

  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} empty
   * @param {HTMLTemplateElement} template
   */
  constructor(list, empty, template) {
    this.#list = new EventList(list, empty, template, (element, { at, data }) => {
      const { text, from } = read(data);
      setText(field(element, 'text'), text);
      setText(field(element, 'from'), from);
      const time = field(element, 'time');
      time.setAttribute('datetime', new Date(at).toISOString());
      setText(time, ago(at));
    });
    setInterval(() => this.#list.refresh(), REFRESH);
  }

  /**
   * @param {import('./connection.js').HubEvent} event
   * @returns {string | undefined} what to say aloud
   */
  add(event) {
    if (!this.#list.add(event)) {
      return undefined;
    }

    const { text, from } = read(event.data);
    return from ? `${from}: ${text}` : textOf('notifications.aloud', text);
  }
}
