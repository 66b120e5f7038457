// @ts-check
// The figures of a run, as they are stored in this browser under `sseaspire.lab` and shown; `LaneFigures.cs` has
// the same for the run that came with the product.

import { LANES } from './lane.js';

/**
 * What could not be measured is null. Milliseconds, but for `cpu`: processor seconds of the server for 1,000
 * events to virtual readers. Bytes on the wire, with headers and framing; in is from the client.
 * @typedef {object} LaneFigures
 * @property {number | null} requests
 * @property {number | null} connections
 * @property {number | null} bytesIn
 * @property {number | null} bytesOut
 * @property {number} received
 * @property {number} caughtUp
 * @property {number} lost
 * @property {number} twice
 * @property {number | null} mean
 * @property {number | null} p50
 * @property {number | null} p99
 * @property {number | null} recovery
 * @property {number | null} cpu
 */

/**
 * @typedef {object} Result
 * @property {string} at ISO 8601
 * @property {number} rate
 * @property {number} size
 * @property {number} interval
 * @property {number} seconds
 * @property {number} readers
 * @property {Record<string, LaneFigures>} lanes
 */

const KEY = 'sseaspire.lab';
const MESSAGES = 100;
const MESSAGE_BYTES = 20;

/**
 * @param {import('./run.js').Run} run
 * @param {import('./lane.js').LaneName} name
 * @returns {LaneFigures} as they are now
 */
export function figuresOf(run, name) {
  const { tally, asked } = run.lanes[name];
  const meter = run.progress?.meters?.[name];
  const known = meter && !meter.shared;
  return {
    requests: meter?.requests ?? asked,
    connections: meter?.connections ?? null,
    bytesIn: known ? meter.bytesIn : null,
    bytesOut: known ? meter.bytesOut : null,
    received: tally.received,
    caughtUp: tally.caughtUp,
    lost: tally.lost(run.state === 'done' ? run.progress?.published : undefined),
    twice: tally.twice,
    mean: tally.delays.mean,
    p50: tally.delays.percentile(0.5),
    p99: tally.delays.percentile(0.99),
    recovery: tally.recovery,
    cpu: run.progress?.cpu?.[name] ?? null,
  };
}

/**
 * @param {import('./run.js').Run} run that is over
 * @returns {Result}
 */
export function resultOf(run) {
  const { rate, size, interval, seconds, readers } = run.settings;
  const lanes = Object.fromEntries(LANES.map((name) => [name, figuresOf(run, name)]));
  return { at: new Date().toISOString(), rate, size, interval, seconds, readers, lanes };
}

/** @param {Result} result */
export function store(result) {
  try {
    localStorage.setItem(KEY, JSON.stringify(result));
  } catch {
    // No room, or not allowed: the page shows it all the same.
  }
}

/** @returns {Result | null} this browser's last run */
export function stored() {
  try {
    const result = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return result && LANES.every((name) => typeof result.lanes?.[name] === 'object') ? result : null;
  } catch {
    return null;
  }
}

/**
 * Bytes that a hundred messages of twenty bytes take to the server, as requests with the headers that this run's
 * had, or null where bytes were not counted. `UplinkCost.cs` has the same.
 * @param {Result} result
 */
export function uplinkOf({ lanes: { poll } }) {
  return poll.bytesIn && poll.requests ? MESSAGES * (MESSAGE_BYTES + poll.bytesIn / poll.requests) : null;
}
