// @ts-check
// The table of a run as Markdown: what stands on the page, cell by cell.

const escape = (/** @type {string | null} */ text) => (text ?? '').trim().replace(/\s+/g, ' ').replaceAll('|', '\\|');

/**
 * @param {HTMLTableElement} table
 * @param {string} about a sentence above it
 * @returns {string}
 */
export function markdownOf(table, about) {
  const [head, ...rows] = [...table.rows].map((row) => [...row.cells].map((cell) => escape(cell.textContent)));
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column ? '---:' : '---'));
  return [escape(about), '', line(head), line(rule), ...rows.map(line), ''].join('\n');
}
