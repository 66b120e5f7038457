// @ts-check
// Figures as the page writes them, in its language; the server's Figures.cs writes the same.

import { LANGUAGE, text } from './texts.js';

/** What stands where a figure is not known. */
export const UNKNOWN = '–';

const UNITS = text('unit.bytes').split(' ');
const COUNT = new Intl.NumberFormat(LANGUAGE);
const DAY = new Intl.DateTimeFormat(LANGUAGE === 'en' ? 'en-GB' : LANGUAGE, { day: 'numeric', month: 'short', year: 'numeric' });
const FIXED = [0, 1].map((digits) => new Intl.NumberFormat(LANGUAGE, {
  minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false,
}));

/** @param {number} at Unix milliseconds */
export const day = (at) => DAY.format(at);

/** @param {number} value */
export const count = (value) => COUNT.format(value);

/**
 * @param {number} value
 * @param {0 | 1} digits after the decimal point
 */
export const decimal = (value, digits) => FIXED[digits].format(value);

/** @param {unknown} value a share of a hundred */
export const percent = (value) => (typeof value === 'number' ? text('unit.percent', decimal(value, 1)) : UNKNOWN);

/** @param {unknown} value decimal multiples to three digits */
export function bytes(value) {
  if (typeof value !== 'number') {
    return UNKNOWN;
  }

  let rest = value;
  let unit = 0;
  while (rest >= 999.5 && unit < UNITS.length - 1) {
    rest /= 1000;
    unit++;
  }

  return `${decimal(rest, unit === 0 || rest >= 99.95 ? 0 : 1)} ${UNITS[unit]}`;
}

/** @param {unknown} value the same in a second */
export const bytesPerSecond = (value) => text('unit.perSecond', bytes(value));

/** @param {unknown} value how often a second, to three digits or whole */
export const rate = (value) => (typeof value === 'number'
  ? text('unit.perSecond', value > 0 && value < 99.95 ? decimal(value, 1) : count(Math.round(value)))
  : UNKNOWN);

/** @param {unknown} value milliseconds, from a second on in seconds, to three digits */
export function duration(value) {
  if (typeof value !== 'number') {
    return UNKNOWN;
  }

  return value < 999.5
    ? text('unit.milliseconds', decimal(value, value < 99.95 ? 1 : 0))
    : text('unit.seconds', decimal(value / 1000, 1));
}

/** @param {number} value how many times another figure */
export const ratio = (value) => text('unit.times', decimal(value, value < 99.95 ? 1 : 0));

/**
 * The beginning of a text that anybody may have published, at any length. No character is cut in two.
 * @param {string} value
 * @param {number} longest UTF-16 code units
 */
export const shortened = (value, longest) => (value.length <= longest
  ? value
  : `${value.slice(0, /[\uD800-\uDBFF]/.test(value[longest - 1]) ? longest + 1 : longest)}…`);

/**
 * How long ago, or the day where that says more.
 * @param {number} at Unix milliseconds
 */
export function ago(at) {
  const seconds = Math.max(0, Date.now() - at) / 1000;
  if (seconds < 10) return text('ago.now');
  if (seconds < 60) return text('ago.seconds', Math.floor(seconds / 10) * 10);
  if (seconds < 3600) return text('ago.minutes', Math.floor(seconds / 60));
  if (seconds < 172_800) return text('ago.hours', Math.floor(seconds / 3600));
  return DAY.format(at);
}
