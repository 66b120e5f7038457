// @ts-check
// What the hub is doing now, in figures, and how streams ended.

import { count, duration, rate, UNKNOWN } from '../format.js';
import { field, setText } from '../paint.js';
import { text } from '../texts.js';

export class FiguresPanel {
  #now;
  #byTransport;
  #none;
  #closed;

  /**
   * @param {HTMLElement} now
   * @param {HTMLElement} byTransport
   * @param {HTMLElement} none instead of it says how to make a stream, where there is none
   * @param {HTMLElement} closed
   */
  constructor(now, byTransport, none, closed) {
    this.#now = now;
    this.#byTransport = byTransport;
    this.#none = none;
    this.#closed = closed;
  }

  /** @param {import('./stats-stream.js').Figures} figures */
  show({ connections, events, latency, log }) {
    const { total, byTransport, behind, closed } = connections;
    this.#set('streams', count(total));
    this.#set('in', rate(events.receivedPerSecond));
    this.#set('out', rate(events.deliveredPerSecond));
    this.#set('median', seconds(latency.p50Seconds));
    this.#set('slow', seconds(latency.p99Seconds));
    this.#set('lag', seconds(log.lagSeconds));
    this.#set('gaps', count(events.gaps));
    this.#set('behind', behind.readers > 0 ? text('behind', count(behind.readers), count(behind.events)) : count(0));
    this.#none.hidden = total > 0;
    this.#byTransport.hidden = total === 0;
    for (const [transport, streams] of Object.entries(byTransport)) {
      setText(field(this.#byTransport, transport), count(streams));
    }

    for (const [reason, ended] of Object.entries(closed)) {
      setText(field(this.#closed, reason), count(ended));
    }
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  #set(name, value) {
    setText(field(this.#now, name), value);
  }
}

/** @param {number | null} value */
const seconds = (value) => (value === null ? UNKNOWN : duration(value * 1000));
