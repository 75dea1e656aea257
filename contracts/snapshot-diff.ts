import type { ColumnKind } from './profile.ts';

/** Rows of two snapshots, told apart by address (source file and row number). Only parts that differ are looked at. */
export interface RowChanges {
  /** Parts of either side that the other has byte for byte; none of their rows differs. */
  readonly equalParts: number;
  readonly comparedParts: number;
  /** Addresses that only the second (first) snapshot has. */
  readonly added: number;
  readonly removed: number;
  /** Addresses of both whose rows differ in a column that both have. */
  readonly changed: number;
  /** Of the changed rows, how many differ in each column; columns without a difference are absent. */
  readonly byColumn: Readonly<Record<string, number>>;
  /** What is left when addresses don't count: rows, as a multiset, that only the second (first) snapshot has. Rows that only moved are in neither. */
  readonly contentAdded: number;
  readonly contentRemoved: number;
  /** The first changed rows, by address; one entry per column that differs. */
  readonly examples: readonly CellChange[];
}

export interface CellChange {
  /** What the second snapshot's rows call the file (`SourceFile.number`). */
  readonly file: number;
  readonly row: number;
  readonly series: string;
  readonly column: string;
  /** As text; absent where there is no value. */
  readonly a?: string;
  readonly b?: string;
}

/** How the kept values of one column moved from the first snapshot to the second. */
export interface ColumnShift {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly missingA: number;
  readonly missingB: number;
  /** Population stability index over `bins`; absent where a side has no values, and for times. */
  readonly psi?: number;
  /** Numbers only: Kolmogorov–Smirnov statistic, exact, and the probability of one so large between samples of one distribution. */
  readonly ks?: number;
  readonly ksProbability?: number;
  /** Numbers: between the deciles of the first snapshot. Texts and truth values: its twenty most frequent values, then all others. */
  readonly bins: readonly { readonly label: string; readonly a: number; readonly b: number }[];
}

export interface SeriesChanges {
  readonly appeared: { readonly count: number; readonly first: readonly string[] };
  readonly vanished: { readonly count: number; readonly first: readonly string[] };
}

export interface SnapshotRowsDiff {
  readonly rows: RowChanges;
  readonly series: SeriesChanges;
  readonly columns: readonly ColumnShift[];
}
