// @ts-check
// Delays by size, in buckets that grow with it (as HdrHistogram's do): 0.1 ms to a minute in a few hundred
// numbers, each known to 2 %.

const LEAST = 0.1;
const PER_OCTAVE = 16;
const OCTAVES = 20;

export class Histogram {
  count = 0;
  #sum = 0;
  #buckets = new Uint32Array(PER_OCTAVE * OCTAVES + 1);

  /** @param {number} value milliseconds; what is below none, as clocks allow, counts as none */
  record(value) {
    this.count++;
    this.#sum += Math.max(0, value);
    const bucket = value <= LEAST ? 0 : Math.ceil(Math.log2(value / LEAST) * PER_OCTAVE);
    this.#buckets[Math.min(bucket, this.#buckets.length - 1)]++;
  }

  /** @returns {number | null} */
  get mean() {
    return this.count ? this.#sum / this.count : null;
  }

  /**
   * @param {number} share from 0 to 1
   * @returns {number | null} milliseconds that this share of the values does not exceed
   */
  percentile(share) {
    let rest = Math.max(1, Math.ceil(this.count * share));
    for (let bucket = 0; bucket < this.#buckets.length; bucket++) {
      rest -= this.#buckets[bucket];
      if (rest <= 0) {
        return LEAST * 2 ** ((bucket - 0.5) / PER_OCTAVE);
      }
    }

    return null;
  }

  /**
   * @param {number} perOctave bars for each doubling of the delay
   * @returns {number[]} how many values each bar has, from `Histogram.LEAST` on
   */
  bars(perOctave) {
    const bars = new Array(OCTAVES * perOctave).fill(0);
    this.#buckets.forEach((count, bucket) => {
      bars[Math.min(bars.length - 1, Math.floor((bucket / PER_OCTAVE) * perOctave))] += count;
    });
    return bars;
  }

  static LEAST = LEAST;
}
