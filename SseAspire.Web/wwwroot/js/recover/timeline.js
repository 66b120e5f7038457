// @ts-check
// Draws two lives on one time axis, now at the right: for each the breaks by name, the events as strokes where they
// happened, and the phases as a band with their names in it. A hole that fills is what healing looks like.

import { count } from '../format.js';
import { field, painter, setText } from '../paint.js';
import { text } from '../texts.js';
import { PHASE_NAMES } from './phase-names.js';

/** @typedef {import('./life.js').Life} Life */

/** Wide enough for the name of a phase of two seconds; and a minute is enough for anybody. */
const PIXELS_PER_SECOND = 18;
const SHORTEST = 15_000;
const LONGEST = 60_000;

const TITLE = 20;
const LABEL = 16;
const STROKES = 34;
const BAND = 20;
const LANE = TITLE + 2 * LABEL + STROKES + BAND;
const BETWEEN = 16;

/** @type {Record<import('./life.js').Cause, string>} */
const CAUSES = {
  drop: text('cause.drop'),
  unplug: text('cause.unplug'),
  restart: text('cause.restart'),
  leave: text('cause.leave'),
  unknown: text('cause.unknown'),
};

const dark = matchMedia('(prefers-color-scheme: dark)');
const still = matchMedia('(prefers-reduced-motion: reduce)');

export class Timeline {
  /** @type {HTMLElement} */ #figure;
  /** @type {HTMLCanvasElement} */ #canvas;
  /** @type {import('./clock.js').Clock} */ #clock;
  /** @type {{title: string, life: Life}[]} */ #lanes;
  /** @type {CSSStyleDeclaration} */ #css;
  /** @type {() => void} */ #paint = painter(() => this.#draw());

  /**
   * @param {HTMLElement} figure with a canvas, and a field `span` for how much time it shows
   * @param {import('./clock.js').Clock} clock
   * @param {{title: string, life: Life}[]} lanes
   */
  constructor(figure, clock, lanes) {
    this.#figure = figure;
    this.#canvas = /** @type {HTMLCanvasElement} */ (figure.querySelector('canvas'));
    this.#css = getComputedStyle(document.documentElement);
    this.#clock = clock;
    this.#lanes = lanes;
    new ResizeObserver(this.#paint).observe(this.#canvas);
    dark.addEventListener('change', this.#paint);
    // Where movement is unwelcome the picture stands still between the seconds.
    setInterval(this.#paint, still.matches ? 1_000 : 50);
  }

  #draw() {
    const scale = devicePixelRatio;
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const pixels = { width: Math.round(width * scale), height: Math.round(height * scale) };
    if (this.#canvas.width !== pixels.width || this.#canvas.height !== pixels.height) {
      Object.assign(this.#canvas, pixels);
    }

    const context = this.#canvas.getContext('2d');
    if (!context) {
      return;
    }

    const span = Math.min(LONGEST, Math.max(SHORTEST, (width / PIXELS_PER_SECOND) * 1000));
    const now = this.#clock.now();
    const x = (/** @type {number} */ at) => width * (1 - (now - at) / span);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    context.textBaseline = 'middle';
    this.#drawAxis(context, width, height, span);
    this.#lanes.forEach(({ title, life }, index) => {
      context.save();
      context.translate(0, index * (LANE + BETWEEN));
      this.#drawTitle(context, title);
      this.#drawAbsences(context, life, x, width);
      this.#drawStrokes(context, life, x);
      this.#drawBand(context, life, x, width);
      context.restore();
    });
    setText(field(this.#figure, 'span'), text('timeline.span', count(Math.round(span / 1000))));
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {string} title
   */
  #drawTitle(context, title) {
    context.fillStyle = this.#colour('ink');
    context.font = this.#font(13, 650);
    context.fillText(title, 0, TITLE / 2);
  }

  /**
   * The time without a stream, and over it what broke it and what became of it.
   * @param {CanvasRenderingContext2D} context
   * @param {Life} life
   * @param {(at: number) => number} x
   * @param {number} width
   */
  #drawAbsences(context, life, x, width) {
    /** @type {{row: number, at: number, said: string, colour: string}[]} */
    const labels = [];
    for (const { from, to, cause, failed, replayed, lost, settled } of life.absences) {
      if (to !== null && x(to) < -width / 2) {
        continue;
      }

      context.fillStyle = this.#colour(lost > 0 ? 'lost-wash' : 'hole');
      context.fillRect(x(from), TITLE + 2 * LABEL, x(to ?? this.#clock.now()) - x(from), STROKES);
      labels.push({ row: 0, at: from, said: CAUSES[cause], colour: 'muted' });
      context.fillStyle = this.#colour('muted');
      for (const at of failed) {
        context.fillRect(Math.round(x(at)) - 1, TITLE + 2 * LABEL + STROKES - 8, 2, 8);
      }

      if (to !== null && settled) {
        labels.push({
          row: 1,
          at: to,
          said: lost > 0 ? text('timeline.lost', count(lost)) : replayed > 0 ? text('timeline.replayed', count(replayed)) : text('timeline.nothing'),
          colour: lost > 0 ? 'bad' : 'good',
        });
      }
    }

    this.#drawLabels(context, labels, x, width);
  }

  /**
   * A line each at its time, and its text where there is room for it.
   * @param {CanvasRenderingContext2D} context
   * @param {{row: number, at: number, said: string, colour: string}[]} labels in the order of time
   * @param {(at: number) => number} x
   * @param {number} width
   */
  #drawLabels(context, labels, x, width) {
    for (const { row, at, colour } of labels) {
      const top = TITLE + row * LABEL;
      context.fillStyle = this.#colour(colour);
      context.fillRect(Math.round(x(at)) - 1, top, 2, TITLE + 2 * LABEL + STROKES - top);
    }

    /** Where the text of each row ends. */
    const ends = [-Infinity, -Infinity];
    context.font = this.#font(12, 550);
    for (const { row, at, said, colour } of labels) {
      const { width: length } = context.measureText(said);
      // One that is new stands beside now and is left behind by it.
      const start = Math.min(x(at) + 5, width - length);
      if (start > ends[row] + 6 && start + length > 0) {
        const top = TITLE + row * LABEL;
        context.fillStyle = this.#colour('surface');
        context.fillRect(start - 2, top, length + 4, LABEL);
        context.fillStyle = this.#colour(colour);
        context.fillText(said, start, top + LABEL / 2);
        ends[row] = start + length;
      }
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Life} life
   * @param {(at: number) => number} x
   */
  #drawStrokes(context, life, x) {
    const bottom = TITLE + 2 * LABEL + STROKES;
    // Their height tells them apart as well: not everybody sees the colours.
    const looks = {
      live: { colour: this.#colour('live'), tall: STROKES * 0.55 },
      replayed: { colour: this.#colour('replayed'), tall: STROKES * 0.9 },
      lost: { colour: this.#colour('bad'), tall: STROKES * 0.25 },
    };
    for (const { at, fate } of life.strokes) {
      const left = x(this.#clock.here(at));
      if (left > -2) {
        const { colour, tall } = looks[fate];
        context.fillStyle = colour;
        context.fillRect(left - 1, bottom - tall, 2, tall);
      }
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Life} life
   * @param {(at: number) => number} x
   * @param {number} width
   */
  #drawBand(context, life, x, width) {
    const top = TITLE + 2 * LABEL + STROKES;
    context.font = this.#font(12, 550);
    for (const { phase, from, to } of life.phases) {
      const left = Math.max(0, x(from));
      const right = Math.min(width, x(to ?? this.#clock.now()));
      if (right < 0 || phase === 'idle') {
        continue;
      }

      const [ground, ink] = phase === 'live' ? ['good-wash', 'good'] : phase === 'away' ? ['bad-wash', 'bad'] : ['warn-wash', 'warn'];
      context.fillStyle = this.#colour(ground);
      context.fillRect(left, top, right - left, BAND);
      context.fillStyle = this.#colour(ink);
      context.fillRect(left, top + BAND - 2, right - left, 2);
      if (context.measureText(PHASE_NAMES[phase]).width + 8 < right - left) {
        context.fillText(PHASE_NAMES[phase], left + 5, top + BAND / 2);
      }
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} width
   * @param {number} height
   * @param {number} span
   */
  #drawAxis(context, width, height, span) {
    const step = span > 30_000 ? 10_000 : 5_000;
    context.font = this.#font(12, 400);
    for (let ago = 0; ago < span; ago += step) {
      const said = ago === 0 ? text('timeline.now') : text('timeline.ago', count(ago / 1000));
      const at = width * (1 - ago / span);
      context.fillStyle = this.#colour('line');
      context.fillRect(Math.min(width - 1, Math.round(at)), TITLE, 1, height - TITLE - LABEL);
      context.fillStyle = this.#colour('muted');
      const { width: length } = context.measureText(said);
      context.fillText(said, Math.min(at - length / 2, width - length), height - LABEL / 2);
    }
  }

  /** @param {string} name */
  #colour(name) {
    return this.#css.getPropertyValue(`--${name}`).trim();
  }

  /**
   * @param {number} size
   * @param {number} weight
   */
  #font(size, weight) {
    return `${weight} ${size}px ${this.#css.getPropertyValue('--font')}`;
  }
}
