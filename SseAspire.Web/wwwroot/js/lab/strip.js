// @ts-check
// One lane over time: requests as strokes upwards from a line that is thick where a connection is held, events as
// strokes downwards, cuts shaded. All strips have the same time axis.

import { text } from '../texts.js';
import { prepare } from '../canvas.js';

/** Room for the seconds below. */
const AXIS = 15;

/** Seconds between two marks of the axis: the first that leaves room for its label. */
const MARKS = [1, 2, 5, 10, 20, 30, 60, 120];
const MARK_WIDTH = 44;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import('./timeline.js').Timeline | null} timeline null before the first run
 * @param {number} columns how many are shown
 * @param {import('./tally.js').Cut[]} cuts
 * @param {number} now by the conductor's clock
 */
export function drawStrip(canvas, timeline, columns, cuts, now) {
  const drawing = prepare(canvas);
  if (!drawing) {
    return;
  }

  const { context, width, height, colour } = drawing;
  const bottom = height - AXIS;
  const middle = Math.round(bottom * 0.45);
  const step = width / columns;
  const milliseconds = timeline?.step ?? 50;

  if (timeline) {
    context.fillStyle = colour('cut');
    for (const { from, until } of cuts) {
      const left = timeline.column(from) * step;
      context.fillRect(left, 0, timeline.column(Math.min(until, now)) * step - left, bottom);
    }
  }

  drawAxis(drawing, bottom, (columns * milliseconds) / 1_000);
  context.fillStyle = colour('line');
  context.fillRect(0, middle - 0.5, width, 1);
  if (!timeline) {
    return;
  }

  timeline.hold(now);
  const last = Math.min(columns - 1, timeline.column(now));
  const stroke = Math.max(1.25, Math.min(2, step));
  /**
   * @param {string} name of the colour
   * @param {(column: number) => number} heightOf above the middle, below it where negative
   */
  const strokes = (name, heightOf) => {
    context.beginPath();
    for (let column = 0; column <= last; column++) {
      const tall = heightOf(column);
      if (tall !== 0) {
        context.rect(column * step, middle, stroke, -tall);
      }
    }

    context.fillStyle = colour(name);
    context.fill();
  };

  // Many in one column are taller, by how many times more.
  const up = (/** @type {number} */ count) => (count ? Math.min(middle - 2, middle * (0.5 + 0.14 * Math.log2(count))) : 0);
  const room = bottom - middle - 2;
  const down = (/** @type {number} */ count) => (count ? -Math.min(room, room * (0.5 + 0.12 * Math.log2(count))) : 0);
  context.beginPath();
  for (let column = 0; column <= last; column++) {
    if (timeline.held[column]) {
      context.rect(column * step, middle - 1.5, step + 0.5, 3);
    }
  }

  context.fillStyle = colour('edge');
  context.fill();
  strokes('received', (column) => up(timeline.requests[column]));
  strokes('live', (column) => down(timeline.events[column]));
  strokes('replayed', (column) => down(timeline.late[column]));
}

/**
 * @param {NonNullable<ReturnType<typeof prepare>>} drawing
 * @param {number} bottom
 * @param {number} seconds
 */
function drawAxis({ context, width, height, colour }, bottom, seconds) {
  const apart = MARKS.find((mark) => (mark / seconds) * width >= MARK_WIDTH) ?? MARKS[MARKS.length - 1];
  for (let second = 0; second < seconds; second += apart) {
    const x = (second / seconds) * width;
    context.fillStyle = colour('line');
    context.fillRect(x, 0, 1, bottom);
    context.fillStyle = colour('muted');
    context.fillText(second ? String(second) : text('seconds', 0), x + (second ? 3 : 1), height - 3);
  }
}

