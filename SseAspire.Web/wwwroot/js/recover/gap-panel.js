// @ts-check
// Resumes from a place that the log has long dropped, to show that the hub says so. By a request of its own, read
// as raw text: the two readers go on undisturbed.

import { count } from '../format.js';
import { field, setText } from '../paint.js';
import { text } from '../texts.js';

const PATIENCE = 10_000;

/** A place in a log of another time, which no hub has any more. */
const OF_OLD = '1-0';

export class GapPanel {
  /** @type {HTMLElement} */ #panel;
  /** @type {string} */ #hub;
  /** @type {import('./life.js').Life} */ #life;

  /**
   * @param {HTMLElement} panel
   * @param {HTMLElement} button
   * @param {string} hub
   * @param {import('./life.js').Life} life whose log it is
   */
  constructor(panel, button, hub, life) {
    this.#panel = panel;
    this.#hub = hub;
    this.#life = life;
    button.addEventListener('click', () => this.#show());
  }

  async #show() {
    try {
      // The first place of today's log: once the log has trimmed anything, the hub knows how many are gone.
      const epoch = this.#life.lastId?.match(/^(\d+)-\d+$/)?.[1];
      if (!epoch || !(await this.#resume(`${epoch}-0`))) {
        await this.#resume(OF_OLD);
      }
    } catch {
      setText(field(this.#panel, 'meaning'), text('gap.failed'));
    }
  }

  /**
   * @param {string} id
   * @returns {Promise<boolean>} whether there was a gap, which is then shown
   */
  async #resume(id) {
    const query = `topic=recover/*&lastEventId=${id}`;
    const lines = await this.#firstFrame(query);
    if (!lines.includes('event: gap')) {
      return false;
    }

    const data = lines.find((line) => line.startsWith('data: '))?.slice('data: '.length) ?? '{}';
    const { missed } = JSON.parse(data);
    setText(field(this.#panel, 'log'), [`GET /events?${query}`, 'Accept: text/event-stream', '', ...lines].join('\n'));
    setText(field(this.#panel, 'meaning'), missed === null ? text('gap.unknown') : text('gap.counted', count(missed)));
    return true;
  }

  /**
   * Reads a stream up to its first frame with data.
   * @param {string} query
   * @returns {Promise<string[]>} the lines as they came
   */
  async #firstFrame(query) {
    const enough = new AbortController();
    const timer = setTimeout(() => enough.abort(), PATIENCE);
    try {
      const response = await fetch(`${this.#hub}/events?${query}`, {
        headers: { Accept: 'text/event-stream' }, cache: 'no-store', signal: enough.signal,
      });
      const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
      const decoder = new TextDecoder();
      for (let body = ''; ;) {
        const { done, value } = await reader.read();
        body += decoder.decode(value, { stream: true });
        const end = /^data:.*\n\n/m.exec(body);
        if (end) {
          return body.slice(0, end.index + end[0].length).trimEnd().split('\n');
        }

        if (done) {
          throw new Error('The stream ended before its first event.');
        }
      }
    } finally {
      clearTimeout(timer);
      enough.abort();
    }
  }
}
