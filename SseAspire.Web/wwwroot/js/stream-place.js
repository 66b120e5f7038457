// @ts-check
// Places in the hub's log, written `<epoch>-<sequence>`: two decimal numbers of up to 64 bits, more than
// a JavaScript number holds.

/**
 * @param {string} a
 * @param {string} b
 * @returns {number} below 0 where a comes before b in the log, above 0 where it comes after
 */
export function comparePlaces(a, b) {
  const [epochA, sequenceA] = a.split('-');
  const [epochB, sequenceB] = b.split('-');
  return compareDecimals(epochA, epochB) || compareDecimals(sequenceA, sequenceB);
}

/**
 * The later of two places.
 * @param {string} a
 * @param {string} b
 */
export const laterPlace = (a, b) => (comparePlaces(a, b) < 0 ? b : a);

/**
 * Without leading zeros the longer one is larger, and equally long ones compare as text.
 * @param {string} a
 * @param {string} b
 */
function compareDecimals(a, b) {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
