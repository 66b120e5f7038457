// @ts-check
// A list of the newest events, newest first, of a bounded length. The server may have rendered some of
// it already: those are kept, and not shown twice when the stream brings them again.

import { painter } from './paint.js';

/** As many as the server renders. */
const LENGTH = 20;

/**
 * @typedef {object} Entry
 * @property {string} id
 * @property {number} at
 * @property {string} data
 * @property {HTMLElement | null} element null until painted
 */

export class EventList {
  /** @type {Entry[]} newest first */ entries;
  /** @type {HTMLElement} */ #list;
  /** @type {HTMLElement} */ #empty;
  /** @type {HTMLTemplateElement} */ #template;
  /** @type {(element: HTMLElement, entry: Entry) => void} */ #fill;
  /** @type {() => void} */ #paint = painter(() => this.#draw());

  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} empty shown while there is nothing
   * @param {HTMLTemplateElement} template of one entry
   * @param {(element: HTMLElement, entry: Entry) => void} fill writes an entry into its element
   */
  constructor(list, empty, template, fill) {
    this.#list = list;
    this.#empty = empty;
    this.#template = template;
    this.#fill = fill;
    this.entries = [...list.children].map((child) => {
      const element = /** @type {HTMLElement} */ (child);
      const { id = '', at, event = '' } = element.dataset;
      return { id, at: Number(at), data: event, element };
    });
    for (const entry of this.entries) {
      fill(/** @type {HTMLElement} */ (entry.element), entry);
    }
  }

  /**
   * @param {import('./connection.js').HubEvent} event
   * @returns {boolean} whether it is new here
   */
  add({ id, at, data }) {
    if (this.entries.some((entry) => entry.id === id)) {
      return false;
    }

    // Mostly on top; what was replayed or kept may belong further down.
    const older = this.entries.findIndex((entry) => entry.at <= at);
    this.entries.splice(older < 0 ? this.entries.length : older, 0, { id, at, data, element: null });
    for (const dropped of this.entries.splice(LENGTH)) {
      dropped.element?.remove();
    }

    this.#paint();
    return true;
  }

  /** Writes every entry anew, for what changes with time. */
  refresh() {
    for (const entry of this.entries) {
      if (entry.element) {
        this.#fill(entry.element, entry);
      }
    }
  }

  #draw() {
    this.#empty.hidden = this.entries.length > 0;
    /** @type {HTMLElement | null} */
    let below = null;
    for (const entry of this.entries.toReversed()) {
      if (entry.element) {
        below = entry.element;
        continue;
      }

      const element = /** @type {HTMLElement} */ (this.#template.content.firstElementChild?.cloneNode(true));
      element.dataset.id = entry.id;
      element.classList.add('arriving');
      entry.element = element;
      this.#fill(element, entry);
      this.#list.insertBefore(element, below);
      below = element;
    }
  }
}
