// @ts-check
// Buttons that copy the code that they name (`data-copy`, its element's id).

import { text } from './texts.js';

const SHOWN = 2_000;

/** @param {Element} within */
export function copyOnClick(within) {
  within.addEventListener('click', async ({ target }) => {
    const button = target instanceof Element ? target.closest('button') : null;
    const code = document.getElementById(button?.dataset.copy ?? '');
    if (!button || !code) {
      return;
    }

    try {
      await navigator.clipboard.writeText(code.textContent ?? '');
      button.textContent = text('clipboard.copied');
    } catch {
      // No clipboard without HTTPS, or not allowed: one key stroke is left to do.
      getSelection()?.selectAllChildren(code);
      button.textContent = text('clipboard.selected');
    }

    setTimeout(() => { button.textContent = text('clipboard.copy'); }, SHOWN);
  });
}
