// @ts-check
// Figures as the page writes them; the server's Figures.cs writes the same.

/** What stands where a figure is not known. */
export const UNKNOWN = '–';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
const COUNT = new Intl.NumberFormat('en');
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** @param {unknown} value a share of a hundred */
export const percent = (value) => (typeof value === 'number' ? `${value.toFixed(1)} %` : UNKNOWN);

/** @param {number} value */
export const count = (value) => COUNT.format(value);

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

  return `${rest.toFixed(unit === 0 || rest >= 99.95 ? 0 : 1)} ${UNITS[unit]}`;
}

/**
 * How long ago, or the day where that says more.
 * @param {number} at Unix milliseconds
 */
export function ago(at) {
  const seconds = Math.max(0, Date.now() - at) / 1000;
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds / 10) * 10} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ago`;
  return DAY.format(at);
}
