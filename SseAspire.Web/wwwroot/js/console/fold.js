// @ts-check
// Long text takes one line until somebody opens it.

import { bytes } from '../format.js';

/** What is longer, in characters or lines, is folded. */
const LONGEST = 600;
const MOST_LINES = 8;

/** How much of it is shown while it is folded. */
const PREVIEW = 160;

/**
 * @param {string} text
 * @returns {HTMLElement}
 */
export function folded(text) {
  if (text.length <= LONGEST && text.trimEnd().split('\n', MOST_LINES + 1).length <= MOST_LINES) {
    return whole(text);
  }

  const details = document.createElement('details');
  const summary = document.createElement('summary');
  const size = document.createElement('span');
  size.className = 'fold-size';
  size.textContent = bytes(new TextEncoder().encode(text).byteLength);
  summary.append(`${text.slice(0, PREVIEW).replace(/\s+/g, ' ')}… `, size);
  details.append(summary);
  // Two hundred long texts are not laid out for somebody to open one.
  details.addEventListener('toggle', () => details.append(whole(text)), { once: true });
  return details;
}

/** @param {string} text */
function whole(text) {
  const element = document.createElement('pre');
  element.textContent = text;
  return element;
}
