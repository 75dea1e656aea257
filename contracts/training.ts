import type { LearningSplit } from '../domain/cutoffs.ts';
import type { FeatureSpec } from './features.ts';

/** Values a hyper-parameter can take. */
export type ParameterValue = string | number | boolean;
export type Parameters = Readonly<Record<string, ParameterValue>>;

export const searchedFamilies = ['lightgbm', 'lstm'] as const;
export type SearchedFamily = (typeof searchedFamilies)[number];

/**
 * An origin table laid out for trainers, on the local disk of one worker: a folder with
 *  - `values.f32`: little-endian float32, column-major: `columns.length` × `rows`, NaN = missing;
 *  - `series.u32`: per row the index into `seriesIds`; `origin.i32`: per row the origin as days since 1970-01-01;
 *  - `matrix.json`: this object without `folder`.
 * Columns in order: spec.shared, then per step name `<name>_1 … <name>_H`, then `y_1 … y_H`, then `a_1 … a_H`.
 * Rows are sorted by (series, origin).
 */
export interface Matrix {
  readonly folder: string;
  readonly rows: number;
  readonly columns: readonly string[];
  readonly seriesIds: readonly string[];
  readonly spec: FeatureSpec;
}

/**
 * One fit: learn from the rows whose target period is at most `gap` periods before the cutoff, at the cutoff without a gap, and among the
 * last `window` such periods where there is a window; then forecast from the rows whose origin is `cutoff`.
 */
export type FitSplit = LearningSplit;

/** What a training child process is asked to do. Deterministic in (matrix, parameters, seed, quantiles, split). */
export interface FitJob {
  readonly matrix: Matrix;
  readonly split: FitSplit;
  readonly parameters: Parameters;
  readonly seed: number;
  /** Threads the fit may use; must not change the result. */
  readonly threads: number;
  /** Quantile levels to fit. Empty in a trial that needs the point forecast only. */
  readonly quantiles: readonly number[];
  /** Where the child writes `predictions.f32` and, when `keepModel`, its model files. An empty folder. */
  readonly outputFolder: string;
  readonly keepModel: boolean;
}

export interface FitProgress {
  /** 0 … 1. */
  readonly done: number;
  readonly note: string;
}

/**
 * `predictions.f32` (little-endian float32, row-major): for each row with origin = cutoff, in matrix order, for each step 1 … H,
 * the point forecast and then one value per quantile. Non-negative, quantiles non-decreasing.
 */
export interface FitOutcome {
  /** Matrix row numbers of the predictions. */
  readonly predictedRows: number;
  /** Names of the model files in `outputFolder`; empty unless `keepModel`. */
  readonly modelFiles: readonly string[];
  /** Training curve, e.g. loss per epoch or iteration checkpoints: metric name → values in order. */
  readonly curves: Readonly<Record<string, readonly number[]>>;
  /** Rows of the data; what augmentation added comes on top. */
  readonly trainedRows: number;
  /** How many training windows each method of augmentation added; absent without augmentation. */
  readonly augmented?: Readonly<Record<string, number>>;
  /** Engine and version that did the work, e.g. `lightgbm 4.7.0 cpu`, `tfjs-wasm 4.22.0`. */
  readonly engine: string;
}
