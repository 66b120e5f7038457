// @ts-check
// What people tell everybody.

import { EventList } from './event-list.js';
import { ago, shortened } from './format.js';
import { field, setText } from './paint.js';
import { text as textOf } from './texts.js';

const REFRESH = 10_000;

/** Anybody may publish anything; more than this of it is not shown in a list. */
const LONGEST = 500;

/**
 * The JSON of the form, or plain text of a publisher who knows nothing of that.
 * @param {string} data
 * @returns {{text: string, from: string, isShortened: boolean}}
 */
function read(data) {
  if (data.startsWith('{')) {
    try {
      const { text, from } = JSON.parse(data);
      if (typeof text === 'string' && text) {
        return shown(text, typeof from === 'string' ? from : '');
      }
    } catch {
      // Text that happens to begin like JSON.
    }
  }

  return shown(data, '');
}

/**
 * @param {string} text
 * @param {string} from
 */
const shown = (text, from) => ({ text: shortened(text, LONGEST), from: shortened(from, LONGEST), isShortened: text.length > LONGEST });

export class Notifications {
  /** @type {EventList} */ #list;

  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} empty
   * @param {HTMLTemplateElement} template
   */
  constructor(list, empty, template) {
    this.#list = new EventList(list, empty, template, (element, { at, data }) => {
      const { text, from, isShortened } = read(data);
      setText(field(element, 'text'), text);
      field(element, 'shortened').hidden = !isShortened;
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
    const { text, from } = read(event.data);
    // Kept short too: the list is read again every few seconds.
    if (!this.#list.add({ ...event, data: JSON.stringify({ text, from }) })) {
      return undefined;
    }

    return from ? `${from}: ${text}` : textOf('notifications.aloud', text);
  }
}
