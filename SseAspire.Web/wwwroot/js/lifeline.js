// @ts-check
// The last minute of the stream as a line: a stroke for each event, where it was published. A cut leaves
// a hole, and the replay fills it: what "nothing was missed" looks like.

import { painter } from './paint.js';

const SPAN = 60_000;

/** More strokes than pixels show nothing more. */
const KEPT = 1_000;

const dark = matchMedia('(prefers-color-scheme: dark)');
const still = matchMedia('(prefers-reduced-motion: reduce)');

export class Lifeline {
  /** @type {HTMLCanvasElement} */ #canvas;
  /** @type {import('./connection.js').Connection} */ #connection;
  /** @type {{at: number, topic: string, replayed: boolean}[]} */ #strokes = [];
  /** @type {{from: number, to: number | null, lost: boolean}[]} */ #absences = [];
  /** @type {() => void} */ #paint = painter(() => this.#draw());

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import('./connection.js').Connection} connection
   */
  constructor(canvas, connection) {
    this.#canvas = canvas;
    this.#connection = connection;
    connection.onChange(() => this.#follow());
    new ResizeObserver(this.#paint).observe(canvas);
    dark.addEventListener('change', this.#paint);
    setInterval(this.#paint, still.matches ? 1_000 : 100);
  }

  /** @param {import('./connection.js').HubEvent} event */
  add({ at, topic, live, replayed }) {
    // A live event stands where it arrived: the clocks of two machines need not agree.
    this.#strokes.push({ at: live ? Date.now() : at, topic, replayed });
    this.#strokes.splice(0, this.#strokes.length - KEPT);
    this.#paint();
  }

  #follow() {
    const { absence } = this.#connection;
    if (absence) {
      let last = this.#absences.at(-1);
      if (last?.from !== absence.from) {
        last = { from: absence.from, to: null, lost: false };
        this.#absences.push(last);
        this.#absences.splice(0, this.#absences.length - 20);
      }

      last.to = absence.to;
      last.lost = absence.missed !== 0;
    }

    this.#paint();
  }

  #draw() {
    const scale = devicePixelRatio;
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (this.#canvas.width !== Math.round(width * scale) || this.#canvas.height !== Math.round(height * scale)) {
      this.#canvas.width = Math.round(width * scale);
      this.#canvas.height = Math.round(height * scale);
    }

    const context = this.#canvas.getContext('2d');
    if (!context) {
      return;
    }

    const css = getComputedStyle(document.documentElement);
    const colour = (/** @type {string} */ name) => css.getPropertyValue(`--${name}`).trim();
    const now = Date.now();
    const x = (/** @type {number} */ at) => width * (1 - (now - at) / SPAN);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);

    for (const { from, to, lost } of this.#absences) {
      context.fillStyle = colour(lost ? 'lost-wash' : 'hole');
      context.fillRect(x(from), 0, x(to ?? now) - x(from), height);
    }

    context.fillStyle = colour('line');
    context.fillRect(0, height / 2 - 0.5, width, 1);
    for (const { at, topic, replayed } of this.#strokes) {
      if (now - at < SPAN) {
        const tall = topic.startsWith('status/') ? height * 0.36 : height * 0.84;
        context.fillStyle = colour(replayed ? 'replayed' : 'live');
        context.fillRect(x(at) - 1, (height - tall) / 2, 2, tall);
      }
    }
  }
}
