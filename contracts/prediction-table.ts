/** A Predictions file (contracts/modelling.ts) as columns; rows sorted by (split, series, step). */
export interface PredictionTable {
  /** Split names, and per split its cutoff (ISO date). */
  readonly splits: readonly string[];
  readonly cutoffs: readonly string[];
  readonly splitIndex: Uint16Array;
  readonly series: readonly string[];
  readonly seriesIndex: Uint32Array;
  readonly step: Uint16Array;
  /** First day of the forecast period, days since 1970-01-01. */
  readonly ds: Int32Array;
  readonly yHat: Float32Array;
  readonly levels: readonly number[];
  /** Row-major, rows × levels. */
  readonly quantiles: Float32Array;
  /** Raw actuals; NaN where not yet known. */
  readonly actual: Float64Array;
}

/** In-sample scale of the naive forecast and length of history, per series, up to one cutoff. */
export interface SeriesScales {
  readonly series: readonly string[];
  /** Mean |y_t − y_(t − season)| of raw sales; NaN where it is zero or the history is too short. */
  readonly scale: Float64Array;
  /** Periods up to the cutoff. */
  readonly periods: Uint32Array;
}
