// @ts-check
// Lines over the last minutes, on a canvas, in the page's colours. Stacked ones fill what lies between them.

import { prepare } from '../canvas.js';
import { text } from '../texts.js';
import { SPAN } from './history.js';

const AXIS = 18;
const LEFT = 56;
const MINUTE = 60_000;
/** What is shown at first, in minutes; it grows with what there is. */
const SPANS = [1, 2, SPAN / MINUTE];
/** Of the grid: at nothing, at half and at the top. */
const LINES = 3;

export class LineChart {
  #canvas;
  #series;
  #label;
  #stacked;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {string[]} series names of values, which are names of colours too
   * @param {(value: number) => string} label writes a value of the axis
   * @param {boolean} stacked whether each series stands on the one before
   */
  constructor(canvas, series, label, stacked = false) {
    this.#canvas = canvas;
    this.#series = series;
    this.#label = label;
    this.#stacked = stacked;
  }

  /**
   * @param {import('./history.js').Moment[]} moments oldest first
   * @param {number} now
   */
  draw(moments, now) {
    const drawing = prepare(this.#canvas);
    if (!drawing) {
      return;
    }

    const { context, width, height, colour } = drawing;
    const bottom = height - AXIS;
    const minutes = SPANS.find((span) => now - (moments[0]?.at ?? now) <= span * MINUTE) ?? SPAN / MINUTE;
    const lines = this.#series.map((name, index) => moments.map(({ values }) => this.#valueOf(values, name, index)));
    const top = ceiling(Math.max(2, ...lines.flat().map((value) => value ?? 0)));
    const x = (/** @type {number} */ at) => LEFT + (width - LEFT) * (1 - (now - at) / (minutes * MINUTE));
    const y = (/** @type {number} */ value) => bottom - (value / top) * (bottom - 8);

    context.textAlign = 'right';
    for (let line = 0; line < LINES; line++) {
      const value = (top * line) / (LINES - 1);
      context.fillStyle = colour('line');
      context.fillRect(LEFT, Math.round(y(value)), width - LEFT, 1);
      context.fillStyle = colour('muted');
      context.fillText(this.#label(value), LEFT - 6, y(value) + 4);
    }

    context.fillText(text('chart.now'), width, height - 3);
    context.textAlign = 'left';
    context.fillText(text('chart.ago', minutes), LEFT, height - 3);

    context.save();
    context.beginPath();
    context.rect(LEFT, 0, width - LEFT, height);
    context.clip();
    // The topmost first, so that those below cover what is theirs.
    for (const index of [...this.#series.keys()].reverse()) {
      context.strokeStyle = context.fillStyle = colour(this.#series[index]);
      for (const run of runsOf(moments, lines[index])) {
        trace(context, run.map(({ at, value }) => ({ x: x(at), y: y(value) })), bottom, this.#stacked);
      }
    }

    context.restore();
  }

  /**
   * @param {Record<string, number | null>} values
   * @param {string} name
   * @param {number} index
   */
  #valueOf(values, name, index) {
    return this.#stacked
      ? this.#series.slice(0, index + 1).reduce((sum, below) => sum + (values[below] ?? 0), 0)
      : values[name];
  }
}

/**
 * The values without holes between them.
 * @param {import('./history.js').Moment[]} moments
 * @param {(number | null)[]} values
 */
function runsOf(moments, values) {
  /** @type {{at: number, value: number}[][]} */
  const runs = [[]];
  moments.forEach(({ at, afterHole }, index) => {
    const value = values[index];
    if (afterHole || value === null) {
      runs.push([]);
    }

    if (value !== null) {
      runs[runs.length - 1].push({ at, value });
    }
  });
  return runs.filter((run) => run.length > 0);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number}[]} points
 * @param {number} bottom
 * @param {boolean} filled
 */
function trace(context, points, bottom, filled) {
  context.beginPath();
  for (const point of points) {
    context.lineTo(point.x, point.y);
  }

  if (points.length === 1) {
    // A line of one point would not be seen.
    context.lineTo(points[0].x + 2, points[0].y);
  }

  context.lineWidth = 1.75;
  context.lineJoin = 'round';
  context.stroke();
  if (filled) {
    context.lineTo(points[points.length - 1].x, bottom);
    context.lineTo(points[0].x, bottom);
    context.fill();
  }
}

/**
 * The next round number that is not less, and whose half is round too.
 * @param {number} value 2 or more
 */
function ceiling(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 6, 8].find((step) => step * power >= value) ?? 10);
}
