// @ts-check
// At most one update of the page a frame, however many events came, and none while the tab is hidden:
// the browser keeps the frame until somebody looks.

/**
 * @param {() => void} draw
 * @returns {() => void} asks for `draw` in the next frame
 */
export function painter(draw) {
  let asked = false;
  return () => {
    if (!asked) {
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        draw();
      });
    }
  };
}

/**
 * Sets a text only where it differs, so that an unchanged figure costs no layout and no accessibility event.
 * @param {Element | null} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element && element.textContent !== text) {
    element.textContent = text;
  }
}

/**
 * The element that carries a field of the page.
 * @param {ParentNode} within
 * @param {string} name
 * @returns {HTMLElement}
 */
export function field(within, name) {
  return /** @type {HTMLElement} */ (within.querySelector(`[data-field="${name}"]`));
}
