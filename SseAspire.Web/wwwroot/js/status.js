// @ts-check
// What the producer's machine does now, as figures, and the last minutes of it for the chart.

import { bytes, bytesPerSecond, percent, shortened } from './format.js';
import { field, painter, setText } from './paint.js';

/** What is kept: three minutes of one event a second. */
const KEPT = 180;

/** The host's events come every second; more than this between two is a hole, drawn as one. */
const HOLE = 5_000;

/**
 * @typedef {object} HostStatus any figure may be absent
 * @property {{percent?: number}} [cpu]
 * @property {{percent?: number, usedBytes?: number, totalBytes?: number}} [memory]
 * @property {{receivedBytesPerSecond?: number, sentBytesPerSecond?: number}} [network]
 * @property {{freeBytes?: number, totalBytes?: number}} [disk]
 * @property {string} [host]
 */

/**
 * One moment of the chart: when, CPU %, memory %, received and sent bytes a second; null is a hole.
 * @typedef {[number, number | null, number | null, number | null, number | null]} Sample
 */

export class Status {
  /** @type {Sample[]} */ #samples = [];
  /** @type {HostStatus} */ #latest = {};
  /** @type {HTMLElement} */ #tiles;
  /** @type {import('./chart.js').StatusChart} */ #chart;
  /** @type {() => void} */ #paint = painter(() => this.#draw());

  /**
   * @param {HTMLElement} tiles
   * @param {import('./chart.js').StatusChart} chart
   */
  constructor(tiles, chart) {
    this.#tiles = tiles;
    this.#chart = chart;
  }

  /**
   * @param {import('./connection.js').HubEvent} event
   * @returns {undefined} once a second is nothing to say aloud
   */
  add({ at, data }) {
    /** @type {HostStatus} */
    let status;
    try {
      status = JSON.parse(data);
    } catch {
      return;
    }

    const last = this.#samples.at(-1);
    if (last && at - last[0] > HOLE) {
      this.#samples.push([last[0] + 1, null, null, null, null]);
    }

    this.#samples.push([
      at,
      status.cpu?.percent ?? null,
      status.memory?.percent ?? null,
      status.network?.receivedBytesPerSecond ?? null,
      status.network?.sentBytesPerSecond ?? null,
    ]);
    this.#samples.splice(0, this.#samples.length - KEPT);
    this.#latest = status;
    this.#paint();
  }

  #draw() {
    const { cpu, memory, network, disk, host } = this.#latest;
    setText(field(this.#tiles, 'cpu'), percent(cpu?.percent));
    setText(field(this.#tiles, 'memory'), percent(memory?.percent));
    setText(field(this.#tiles, 'received'), bytesPerSecond(network?.receivedBytesPerSecond));
    setText(field(this.#tiles, 'sent'), bytesPerSecond(network?.sentBytesPerSecond));
    setText(field(this.#tiles, 'disk'), bytes(disk?.freeBytes));
    if (host) {
      setText(field(/** @type {Element} */ (this.#tiles.closest('section')), 'host'), shortened(`${host}`, 100));
    }

    this.#chart.show(this.#samples);
  }
}
