// @ts-check
// One lane over time, in columns of equal length: what its strip draws.

/** Columns of the length that a run is set to; one that takes longer gets more. */
export const COLUMNS = 600;
const MOST = COLUMNS * 4;

export class Timeline {
  /** Milliseconds of one column. */ step;
  requests = new Uint16Array(MOST);
  events = new Uint16Array(MOST);
  late = new Uint16Array(MOST);
  /** Whether a connection is held. */ held = new Uint8Array(MOST);
  #began;
  /** @type {number | null} */ #heldSince = null;

  /**
   * @param {number} began by the conductor's clock
   * @param {number} length of the run, in milliseconds
   */
  constructor(began, length) {
    this.#began = began;
    this.step = length / COLUMNS;
  }

  /**
   * @param {number} at by the conductor's clock
   * @returns {number} the column of a moment
   */
  column(at) {
    return Math.max(0, Math.min(MOST - 1, Math.floor((at - this.#began) / this.step)));
  }

  /** @param {number} at when a request was made */
  asked(at) {
    this.requests[this.column(at)]++;
    this.#heldSince ??= at;
  }

  /** @param {number} at when it was over */
  answered(at) {
    this.hold(at);
    this.#heldSince = null;
  }

  /** @param {number} at up to when a connection that is held is marked as such */
  hold(at) {
    if (this.#heldSince !== null) {
      this.held.fill(1, this.column(this.#heldSince), this.column(at) + 1);
    }
  }

  /**
   * @param {number} at
   * @param {boolean} late
   */
  event(at, late) {
    (late ? this.late : this.events)[this.column(at)]++;
  }
}
