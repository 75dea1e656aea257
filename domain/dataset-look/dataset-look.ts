import type { ColumnLook } from './column-look.ts';
import type { Spacing } from './frequency.ts';
import type { KeyLook } from './key-pattern.ts';

/** Columns of a sales file by what they are for a forecast; absent where the file has none. */
export interface Roles {
  readonly time: ColumnLook;
  readonly target: ColumnLook;
  /** The target is money: no column holds a quantity, and each row is one piece sold at this price. */
  readonly targetIsPrice: boolean;
  /** No name says what is measured: the only number that can be it. */
  readonly targetIsGuess: boolean;
  readonly price?: ColumnLook;
  readonly stock?: ColumnLook;
  readonly currency?: ColumnLook;
  readonly unit?: ColumnLook;
  /** Names the order that a row belongs to. */
  readonly order?: ColumnLook;
  readonly status?: ColumnLook;
  /** 1 on days on which the shop was open, else 0. */
  readonly open?: ColumnLook;
  /** Text that describes what is sold. */
  readonly text?: ColumnLook;
  /** Columns that could name a series, best first. */
  readonly series: readonly ColumnLook[];
  /** Why each was taken, by column name. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** The rows of one choice of series. */
export interface SeriesLook {
  readonly columns: readonly string[];
  readonly series: number;
  readonly spacing: Spacing;
}

/** Rows that may be returns or cancellations: a value, or the first letter of one, that stands for them. */
export interface MarkLook {
  readonly column: string;
  /** A whole value of a status column, or the letter that order numbers begin with. */
  readonly kind: 'value' | 'letter';
  readonly mark: string;
  readonly rows: number;
  /** Share of them with a negative target. */
  readonly negative: number;
}

/** A column with one value for each series: a level of a hierarchy. */
export interface LevelLook {
  readonly column: string;
  /** All values where there are few. */
  readonly values: readonly string[];
  readonly distinct: number;
}

/** A month of the calendar (`2020-02`) and its rows. */
export interface MonthRows {
  readonly month: string;
  readonly rows: number;
}

/** All that was seen of a sales file. Shares are 0 … 1, days count from 1970-01-01. */
export interface DatasetLook {
  readonly rows: number;
  readonly columns: readonly ColumnLook[];
  readonly roles: Roles;
  /** The choice of series that was looked at closely. */
  readonly chosen: SeriesLook;
  /** Why the series is none of the others. */
  readonly seriesReason: string;
  readonly keys: readonly KeyLook[];
  readonly marks: readonly MarkLook[];
  /** Rows that equal an earlier one in every column. */
  readonly duplicates: number;
  /** Rows that repeat the series and the time of another one. */
  readonly repeated: number;
  readonly levels: readonly LevelLook[];
  /** In calendar order; months without rows are left out. */
  readonly months: readonly MonthRows[];
  /** Those far from all others: mistyped dates. What is said of series, weekdays and days leaves them out. */
  readonly strays: readonly string[];
  /** Rows with sales by weekday, Monday first. */
  readonly weekdays: readonly number[];
  /** Rows by day since 1970-01-01, without those of closed days. */
  readonly dayRows: ReadonlyMap<number, number>;
  /** Share of rows with the mark `open` = 0, and of those the share without sales. */
  readonly closedRows?: { readonly share: number; readonly withoutSales: number };
  /** Share of steps within a series that do not fall, and that rise: a running total rises and never falls. */
  readonly steps: { readonly notFalling: number; readonly rising: number };
}
