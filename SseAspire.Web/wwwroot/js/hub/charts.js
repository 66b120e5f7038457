// @ts-check
// The four charts, redrawn when figures come, when the page changes its size or its colours, and while none come,
// so that the time without shows.

import { count, duration } from '../format.js';
import { painter } from '../paint.js';
import { LineChart } from './line-chart.js';

const dark = matchMedia('(prefers-color-scheme: dark)');

export class Charts {
  #history;
  /** @type {LineChart[]} */ #charts = [];
  /** @type {() => void} */ draw;

  /** @param {import('./history.js').History} history */
  constructor(history) {
    this.#history = history;
    this.draw = painter(() => this.#draw());
    const resized = new ResizeObserver(this.draw);
    for (const [name, series, label, stacked] of /** @type {const} */ ([
      ['streams', ['sse', 'websocket', 'long-poll'], count, true],
      ['in', ['in'], count, false],
      ['out', ['out'], count, false],
      ['latency', ['median', 'slow'], (/** @type {number} */ value) => (value === 0 ? '0' : duration(value)), false],
    ])) {
      const canvas = /** @type {HTMLCanvasElement} */ (document.getElementById(`chart-${name}`));
      this.#charts.push(new LineChart(canvas, [...series], label, stacked));
      resized.observe(canvas);
    }

    dark.addEventListener('change', this.draw);
    setInterval(this.draw, 5_000);
  }

  #draw() {
    const now = Date.now();
    for (const chart of this.#charts) {
      chart.draw(this.#history.moments, now);
    }
  }
}
