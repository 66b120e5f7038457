// @ts-check
// What the lab measured last in this browser, beside the claims that it supports.

import { bytes, count, day, decimal } from './format.js';
import { field, setText } from './paint.js';
import { text } from './texts.js';

const KEY = 'sseaspire.lab';

/**
 * @typedef {object} LaneResult
 * @property {number} requests
 * @property {number} bytesIn from the browser, headers included
 * @property {number} bytesOut to the browser
 * @property {number} received
 * @property {number} lost
 * @property {number} twice
 * @property {number | null} recovery after the cut, in milliseconds
 */

/** @typedef {{at: number | string, seconds: number, lanes: {sse: LaneResult, websocket: LaneResult, poll: LaneResult}}} LabResult */

/** @returns {LabResult | null} */
function read() {
  try {
    const result = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return result?.lanes?.sse && result.lanes.websocket && result.lanes.poll ? result : null;
  } catch {
    return null; // Storage is closed to the page, or holds something else.
  }
}

/** @param {LaneResult} lane */
const perEvent = ({ bytesIn, bytesOut, received }) => bytes((bytesIn + bytesOut) / Math.max(1, received));

/** @param {HTMLElement} page with a place for the figures of each claim */
export function showLabResult(page) {
  const result = read();
  if (!result) {
    return;
  }

  const { at, seconds, lanes: { sse, websocket, poll } } = result;
  /** @type {Record<string, string>} */
  const figures = {
    http: text('measured.http', count(sse.received), count(sse.requests), count(poll.requests)),
    oneWay: text('measured.oneWay', seconds, bytes(sse.bytesIn), bytes(poll.bytesIn)),
    heals: text('measured.heals', decimal((sse.recovery ?? 0) / 1000, 1), count(sse.lost), count(sse.twice)),
    overhead: text('measured.overhead', perEvent(sse), perEvent(websocket), perEvent(poll)),
  };
  const when = text('measured.when', day(new Date(at).getTime()));
  for (const place of page.querySelectorAll('[data-measured]')) {
    const claim = /** @type {HTMLElement} */ (place).dataset.measured ?? '';
    // Without a cut there was nothing to recover from.
    if (claim !== 'heals' || typeof sse.recovery === 'number') {
      setText(field(place, 'figure'), `${figures[claim]} ${when}`);
      setText(field(place, 'link'), text('measured.link'));
    }
  }
}
