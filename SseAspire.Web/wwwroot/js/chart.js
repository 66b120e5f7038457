// @ts-check
// The chart of the host's last minutes, by Apache ECharts: CPU and memory above, network below, one
// time axis. Drawn on a canvas, colours from the page's own, so that it follows light and dark.

import { bytes, bytesPerSecond, percent } from './format.js';
import { LANGUAGE, text } from './texts.js';

/** The time that the chart shows, in milliseconds. */
const SPAN = 180_000;

const dark = matchMedia('(prefers-color-scheme: dark)');
const still = matchMedia('(prefers-reduced-motion: reduce)');

export class StatusChart {
  /** @type {HTMLElement} */ #container;
  /** @type {any} ECharts has no types here */ #chart = null;
  /** @type {import('./status.js').Sample[]} */ #samples = [];

  /**
   * @param {HTMLElement} container
   * @param {HTMLElement} script the element that loads ECharts, perhaps still doing so
   */
  constructor(container, script) {
    this.#container = container;
    if ('echarts' in globalThis) {
      this.#start();
    } else {
      script.addEventListener('load', () => this.#start());
      script.addEventListener('error', () => {
        container.textContent = text('chart.failed');
      });
    }
  }

  /** @param {import('./status.js').Sample[]} samples oldest first */
  show(samples) {
    this.#samples = samples;
    if (!this.#chart) {
      return;
    }

    const end = samples.at(-1)?.[0] ?? Date.now();
    this.#chart.setOption({
      dataset: { source: samples },
      xAxis: [0, 1].map(() => ({ min: end - SPAN, max: end })),
    });
  }

  #start() {
    const { echarts } = /** @type {any} */ (globalThis);
    this.#chart = echarts.init(this.#container, null, { renderer: 'canvas' });
    new ResizeObserver(() => this.#chart.resize()).observe(this.#container);
    dark.addEventListener('change', () => this.#style());
    still.addEventListener('change', () => this.#style());
    this.#style();
  }

  /** Everything but the data. */
  #style() {
    const css = getComputedStyle(document.documentElement);
    const colour = (/** @type {string} */ name) => css.getPropertyValue(`--${name}`).trim();
    const font = css.getPropertyValue('--font').trim();
    const label = { color: colour('muted'), fontFamily: font, fontSize: 11 };
    const line = { lineStyle: { color: colour('line') } };

    const timeAxis = (/** @type {number} */ gridIndex) => ({
      type: 'time',
      gridIndex,
      splitNumber: 4,
      axisLine: line,
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: { ...label, show: gridIndex === 1, hideOverlap: true, showMinLabel: false, showMaxLabel: false, formatter: '{HH}:{mm}:{ss}' },
      axisPointer: { label: { show: false } },
    });
    const valueAxis = (/** @type {number} */ gridIndex, /** @type {object} */ more) => ({
      type: 'value',
      gridIndex,
      min: 0,
      splitLine: line,
      ...more,
    });
    const series = (/** @type {string} */ name, /** @type {number} */ column, /** @type {number} */ axis, /** @type {string} */ tone, /** @type {number} */ fill) => ({
      type: 'line',
      name,
      xAxisIndex: axis,
      yAxisIndex: axis,
      encode: { x: 0, y: column },
      showSymbol: false,
      connectNulls: false,
      lineStyle: { width: 1.75, color: colour(tone) },
      itemStyle: { color: colour(tone) },
      areaStyle: { color: colour(tone), opacity: fill },
      emphasis: { disabled: true },
    });

    this.#chart.setOption({
      // Once a second something moves in this chart; a transition of every point on top would be restless.
      animation: false,
      grid: [
        { left: 52, right: 16, top: 10, bottom: '42%', outerBoundsMode: 'none' },
        { left: 52, right: 16, top: '67%', bottom: 24, outerBoundsMode: 'none' },
      ],
      xAxis: [timeAxis(0), timeAxis(1)],
      yAxis: [
        valueAxis(0, { max: 100, interval: 25, axisLabel: { ...label, formatter: '{value} %' } }),
        valueAxis(1, { splitNumber: 2, axisLabel: { ...label, hideOverlap: true, formatter: (/** @type {number} */ value) => bytes(value) } }),
      ],
      axisPointer: { link: [{ xAxisIndex: 'all' }], lineStyle: { color: colour('muted') } },
      // On the canvas: a tooltip of HTML would need inline styles, which the content security policy refuses.
      tooltip: {
        trigger: 'axis',
        renderMode: 'richText',
        confine: true,
        transitionDuration: still.matches ? 0 : 0.2,
        backgroundColor: colour('surface'),
        borderColor: colour('line'),
        textStyle: { color: colour('ink'), fontFamily: font, fontSize: 12 },
        formatter: (/** @type {any[]} */ points) => {
          const [at, cpu, memory, received, sent] = points[0]?.data ?? [];
          return at
            ? [
              new Date(at).toLocaleTimeString(LANGUAGE, { hourCycle: 'h23' }),
              `${text('chart.cpu')} ${percent(cpu)}`,
              `${text('chart.memory')} ${percent(memory)}`,
              `${text('chart.received')} ${bytesPerSecond(received)}`,
              `${text('chart.sent')} ${bytesPerSecond(sent)}`,
            ].join('\n')
            : '';
        },
      },
      series: [
        series(text('chart.cpu'), 1, 0, 'cpu', 0.16),
        series(text('chart.memory'), 2, 0, 'memory', 0.06),
        series(text('chart.received'), 3, 1, 'received', 0.12),
        series(text('chart.sent'), 4, 1, 'sent', 0.08),
      ],
    });
    this.show(this.#samples);
  }
}
