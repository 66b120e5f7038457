// @ts-check
// The busiest topics and patterns.

import { count, rate } from '../format.js';
import { field, setText } from '../paint.js';

export class TopicTable {
  #body;
  #template;
  #none;

  /**
   * @param {HTMLElement} body of the table
   * @param {HTMLTemplateElement} template of a row
   * @param {HTMLElement} none shown where there are no topics
   */
  constructor(body, template, none) {
    this.#body = body;
    this.#template = template;
    this.#none = none;
  }

  /** @param {import('./stats-stream.js').Topic[]} topics busiest first */
  show(topics) {
    while (this.#body.children.length > topics.length) {
      this.#body.lastElementChild?.remove();
    }

    while (this.#body.children.length < topics.length) {
      this.#body.append(this.#template.content.cloneNode(true));
    }

    topics.forEach(({ topic, readers, eventsPerSecond }, index) => {
      const row = this.#body.children[index];
      setText(field(row, 'topic'), topic);
      setText(field(row, 'readers'), count(readers));
      setText(field(row, 'rate'), rate(eventsPerSecond));
    });
    this.#none.hidden = topics.length > 0;
  }
}
