// @ts-check
// One run as the browser sees it: opens the lanes, watches the front end conduct, gives the lanes time to catch
// up, and ends with the figures.

import { BackOff } from '../back-off.js';
import { Clock } from '../clock.js';
import { pause } from '../pause.js';
import { Lane, LANES } from './lane.js';
import { COLUMNS, Timeline } from './timeline.js';

/**
 * What the front end says of a run, which it thereby goes on with.
 * @typedef {object} Progress
 * @property {number} began when the first event was due, by the conductor's clock; 0 before that
 * @property {number} published the number of the last event
 * @property {boolean} done that is the last of all
 * @property {string | null} phase
 * @property {boolean} hubAway
 * @property {boolean | null} operations
 * @property {Record<string, Meter> | null} meters
 * @property {Record<string, number | null> | null} cpu
 * @property {import('./tally.js').Cut[]} cuts
 */

/** @typedef {{requests: number, connections: number, bytesIn: number, bytesOut: number, shared: boolean}} Meter */

/**
 * What a run was asked to be.
 * @typedef {{rate: number, size: number, interval: number, readers: number, seconds: number, cut: number}} Settings
 */

/**
 * What the front end prepared.
 * @typedef {{id: string, topic: string, cursor: string, meters: Record<string, string>, settings: Settings}} Prepared
 */

const LOOK_EVERY = 500;
const COMPARE_EVERY = 2_000;
const COMPARISONS = 6;

/** How long the lanes may take to open before events are published all the same. */
const OPENING = 3_000;

/** How long the lanes may take to catch up: longer than any of them waits between two tries. */
const CATCHING_UP = 9_000;

/** The same while the hub is away. */
const AWAY = 45_000;

/** For what was written last to be counted by the hub. */
const SETTLING = 600;

/** More room on the strips than the events take, for the lanes to open and to catch up. */
const MARGIN = 1_500;

export class Run {
  /** @type {'opening' | 'running' | 'catchingUp' | 'done' | 'broken'} */ state = 'opening';
  /** @type {Progress | null} */ progress = null;
  /** @type {Record<import('./lane.js').LaneName, Lane>} */ lanes;
  /** @type {import('./tally.js').Cut[]} */ cuts = [];
  /** The front end does not answer. */ siteAway = false;
  /** The tab was not seen all the time, and what a hidden one does is slowed down. */ hidden = document.hidden;
  id;
  settings;
  clock;
  began;
  #url;
  #onChange;
  /** @type {number | null} */ #ended = null;

  /**
   * @param {Prepared} prepared
   * @param {string} hub
   * @param {import('../clock.js').Clock} clock
   * @param {() => void} onChange
   */
  constructor(prepared, hub, clock, onChange) {
    this.id = prepared.id;
    this.settings = prepared.settings;
    this.clock = clock;
    this.began = clock.now;
    this.#url = new URL(`compare/runs/${prepared.id}`, document.baseURI);
    this.#onChange = onChange;
    const length = this.settings.seconds * 1_000 + MARGIN;
    const open = (/** @type {import('./lane.js').LaneName} */ name) => new Lane(
      name,
      { hub, topic: prepared.topic, cursor: prepared.cursor, meter: prepared.meters[name], interval: this.settings.interval * 1_000 },
      clock,
      new Timeline(this.began, length),
      onChange,
    );
    this.lanes = { sse: open('sse'), websocket: open('websocket'), longPoll: open('longPoll'), poll: open('poll') };
  }

  /** Milliseconds that are left until the last event. */
  get left() {
    return Math.max(0, (this.progress?.began || this.clock.now) + this.settings.seconds * 1_000 - this.clock.now);
  }

  /** Up to when there is something to show: now, or the end. */
  get shownUntil() {
    return this.#ended ?? this.clock.now;
  }

  /** The length of the strips' time axis. */
  get columns() {
    return Math.max(COLUMNS, this.lanes.sse.timeline.column(this.shownUntil) + 1);
  }

  /** @param {import('./tally.js').Cut} cut that has begun */
  addCut(cut) {
    if (!this.cuts.some(({ from }) => from === cut.from)) {
      this.cuts.push(cut);
      for (const name of LANES) {
        this.lanes[name].tally.begin(cut);
      }

      this.#onChange();
    }
  }

  /** Goes through the run, to its end. */
  async conduct() {
    const hide = () => {
      this.hidden ||= document.hidden;
    };
    document.addEventListener('visibilitychange', hide);
    const comparing = setInterval(() => this.clock.compare(), COMPARE_EVERY);
    try {
      await Promise.race([Promise.all(LANES.map((name) => this.lanes[name].ready)), pause(OPENING)]);
      // The first look sets the run going.
      await this.#watch((progress) => progress.done);
      if (this.state !== 'broken') {
        this.state = 'catchingUp';
        const since = this.clock.now;
        await this.#watch((progress) => this.#isComplete(progress) || this.#isLate(progress, since));
      }
    } finally {
      clearInterval(comparing);
      document.removeEventListener('visibilitychange', hide);
      for (const name of LANES) {
        this.lanes[name].close();
      }

      this.#ended = this.clock.now;
    }

    if (this.state !== 'broken') {
      await pause(SETTLING);
      await this.#look();
      this.state = 'done';
    }

    this.#onChange();
  }

  /**
   * Looks at the run again and again until something holds or the front end has lost it.
   * @param {(progress: Progress) => boolean} until
   */
  async #watch(until) {
    const backOff = new BackOff(LOOK_EVERY, 5_000);
    for (;;) {
      const found = await this.#look();
      if (found === 'gone') {
        this.state = 'broken';
        return;
      }

      this.siteAway = found === 'away';
      if (!this.siteAway) {
        backOff.reset();
        if (this.state === 'opening') {
          this.state = 'running';
        }
      }

      this.#onChange();
      if (this.progress && until(this.progress)) {
        return;
      }

      await pause(this.siteAway ? backOff.next() : LOOK_EVERY);
    }
  }

  /** @returns {Promise<'there' | 'away' | 'gone'>} */
  async #look() {
    try {
      const response = await fetch(this.#url, { cache: 'no-store', headers: { Accept: 'application/json' } });
      if (response.status === 404) {
        return 'gone';
      }

      if (!response.ok) {
        return 'away';
      }

      /** @type {Progress} */
      const progress = await response.json();
      // A hub that is away for a moment has not forgotten what it counted.
      progress.meters ??= this.progress?.meters ?? null;
      progress.operations ??= this.progress?.operations ?? null;
      this.progress = progress;
      progress.cuts.forEach((cut) => this.addCut(cut));
      return 'there';
    } catch {
      return 'away';
    }
  }

  /** @param {Progress} progress */
  #isComplete({ published }) {
    return LANES.every((name) => this.lanes[name].tally.lost(published) === 0);
  }

  /**
   * @param {Progress} progress
   * @param {number} since
   */
  #isLate({ hubAway }, since) {
    const from = Math.max(since, this.cuts.at(-1)?.until ?? 0);
    return this.clock.now - from > (hubAway || this.siteAway ? AWAY : CATCHING_UP + 2_000 * this.settings.interval);
  }

  /**
   * Opens a run: compares the clocks first, so that the first delays are right.
   * @param {Prepared} prepared
   * @param {string} hub
   * @param {() => void} onChange
   */
  static async open(prepared, hub, onChange) {
    const clock = new Clock(new URL('compare/clock', document.baseURI));
    for (let n = 0; n < COMPARISONS; n++) {
      await clock.compare();
    }

    return new Run(prepared, hub, clock, onChange);
  }
}
