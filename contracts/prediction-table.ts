import type { StartUnit } from '../domain/calendar.ts';

/** A Predictions file (contracts/modelling.ts) as columns; rows sorted by (split, series, step). */
export interface PredictionTable {
  /** Split names, and per split its cutoff (ISO date, for hours with the hour). */
  readonly splits: readonly string[];
  readonly cutoffs: readonly string[];
  readonly splitIndex: Uint16Array;
  readonly series: readonly string[];
  readonly seriesIndex: Uint32Array;
  readonly step: Uint16Array;
  /** Start of the forecast period, in `unit`s since 1970-01-01. */
  readonly ds: Int32Array;
  readonly unit: StartUnit;
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
