// @ts-check
// The delays of a lane as bars, over a scale on which each step is ten times the one before: the same for all
// lanes, so that they can be compared by eye.

import { duration } from '../format.js';
import { prepare } from '../canvas.js';
import { Histogram } from './histogram.js';

const PER_OCTAVE = 2;
/** From 0.1 ms to 26 s. */
const BARS = 36;
const AXIS = 15;
const MARKS = [1, 10, 100, 1_000, 10_000];

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Histogram | null} histogram null before the first run
 */
export function drawHistogram(canvas, histogram) {
  const drawing = prepare(canvas);
  if (!drawing) {
    return;
  }

  const { context, width, height, colour } = drawing;
  const bottom = height - AXIS;
  const step = width / BARS;
  const x = (/** @type {number} */ milliseconds) => Math.log2(milliseconds / Histogram.LEAST) * PER_OCTAVE * step;
  context.textAlign = 'center';
  for (const mark of MARKS) {
    context.fillStyle = colour('line');
    context.fillRect(x(mark), 0, 1, bottom);
    context.fillStyle = colour('muted');
    // Every other one has a label: there is room for no more.
    if (Math.log10(mark) % 2 === 0) {
      context.fillText(duration(mark).replace(/[.,]0/, ''), x(mark), height - 3);
    }
  }

  context.fillStyle = colour('line');
  context.fillRect(0, bottom - 1, width, 1);
  if (!histogram?.count) {
    return;
  }

  const bars = histogram.bars(PER_OCTAVE).slice(0, BARS);
  const most = Math.max(...bars);
  context.fillStyle = colour('live');
  bars.forEach((count, bar) => {
    if (count) {
      const tall = Math.max(2, (count / most) * (bottom - 3));
      context.fillRect(bar * step + 0.5, bottom - 1 - tall, Math.max(1, step - 1), tall);
    }
  });
  const median = histogram.percentile(0.5) ?? 0;
  context.fillStyle = colour('ink');
  context.fillRect(x(median) - 0.5, 0, 1.5, bottom);
}
