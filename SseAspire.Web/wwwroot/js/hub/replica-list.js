// @ts-check
// The replicas, each with what it is doing. That one came or went is said aloud.

import { ago, bytes, count, duration, rate } from '../format.js';
import { field, setText } from '../paint.js';
import { text } from '../texts.js';

/** @typedef {import('./stats-stream.js').Replica} Replica */

export class ReplicaList {
  #list;
  #template;
  #announcer;
  /** @type {Map<string, {row: HTMLElement, name: string}> | null} by id; null before the first figures */ #shown = null;

  /**
   * @param {HTMLElement} list
   * @param {HTMLTemplateElement} template
   * @param {import('../announcer.js').Announcer} announcer
   */
  constructor(list, template, announcer) {
    this.#list = list;
    this.#template = template;
    this.#announcer = announcer;
  }

  /** @param {Replica[]} replicas in the order in which they started */
  show(replicas) {
    const before = this.#shown;
    if (!before) {
      // What the server rendered.
      this.#list.replaceChildren();
    }

    this.#shown = new Map(replicas.map((replica) => {
      const row = before?.get(replica.id)?.row ?? this.#open();
      this.#fill(row, replica);
      return [replica.id, { row, name: replica.name }];
    }));
    for (const [id, { row, name }] of before ?? []) {
      if (!this.#shown.has(id)) {
        row.remove();
        this.#announcer.say(text('replica.gone', name));
      }
    }

    [...this.#shown].forEach(([id, { row, name }], index) => {
      if (this.#list.children[index] !== row) {
        this.#list.insertBefore(row, this.#list.children[index] ?? null);
      }

      if (before && !before.has(id)) {
        this.#announcer.say(text('replica.came', name));
      }
    });
  }

  /** @returns {HTMLElement} */
  #open() {
    const fragment = /** @type {DocumentFragment} */ (this.#template.content.cloneNode(true));
    return /** @type {HTMLElement} */ (fragment.firstElementChild);
  }

  /**
   * @param {HTMLElement} row
   * @param {Replica} replica
   */
  #fill(row, { name, started, streams, deliveredPerSecond, lagSeconds, window, draining }) {
    row.dataset.state = draining ? 'draining' : 'serving';
    setText(field(row, 'name'), name);
    setText(field(row, 'state'), text(draining ? 'replica.draining' : 'replica.serving'));
    setText(field(row, 'streams'), count(streams));
    setText(field(row, 'out'), rate(deliveredPerSecond));
    setText(field(row, 'lag'), duration(lagSeconds * 1000));
    setText(field(row, 'started'), ago(Date.parse(started)));
    const fill = /** @type {HTMLProgressElement} */ (field(row, 'fill'));
    fill.value = Math.max(window.events / window.maxEvents, window.bytes / window.maxBytes);
    setText(field(row, 'window'), text('window', count(window.events), count(window.maxEvents), bytes(window.bytes)));
  }
}
