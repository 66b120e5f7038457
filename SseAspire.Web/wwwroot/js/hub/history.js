// @ts-check
// The last minutes of the hub's figures: what the charts draw.

/** How far the charts reach back, in milliseconds. */
export const SPAN = 300_000;

/** Figures come every second; more than this between two is a hole, drawn as one. */
const HOLE = 5_000;

/**
 * One moment.
 * @typedef {object} Moment
 * @property {number} at by this browser's clock, Unix milliseconds
 * @property {boolean} afterHole nothing is known of the time before it
 * @property {Record<string, number | null>} values by series
 */

export class History {
  /** @type {Moment[]} oldest first */ moments = [];

  /** @param {import('./stats-stream.js').Figures} figures */
  add({ connections, events, latency }) {
    const at = Date.now();
    const last = this.moments.at(-1);
    const { sse = 0, websocket = 0, long_poll: longPoll = 0 } = connections.byTransport;
    this.moments.push({
      at,
      afterHole: !last || at - last.at > HOLE,
      values: {
        sse,
        websocket,
        'long-poll': longPoll,
        in: events.receivedPerSecond,
        out: events.deliveredPerSecond,
        median: milliseconds(latency.p50Seconds),
        slow: milliseconds(latency.p99Seconds),
      },
    });
    this.moments.splice(0, this.moments.findIndex((moment) => at - moment.at <= SPAN));
  }
}

/** @param {number | null} seconds */
const milliseconds = (seconds) => (seconds === null ? null : seconds * 1000);
