/** Mean of a figure of reviews, as of the newest row of a series that has one: by plain sums, and with older reviews weighing less. */
export interface FadingMean {
  /** Reviews so far that have the figure, and its sum. */
  readonly count: Uint32Array;
  readonly sum: Float64Array;
  /** The same, a review weighing 1 in its own period and half after every half-life. */
  readonly weight: Float64Array;
  readonly total: Float64Array;
}

/**
 * What customers had written by the end of every period in which a series was reviewed: one row each, a series' own in the order of time. A
 * row rests on reviews of its period and before, and on those of its own series alone.
 */
export interface ReviewHistory {
  /** First row of a series and the one after its last. */
  readonly rowsOf: ReadonlyMap<string, readonly [number, number]>;
  readonly rows: number;
  /** Counted from the panel's first period; negative before it. */
  readonly period: Int32Array;
  /** Reviews so far. */
  readonly count: Uint32Array;
  readonly rating: FadingMean;
  readonly sentiment: FadingMean;
  /** How many reviews so far could be compared with earlier ones, and the sum of how unlike they were. */
  readonly compared: Pick<FadingMean, 'count' | 'sum'>;
  /** How many reviews so far have a text, and their weights now. */
  readonly written: Pick<FadingMean, 'count' | 'weight'>;
  /** Weighted sums of what texts were reduced to, `dims` numbers per row. */
  readonly numbers: Float64Array;
  readonly dims: number;
  /** Of all series together, by the panel's period: what was known by its end. */
  readonly overall: {
    /** Mean of all ratings so far, of all sentiments; NaN before the first. */
    readonly rating: Float64Array;
    readonly sentiment: Float64Array;
    /** Reviews so far; those of them that could be compared. */
    readonly count: Float64Array;
    readonly compared: Float64Array;
  };
}

/** How much of what a review at `from` weighed is left at `to`. */
export function fading(from: number, to: number, halfLife: number): number {
  return 2 ** ((from - to) / halfLife);
}
