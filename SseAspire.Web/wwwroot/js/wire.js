// @ts-check
// The stream as it comes over the wire, line by line, comments and all. EventSource hides that, so this
// panel has a connection of its own, open only while somebody looks at it.

import { field, painter } from './paint.js';
import { text as textOf } from './texts.js';

/** Lines kept, here and on the page. */
const KEPT = 200;
const WAIT = 2_000;

/** Enough to see the shape of any line. */
const LONGEST = 2_000;

export class Wire {
  /** @type {HTMLDetailsElement} */ #panel;
  /** @type {HTMLElement} */ #log;
  /** @type {string} */ #hub;
  /** @type {string} */ #query;
  /** @type {AbortController | null} */ #open = null;
  /** @type {string | null} */ #lastId = null;
  /** @type {{text: string, kind: string}[]} not on the page yet */ #lines = [];
  /** @type {() => void} */ #paint = painter(() => this.#draw());

  /**
   * @param {HTMLDetailsElement} panel
   * @param {string} hub
   * @param {string[]} topics
   */
  constructor(panel, hub, topics) {
    this.#panel = panel;
    this.#log = field(panel, 'log');
    this.#hub = hub;
    this.#query = topics.map((topic) => `topic=${topic}`).join('&');
    field(panel, 'request').textContent = `curl -N '${hub}/events?${this.#query}'`;
    panel.addEventListener('toggle', () => this.#follow());
    document.addEventListener('visibilitychange', () => this.#follow());
    this.#follow();
  }

  /** Nobody looks at a closed panel or a hidden tab, and a browser has few connections to a host. */
  #follow() {
    const looked = this.#panel.open && document.visibilityState === 'visible';
    if (looked && !this.#open) {
      this.#open = new AbortController();
      this.#run(this.#open.signal);
    } else if (!looked && this.#open) {
      this.#open.abort();
      this.#open = null;
    }
  }

  /** @param {AbortSignal} signal */
  async #run(signal) {
    while (!signal.aborted) {
      try {
        await this.#read(signal);
        this.#say(textOf('wire.ended'));
      } catch {
        if (signal.aborted) {
          return;
        }

        this.#say(textOf('wire.broke'));
      }

      await new Promise((resolve) => setTimeout(resolve, WAIT));
    }
  }

  /** @param {AbortSignal} signal */
  async #read(signal) {
    const resume = this.#lastId === null ? '' : `&lastEventId=${encodeURIComponent(this.#lastId)}`;
    const response = await fetch(`${this.#hub}/events?${this.#query}${resume}`, {
      headers: { Accept: 'text/event-stream' },
      cache: 'no-store',
      signal,
    });
    this.#say(`HTTP ${response.status} ${response.headers.get('content-type') ?? ''}`);
    const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
    const decoder = new TextDecoder();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }

      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        this.#add(line);
      }
    }
  }

  /** @param {string} line */
  #add(line) {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    if (name === 'id') {
      this.#lastId = line.slice(colon + 1).replace(/^ /, '');
    }

    this.#push(line.slice(0, LONGEST), line === '' ? 'end' : name === '' ? 'comment' : name);
  }

  /** @param {string} text of ours, not of the wire */
  #say(text) {
    this.#push(text, 'note');
  }

  /**
   * @param {string} text
   * @param {string} kind
   */
  #push(text, kind) {
    this.#lines.push({ text, kind });
    this.#lines.splice(0, this.#lines.length - KEPT);
    this.#paint();
  }

  #draw() {
    // Whoever has scrolled up is reading; only a reader at the end is taken along.
    const atEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 40;
    const lines = document.createDocumentFragment();
    for (const { text, kind } of this.#lines) {
      const line = document.createElement('div');
      line.className = 'wire-line';
      line.dataset.kind = kind;
      const colon = text.indexOf(':');
      if (colon > 0 && kind !== 'note') {
        const name = document.createElement('b');
        name.textContent = text.slice(0, colon);
        line.append(name, text.slice(colon));
      } else {
        line.textContent = text;
      }

      lines.append(line);
    }

    this.#lines = [];
    this.#log.append(lines);
    while (this.#log.childElementCount > KEPT) {
      this.#log.firstElementChild?.remove();
    }

    if (atEnd) {
      this.#log.scrollTop = this.#log.scrollHeight;
    }
  }
}
