/** What was seen of a column of a data file. Shares are 0 … 1. */
export interface ColumnLook {
  readonly name: string;
  /** SQL type; every column of a CSV is text. */
  readonly type: string;
  readonly rows: number;
  /** Cells that hold something. */
  readonly filled: number;
  readonly distinct: number;
  /** Present where nearly every filled cell reads as a number. */
  readonly number?: NumberLook;
  /** Present where nearly every filled cell reads as a date or time. */
  readonly time?: TimeLook;
  /** Present for columns that the file holds as text. */
  readonly text?: TextLook;
}

export interface NumberLook {
  /** Share of whole numbers, of numbers below zero, of zeros. */
  readonly whole: number;
  readonly negative: number;
  readonly zero: number;
  readonly min: number;
  readonly max: number;
  readonly median: number;
  /** The value that one in a thousand exceeds, and the one that one in a thousand is below. */
  readonly high: number;
  readonly low: number;
}

export interface TimeLook {
  /** Days since 1970-01-01. */
  readonly from: number;
  readonly to: number;
  readonly distinctDays: number;
  /** Share of times that are not midnight. */
  readonly withClock: number;
  /** Share that are not on the full hour. */
  readonly withMinutes: number;
  /** strptime format, where two formats fit every cell and one had to be taken. */
  readonly assumedFormat?: string;
}

export interface TextLook {
  readonly meanLength: number;
  readonly meanWords: number;
  /** Share of cells with a letter. */
  readonly letters: number;
  /** Share of cells with a character beyond ASCII. */
  readonly foreign: number;
  /** The most frequent values, most frequent first. */
  readonly top: readonly { readonly value: string; readonly rows: number }[];
}
