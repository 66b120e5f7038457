// @ts-check
// Two quantities as bars, the longer one as long as there is room.

import { bytes } from '../format.js';
import { field, setText } from '../paint.js';

/**
 * @param {HTMLElement} bars
 * @param {number} more bytes
 * @param {number} less bytes
 */
export function fillBars(bars, more, less) {
  setText(field(bars, 'more'), bytes(more));
  setText(field(bars, 'less'), bytes(less));
  bars.querySelector('.bar-less')?.setAttribute('width', String((less / more) * 100));
}
