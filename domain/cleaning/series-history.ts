/**
 * The recent periods of one series, oldest first; as many as cleaning looks back on, and the ones being cleaned. Arrays move when room is
 * made: positions are valid until then.
 */
export class SeriesHistory {
  /** What was sold; NaN where unknown. */
  sold: Float64Array;
  /** Cleaned values, and the observed ones among them (NaN elsewhere); empty where the rules do not look at them. */
  y: Float64Array;
  observed: Float64Array;
  length = 0;
  readonly #reach: number;

  /** @param cleaned whether cleaned values are kept too */
  constructor(reach: number, cleaned: boolean) {
    // One more: the value that leaves a window is looked at once again.
    this.#reach = reach + 1;
    this.sold = new Float64Array(0);
    this.y = new Float64Array(0);
    this.observed = new Float64Array(0);
    this.#cleaned = cleaned;
  }

  readonly #cleaned: boolean;

  /** Makes room for `more` periods, forgetting those out of reach. @returns how far positions have moved towards 0 */
  reserve(more: number): number {
    if (this.length + more <= this.sold.length) return 0;
    const gone = Math.max(0, this.length - this.#reach);
    const kept = this.length - gone;
    const needed = kept + more;
    // Room for some parts to come: values then move once in a few parts, and a young series grows by doubling.
    const roomy = Math.min(2 * this.sold.length, this.#reach + 3 * more);
    const capacity = needed <= this.sold.length ? this.sold.length : Math.max(needed, roomy);
    this.sold = moved(this.sold, gone, this.length, capacity);
    if (this.#cleaned) {
      this.y = moved(this.y, gone, this.length, capacity);
      this.observed = moved(this.observed, gone, this.length, capacity);
    }
    this.length = kept;
    return gone;
  }

  push(sold: number, y: number, isObserved: boolean): void {
    this.sold[this.length] = sold;
    if (this.#cleaned) {
      this.y[this.length] = y;
      this.observed[this.length] = isObserved ? y : Number.NaN;
    }
    this.length += 1;
  }
}

function moved(values: Float64Array, from: number, to: number, capacity: number): Float64Array {
  if (capacity === values.length) return values.copyWithin(0, from, to);
  const larger = new Float64Array(capacity);
  larger.set(values.subarray(from, to));
  return larger;
}
