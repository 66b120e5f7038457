// @ts-check
// The life of one reader, as it went: its phases, its events, and the count of both. Events are numbered without
// holes, so what is lost is known by subtraction.

/**
 * - `opening`: for the first time
 * - `live`: events come as they happen
 * - `waiting`: cut; the next try comes after a wait
 * - `trying`: asking again
 * - `replaying`: open again, and what was missed comes first
 * - `away`: the hub has not answered for long; the waits grow
 * - `left`: closed by the page itself, for a while
 * - `idle`: nobody looks
 * @typedef {'opening' | 'live' | 'waiting' | 'trying' | 'replaying' | 'away' | 'left' | 'idle'} Phase
 */

/** @typedef {'drop' | 'unplug' | 'restart' | 'leave' | 'unknown'} Cause */

/**
 * One event on the time axis.
 * @typedef {object} Stroke
 * @property {number} at when it happened, by the server's clock
 * @property {'live' | 'replayed' | 'lost'} fate
 */

/**
 * One time without a stream. All times are by `Clock.now()`.
 * @typedef {object} Absence
 * @property {number} from
 * @property {number | null} to null while it lasts
 * @property {Cause} cause
 * @property {number[]} failed when a try failed
 * @property {number} replayed
 * @property {number} lost
 * @property {string[]} frames the first events after the return, as they came
 * @property {boolean} settled all that it will ever get of that time is here
 */

/** More than the widest screen shows. */
const KEPT = 1_000;
const FRAMES = 3;

/** How many ids are remembered to know what comes twice: minutes of events. */
const REMEMBERED = 2_000;

/** How long a break that the page asked for may take to arrive: a draining hub lets its readers go bit by bit. */
const EXPECTED = 30_000;

export class Life {
  /** @type {Phase} */ phase = 'opening';
  /** @type {{phase: Phase, from: number, to: number | null}[]} */ phases = [];
  /** @type {Stroke[]} */ strokes = [];
  /** @type {Absence[]} */ absences = [];
  received = 0;
  replayed = 0;
  lost = 0;
  /** The same event delivered again. */ twice = 0;
  reconnects = 0;

  /** Where it begins anew, or null. @type {string | null} */ lastId = null;

  /** @type {import('./clock.js').Clock} */ #clock;
  /** @type {boolean} */ #resumes;
  /** @type {(() => void)[]} */ #listeners = [];
  /** @type {Set<string>} */ #seen = new Set();
  #lastNumber = 0;
  #lastAt = 0;
  #openedAt = 0;
  #without = 0;
  /** @type {{cause: Cause, at: number} | null} */ #expected = null;

  /**
   * @param {import('./clock.js').Clock} clock
   * @param {boolean} resumes whether what it missed is replayed to it
   */
  constructor(clock, resumes) {
    this.#clock = clock;
    this.#resumes = resumes;
  }

  /** The latest absence. @returns {Absence | null} */
  get absence() {
    return this.absences.at(-1) ?? null;
  }

  /** Milliseconds without a stream, up to now. */
  get without() {
    const { absence } = this;
    return this.#without + (absence && absence.to === null ? this.#clock.now() - absence.from : 0);
  }

  /** @param {() => void} listener called when something but the time has changed */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** Another life: of another topic, whose numbers begin anew. */
  begin() {
    this.phases = [];
    this.strokes = [];
    this.absences = [];
    this.received = this.replayed = this.lost = this.twice = this.reconnects = 0;
    this.lastId = null;
    this.#seen.clear();
    this.#lastNumber = this.#lastAt = this.#openedAt = this.#without = 0;
    this.#expected = null;
    this.enter('opening');
  }

  /** @param {Phase} phase */
  enter(phase) {
    const now = this.#clock.now();
    const last = this.phases.at(-1);
    if (last?.phase !== phase) {
      if (last) {
        last.to = now;
      }

      this.phases.push({ phase, from: now, to: null });
      this.phases.splice(0, this.phases.length - KEPT);
    }

    this.phase = phase;
    this.#changed();
  }

  /** @param {Cause} cause of the cut that is about to come; `unknown` where it does not come after all */
  expect(cause) {
    this.#expected = { cause, at: this.#clock.now() };
  }

  /** The connection is gone, or a try to get it back has failed. */
  cut() {
    const now = this.#clock.now();
    const { absence } = this;
    if (absence && absence.to === null) {
      absence.failed.push(now);
    } else if (this.#lastNumber > 0) {
      const expected = this.#expected && now - this.#expected.at < EXPECTED ? this.#expected.cause : 'unknown';
      this.#expected = null;
      this.absences.push({ from: now, to: null, cause: expected, failed: [], replayed: 0, lost: 0, frames: [], settled: false });
      this.absences.splice(0, this.absences.length - KEPT);
    }
  }

  /** The connection is open. Whether it stays so the first event shows: a hub that stops opens and closes at once. */
  opened() {
    this.#openedAt = this.#clock.now();
    if (this.#resumes && this.absence?.to === null) {
      this.enter('replaying');
    }
  }

  /**
   * An event.
   * @param {string} id
   * @param {string} data `{number, at}`
   * @param {string} frame the event as it came
   */
  take(id, data, frame) {
    const { number, at } = JSON.parse(data);
    this.#clock.learn(at);
    this.alive(id);
    if (this.#seen.has(id)) {
      this.twice++;
      this.#changed();
      return;
    }

    this.#seen.add(id);
    if (this.#seen.size > REMEMBERED) {
      this.#seen.delete(/** @type {string} */ (this.#seen.values().next().value));
    }

    // A publisher that got no answer publishes again: the same number under another id is nothing new.
    if (number <= this.#lastNumber) {
      return;
    }

    this.#loseUpTo(number, at);
    const early = this.#resumes && this.reconnects > 0 && this.#clock.here(at) < this.#openedAt;
    const { absence } = this;
    this.received++;
    this.strokes.push({ at, fate: early ? 'replayed' : 'live' });
    this.strokes.splice(0, this.strokes.length - KEPT);
    this.#lastNumber = number;
    this.#lastAt = at;
    if (absence && absence.frames.length < FRAMES) {
      absence.frames.push(frame);
    }

    if (early && absence) {
      this.replayed++;
      absence.replayed++;
    } else if (absence) {
      absence.settled = true;
    }

    if (!early && this.phase !== 'live') {
      this.enter('live');
    } else {
      this.#changed();
    }
  }

  /**
   * A sign of life.
   * @param {string} id resumes after what has come so far
   */
  alive(id) {
    this.lastId = id || this.lastId;
    const { absence } = this;
    if (absence && absence.to === null) {
      absence.to = this.#openedAt;
      this.#without += absence.to - absence.from;
      this.reconnects++;
    }
  }

  /**
   * @param {number} number of the event that came
   * @param {number} at when it happened
   */
  #loseUpTo(number, at) {
    const lost = this.#lastNumber === 0 ? 0 : number - this.#lastNumber - 1;
    this.lost += lost;
    if (this.absence) {
      this.absence.lost += lost;
    }

    // They came at an even pace, so where they stood is known, too.
    for (let n = 1; n <= Math.min(lost, KEPT); n++) {
      this.strokes.push({ at: this.#lastAt + ((at - this.#lastAt) * n) / (lost + 1), fate: 'lost' });
    }
  }

  #changed() {
    for (const listener of this.#listeners) {
      listener();
    }
  }
}
