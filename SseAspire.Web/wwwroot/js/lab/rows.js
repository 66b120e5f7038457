// @ts-check
// The rows that sum a run up: for each figure its text in every lane, and how many times that of SSE it is.
// `LabRow.cs` has the same.

import { bytes, count, duration, ratio, UNKNOWN } from '../format.js';
import { LANES } from './lane.js';

const number = (/** @type {number | null} */ value) => (value === null ? UNKNOWN : count(value));

/** @type {{name: keyof import('./results.js').LaneFigures, write: (value: number | null) => string, compared: boolean}[]} */
const FIGURES = [
  { name: 'requests', write: number, compared: true },
  { name: 'connections', write: number, compared: true },
  { name: 'bytesOut', write: bytes, compared: true },
  { name: 'bytesIn', write: bytes, compared: true },
  { name: 'mean', write: duration, compared: true },
  { name: 'p50', write: duration, compared: true },
  { name: 'p99', write: duration, compared: true },
  { name: 'received', write: number, compared: false },
  { name: 'lost', write: number, compared: false },
  { name: 'twice', write: number, compared: false },
  { name: 'caughtUp', write: number, compared: false },
  { name: 'recovery', write: duration, compared: true },
  // Milliseconds, as the others.
  { name: 'cpu', write: (value) => duration(value === null ? null : value * 1_000), compared: true },
];

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {{lane: string, figure: string, ratio: string}[]} cells
 */

/**
 * @param {import('./results.js').Result} result
 * @returns {Row[]}
 */
export const rowsOf = ({ lanes }) => FIGURES.map(({ name, write, compared }) => ({
  name,
  cells: LANES.map((lane) => {
    const value = lanes[lane][name] ?? null;
    const first = lanes[LANES[0]][name] ?? 0;
    return {
      lane,
      figure: write(value),
      ratio: compared && lane !== LANES[0] && value !== null && first > 0 ? ratio(value / first) : '',
    };
  }),
}));

/**
 * The texts of one lane's figures.
 * @param {import('./results.js').LaneFigures} figures
 * @returns {Record<string, string>}
 */
export const textsOf = (figures) => Object.fromEntries(FIGURES.map(({ name, write }) => [name, write(figures[name])]));
