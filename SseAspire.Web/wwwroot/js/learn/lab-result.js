// @ts-check
// What the lab measured last in this browser, beside the claims that it supports: instead of the figures that
// the server has written there (MeasuredClaims.cs), which came with the product.

import { bytes, count, day, decimal } from '../format.js';
import { field, setText } from '../paint.js';
import { text } from '../texts.js';

const KEY = 'sseaspire.lab';

/**
 * What the lab stores of one transport; what could not be measured is null.
 * @typedef {object} LaneResult
 * @property {number | null} requests
 * @property {number | null} bytesIn from the browser, headers included
 * @property {number | null} bytesOut to the browser
 * @property {number} received
 * @property {number} lost
 * @property {number} twice
 * @property {number | null} recovery after the cut, in milliseconds
 */

/** @typedef {{at: string, seconds: number, lanes: {sse: LaneResult, websocket: LaneResult, poll: LaneResult}}} LabResult */

/** @returns {LabResult | null} */
function read() {
  try {
    const result = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return result?.lanes?.sse && result.lanes.websocket && result.lanes.poll ? result : null;
  } catch {
    return null; // Storage is closed to the page, or holds something else.
  }
}

/**
 * Bytes on the wire for an event.
 * @param {LaneResult} lane
 */
const perEvent = ({ bytesIn, bytesOut, received }) =>
  (bytesIn === null || bytesOut === null || received === 0 ? null : (bytesIn + bytesOut) / received);

/**
 * What is said of each claim, or null where it was not measured: without a cut there was nothing to recover from.
 * @param {LabResult} result
 * @returns {Record<string, string | null>}
 */
function say({ seconds, lanes: { sse, websocket, poll } }) {
  const [stream, socket, polled] = [sse, websocket, poll].map(perEvent);
  return {
    http: sse.requests === null || poll.requests === null
      ? null
      : text('measured.http', count(sse.received), count(sse.requests), count(poll.requests)),
    oneWay: sse.bytesIn === null || poll.bytesIn === null
      ? null
      : text('measured.oneWay', seconds, bytes(sse.bytesIn), bytes(poll.bytesIn)),
    heals: sse.recovery === null
      ? null
      : text('measured.heals', decimal(sse.recovery / 1000, 1), count(sse.lost), count(sse.twice)),
    overhead: stream === null || socket === null || polled === null
      ? null
      : text('measured.overhead', bytes(stream), bytes(socket), bytes(polled)),
  };
}

/** @param {HTMLElement} page with a place for the figures of each claim */
export function showLabResult(page) {
  const result = read();
  if (!result) {
    return;
  }

  const said = say(result);
  const when = text('measured.when', day(Date.parse(result.at)));
  for (const place of page.querySelectorAll('[data-measured]')) {
    const figures = said[/** @type {HTMLElement} */ (place).dataset.measured ?? ''];
    if (figures) {
      setText(field(place, 'figure'), `${figures} ${when}`);
      setText(field(place, 'link'), text('measured.link'));
    }
  }
}
