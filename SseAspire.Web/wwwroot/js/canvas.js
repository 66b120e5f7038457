// @ts-check
// A canvas as large as its element and as sharp as the screen, in the page's colours.

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {{context: CanvasRenderingContext2D, width: number, height: number, colour: (name: string) => string} | null}
 *   cleared, to be drawn on in CSS pixels
 */
export function prepare(canvas) {
  const scale = devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }

  const context = canvas.getContext('2d');
  if (!context) {
    return null;
  }

  const css = getComputedStyle(canvas);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = `11px ${css.fontFamily}`;
  return { context, width, height, colour: (name) => css.getPropertyValue(`--${name}`).trim() };
}
