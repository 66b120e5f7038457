// @ts-check
// One lane: a transport, and what becomes of it over time and in numbers.

import { LongPollLane } from './long-poll.js';
import { PollLane } from './poll.js';
import { SseLane } from './sse.js';
import { Tally } from './tally.js';
import { Timeline } from './timeline.js';
import { WebSocketLane } from './websocket.js';

/**
 * What a lane reads.
 * @typedef {object} Reading
 * @property {string} hub
 * @property {string} topic
 * @property {string} cursor where it begins
 * @property {string} meter under what the hub counts its requests
 * @property {number} interval between two polls, in milliseconds
 */

/**
 * What a transport tells.
 * @typedef {object} Feed
 * @property {() => void} ready it receives what comes from now on
 * @property {() => void} asked a request was made, or a connection
 * @property {() => void} answered it is over
 * @property {(data: string) => void} event
 */

const TRANSPORTS = { sse: SseLane, websocket: WebSocketLane, longPoll: LongPollLane, poll: PollLane };

/** @typedef {keyof typeof TRANSPORTS} LaneName */

export const LANES = /** @type {LaneName[]} */ (Object.keys(TRANSPORTS));

export class Lane {
  tally = new Tally();
  /** Requests and connections, as far as the page can see them. */ asked = 0;
  timeline;
  /** @type {Promise<void>} */ ready;
  #transport;
  #clock;

  /**
   * Opens it.
   * @param {LaneName} name
   * @param {Reading} reading
   * @param {import('../clock.js').Clock} clock
   * @param {Timeline} timeline
   * @param {() => void} onChange
   */
  constructor(name, reading, clock, timeline, onChange) {
    this.timeline = timeline;
    this.#clock = clock;
    this.ready = new Promise((resolve) => {
      this.#transport = new TRANSPORTS[name](reading, {
        ready: resolve,
        asked: () => {
          this.asked++;
          timeline.asked(clock.now);
          onChange();
        },
        answered: () => {
          timeline.answered(clock.now);
          onChange();
        },
        event: (data) => {
          this.#receive(data);
          onChange();
        },
      });
    });
  }

  close() {
    this.#transport?.close();
  }

  /** @param {string} data */
  #receive(data) {
    const { n, t } = JSON.parse(data);
    const { now } = this.#clock;
    const kind = this.tally.receive(n, t, now);
    this.timeline.event(now, kind !== 'live');
  }
}
