/**
 * The values of a sliding window in ascending order: insert and remove cost a binary search and a shift, quantiles nothing. What it holds
 * depends on the values alone, not on the order in which they came and went.
 */
export class SortedWindow {
  readonly #values: Float64Array;
  #length = 0;

  constructor(capacity: number) {
    this.#values = new Float64Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** @param value no NaN */
  insert(value: number): void {
    const at = this.#position(value);
    this.#values.copyWithin(at + 1, at, this.#length);
    this.#values[at] = value;
    this.#length += 1;
  }

  /** Takes out one value that was inserted. */
  remove(value: number): void {
    const at = this.#position(value);
    if (at >= this.#length || this.#values[at] !== value) throw new RangeError(`${String(value)} is not in the window`);
    this.#values.copyWithin(at, at + 1, this.#length);
    this.#length -= 1;
  }

  /** Linearly interpolated between order statistics (Hyndman & Fan 1996, type 7); NaN for no values. */
  quantile(level: number): number {
    if (this.#length === 0) return Number.NaN;
    const position = (this.#length - 1) * level;
    const low = Math.floor(position);
    const below = this.#values[low] ?? Number.NaN;
    const above = this.#values[Math.ceil(position)] ?? Number.NaN;
    return below + (above - below) * (position - low);
  }

  /**
   * Median of the absolute deviations from the median (MAD; Hampel 1974), NaN for no values. On both sides of the median the deviations are
   * sorted already, so the middle one of both together is found by halving.
   */
  medianDeviation(): number {
    const count = this.#length;
    if (count === 0) return Number.NaN;
    const median = this.quantile(0.5);
    const low = this.#deviation(Math.floor((count - 1) / 2), median);
    return count % 2 === 1 ? low : (low + this.#deviation(count / 2, median)) / 2;
  }

  /** The deviation from `median` that `rank` others are at most as large as. */
  #deviation(rank: number, median: number): number {
    const values = this.#values;
    const count = this.#length;
    // Values left of `split` lie below the median: their deviations ascend towards the left, those of the others towards the right.
    const split = this.#position(median);
    // How many of the rank + 1 smallest deviations lie left; each side's are a prefix of it.
    let fewest = Math.max(0, rank + 1 - (count - split));
    let most = Math.min(split, rank + 1);
    while (fewest < most) {
      const left = (fewest + most) >> 1;
      const nextLeft = median - (values[split - 1 - left] ?? Number.NaN);
      const lastRight = (values[split + rank - left] ?? Number.NaN) - median;
      if (nextLeft < lastRight) fewest = left + 1;
      else most = left;
    }
    const left = fewest === 0 ? Number.NEGATIVE_INFINITY : median - (values[split - fewest] ?? Number.NaN);
    const right = fewest === rank + 1 ? Number.NEGATIVE_INFINITY : (values[split + rank - fewest] ?? Number.NaN) - median;
    return Math.max(left, right);
  }

  /** First position whose value is not below `value`. */
  #position(value: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#values[middle] ?? Number.NaN) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
