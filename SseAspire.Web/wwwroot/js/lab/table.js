// @ts-check
// The table that sums a run up.

import { field, setText } from '../paint.js';

/**
 * @param {HTMLTableElement} table
 * @param {import('./rows.js').Row[]} rows
 */
export function fillTable(table, rows) {
  for (const { name, cells } of rows) {
    const row = /** @type {HTMLElement} */ (table.querySelector(`[data-row="${name}"]`));
    for (const { lane, figure, ratio } of cells) {
      const cell = /** @type {HTMLElement} */ (row.querySelector(`[data-lane="${lane}"]`));
      setText(field(cell, 'figure'), figure);
      setText(field(cell, 'ratio'), ratio);
    }
  }
}
