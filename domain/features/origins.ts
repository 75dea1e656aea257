import type { ReviewHistory } from './review-history.ts';

/**
 * Consecutive origins of one series, as positions in arrays that may hold other series too. NaN stands for everything that is not there:
 * unknown, before the series' first sale, after the data. `…At` is the position of the first origin.
 */
export interface Origins {
  /** At most as many as the kernel was made for. */
  readonly count: number;
  /** Number of the first origin's period, counted as in the columns that are the same for all series. */
  readonly period: number;
  /** Cleaned sales, from `reach.sales` periods before the first origin on. */
  readonly sales: Float64Array;
  readonly salesAt: number;
  /** Targets, cleaned and raw, up to `horizon` periods after the last origin. */
  readonly target: Float64Array;
  readonly actual: Float64Array;
  readonly targetAt: number;
  /** From `reach.recent` periods before the first origin on. */
  readonly price: Float64Array;
  readonly lines: Float64Array;
  readonly largest: Float64Array;
  readonly recentAt: number;
  /** Of the origins only: periods since the first and the last sale, number and sum of the known values so far. */
  readonly age: Float64Array;
  readonly sinceSale: Float64Array;
  readonly known: Float64Array;
  readonly total: Float64Array;
  readonly ownAt: number;
  /** Per modality of the plan. */
  readonly products: readonly ProductNumbers[];
  /** Absent where nobody wrote about the series. */
  readonly reviews?: SeriesReviews;
}

/** What one modality tells of a product. */
export interface ProductNumbers {
  /** The product's own begin at position `at`. */
  readonly values: Float32Array;
  readonly at: number;
  /** Number of the first period that knows them, counted as `period` of the origins; ∞ where none ever does. */
  readonly from: number;
}

/** Reviews of one series: the rows `from … to − 1` of the history. */
export interface SeriesReviews {
  readonly history: ReviewHistory;
  readonly from: number;
  readonly to: number;
  /** Number of the first origin's period as the history counts them. */
  readonly period: number;
}

/** The arrays to fill, by column name; undefined for a column that the table does not have. */
export type ColumnOf = (name: string) => Float32Array | undefined;

/** Fills the rows `at … at + origins.count − 1` of its columns. */
export type FillColumns = (origins: Origins, at: number) => void;

/** `target[at + i] = source[from + i]` for `i < count`. */
export function copyInto(target: Float32Array, at: number, source: Float64Array | Float32Array, from: number, count: number): void {
  for (let i = 0; i < count; i += 1) target[at + i] = source[from + i] ?? Number.NaN;
}
