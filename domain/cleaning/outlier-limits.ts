import type { CleaningRules } from './cleaning-rules.ts';
import { fewestValues, type LookBack } from './look-back.ts';
import { seasonalMean } from './seasonal-mean.ts';
import { SortedWindow } from './sorted-window.ts';

/** Standard deviations of a normal distribution per median absolute deviation: 1 / Φ⁻¹(3/4). */
const deviationsPerMad = 1.4826;
/** Values whose spread is a smaller share of them than this do not vary: sums of equal fractions differ by their rounding. */
const rounding = 1e-12;

/**
 * Watches one series for values beyond the limits of its own past. Limits rest on what was sold (not on cleaned values: a series that has
 * grown would never be believed) in the last `memory` periods, once eight values are known and they vary:
 *
 * - `iqr`: quartiles ∓ factor × interquartile range (Tukey 1977, box plot);
 * - `z-score`: mean ± factor × standard deviation (n − 1);
 * - `robust-z`: median ± factor × 1.4826 × MAD (Iglewicz & Hoaglin 1993);
 * - `seasonal-residual`: `robust-z` of the difference to the seasonal mean of the same place in past seasons.
 *
 * Positions are those of the array of sold values, oldest first, NaN where unknown.
 */
export class OutlierWatch {
  /** Limits as of the last position judged; NaN where there is none. */
  low = Number.NaN;
  high = Number.NaN;
  readonly #rules: CleaningRules['outliers'];
  readonly #lookBack: LookBack;
  readonly #sorted: SortedWindow;
  /** The window holds the positions `#from … #to − 1`. */
  #from: number;
  #to: number;

  /** @param known positions that are known already: the window begins with them */
  constructor(rules: CleaningRules['outliers'], lookBack: LookBack, known: number) {
    this.#rules = rules;
    this.#lookBack = lookBack;
    const sorts = rules.method !== 'none' && rules.method !== 'z-score';
    this.#sorted = new SortedWindow(sorts ? lookBack.memory : 0);
    this.#from = Math.max(0, known - lookBack.memory);
    this.#to = this.#from;
  }

  /** The array begins `count` positions later than before. */
  shift(count: number): void {
    this.#from -= count;
    this.#to -= count;
  }

  /** Takes in the positions before `at` without judging it, before those out of reach are forgotten. */
  follow(sold: Float64Array, at: number): void {
    if (this.#rules.method !== 'none' && this.#rules.method !== 'z-score') this.#slide(sold, at);
  }

  /** Sets the limits that hold at position `at`, from the positions before it. Positions must not go back. */
  judge(sold: Float64Array, at: number): void {
    this.low = Number.NaN;
    this.high = Number.NaN;
    switch (this.#rules.method) {
      case 'none':
        return;
      case 'z-score': {
        const { mean, deviation } = meanAndDeviation(sold, Math.max(0, at - this.#lookBack.memory), at);
        this.#limit(mean, mean, deviation);
        return;
      }
      case 'iqr': {
        this.#slide(sold, at);
        if (this.#sorted.length < fewestValues) return;
        const [low, high] = [this.#sorted.quantile(0.25), this.#sorted.quantile(0.75)];
        this.#limit(low, high, high - low);
        return;
      }
      case 'robust-z':
      case 'seasonal-residual': {
        this.#slide(sold, at);
        if (this.#sorted.length < fewestValues) return;
        const centre = this.#sorted.quantile(0.5) + (this.#rules.method === 'robust-z' ? 0 : this.#expected(sold, at));
        this.#limit(centre, centre, deviationsPerMad * this.#sorted.medianDeviation());
      }
    }
  }

  #limit(low: number, high: number, spread: number): void {
    if (!(spread > rounding * Math.max(Math.abs(low), Math.abs(high)))) return;
    this.high = high + this.#rules.factor * spread;
    if (this.#rules.sides === 'both') this.low = low - this.#rules.factor * spread;
  }

  #slide(sold: Float64Array, at: number): void {
    for (const oldest = Math.min(at - this.#lookBack.memory, this.#to); this.#from < oldest; this.#from += 1) {
      const value = this.#measure(sold, this.#from);
      if (!Number.isNaN(value)) this.#sorted.remove(value);
    }
    // What was never taken in is skipped: a series that goes on from its rows may begin with a stretch in which nothing is judged.
    this.#from = Math.max(this.#from, at - this.#lookBack.memory);
    for (this.#to = Math.max(this.#to, this.#from); this.#to < at; this.#to += 1) {
      const value = this.#measure(sold, this.#to);
      if (!Number.isNaN(value)) this.#sorted.insert(value);
    }
  }

  #measure(sold: Float64Array, at: number): number {
    const value = sold[at] ?? Number.NaN;
    return this.#rules.method === 'seasonal-residual' ? value - this.#expected(sold, at) : value;
  }

  #expected(sold: Float64Array, at: number): number {
    return seasonalMean(sold, at, this.#lookBack.season, this.#lookBack.seasons);
  }
}

/** Of the known values at `from … to − 1`, in two passes; a deviation of NaN when fewer than eight are known. */
function meanAndDeviation(values: Float64Array, from: number, to: number): { mean: number; deviation: number } {
  let sum = 0;
  let known = 0;
  for (let i = from; i < to; i += 1) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    sum += value;
    known += 1;
  }
  if (known < fewestValues) return { mean: Number.NaN, deviation: Number.NaN };
  const mean = sum / known;
  let squares = 0;
  for (let i = from; i < to; i += 1) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  }
  return { mean, deviation: Math.sqrt(squares / (known - 1)) };
}
