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
  /** One value per dimension that the texts are reduced to, and the number of the first period that knows them. */
  readonly text: readonly number[];
  readonly textFrom: number;
}

/** The arrays to fill, by column name; undefined for a column that the table does not have. */
export type ColumnOf = (name: string) => Float32Array | undefined;

/** Fills the rows `at … at + origins.count − 1` of its columns. */
export type FillColumns = (origins: Origins, at: number) => void;

/** `target[at + i] = source[from + i]` for `i < count`. */
export function copyInto(target: Float32Array, at: number, source: Float64Array | Float32Array, from: number, count: number): void {
  for (let i = 0; i < count; i += 1) target[at + i] = source[from + i] ?? Number.NaN;
}
