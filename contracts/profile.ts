import type { PeriodLength } from '../domain/calendar.ts';
import type { ValueBucket } from '../domain/distribution/value-buckets.ts';
import type { Pipeline } from './pipeline.schema.ts';

/** What the figures of a sales table mean; from the pipeline file's sources. */
export interface SalesMeaning {
  /** Unit of the target, e.g. `piece`. */
  readonly unit?: string;
  /** Currency of the price, e.g. `EUR`. */
  readonly currency?: string;
  /** Zone of the business: what `time` is local to. */
  readonly timezone?: string;
  /** Zone of times that the sources write without an offset. */
  readonly recordedIn?: string;
}

export function salesMeaning({ sales: { units, currency, timezone, recordedIn } }: Pipeline['sources']): SalesMeaning {
  return {
    ...(units !== undefined && { unit: units.to }), ...(currency !== undefined && { currency: currency.to }),
    ...(timezone !== undefined && { timezone }), ...(recordedIn !== undefined && { recordedIn }),
  };
}

export type ColumnKind = 'number' | 'text' | 'time' | 'truth';

export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

/**
 * One column in one part of a sales table: what a profile of the whole is merged from. Everything but `digest` is of the kept rows; NaN counts
 * as missing.
 */
export interface PartColumn {
  readonly name: string;
  /** DuckDB's type. */
  readonly type: string;
  readonly kind: ColumnKind;
  /** See {@link ColumnProfile.digest}. */
  readonly digest: string;
  readonly filled: number;
  readonly distinct: number;
  /** The smallest hashes of distinct values, ascending, 64 bits as 16 hexadecimal digits: `k minimum values`, from which unions are counted. */
  readonly hashes: readonly string[];
  /** As text; absent where nothing is filled. */
  readonly min?: string;
  readonly max?: string;
  /** Numbers only. */
  readonly numbers?: {
    readonly zeros: number;
    readonly negatives: number;
    /** Null beyond the range of doubles, like the sum of the squares. */
    readonly sum: number | null;
    readonly squares: number | null;
    readonly buckets: readonly ValueBucket[];
  };
  /** Texts and truth values: the most frequent ones. */
  readonly top?: readonly ValueCount[];
  /** Count of the most frequent value that `top` leaves out; 0 when it has them all. */
  readonly topRest?: number;
}

/** Totals per period; arrays run in parallel, oldest first. */
export interface PeriodTotals {
  /** First moment of each period that has rows: `2011-11-07`, `2011-11-07T14:00`. */
  readonly starts: readonly string[];
  readonly rows: readonly number[];
  /** Rows that count; what follows is of these. */
  readonly kept: readonly number[];
  readonly target: readonly number[];
  readonly missing: readonly number[];
  readonly zeros: readonly number[];
  /** Series with a row, about (HyperLogLog, ± 2 %). */
  readonly series: readonly number[];
}

/** Profile of one part of a sales table; a pure function of the part's bytes and the frequency, so it is cached by them. */
export interface PartProfile {
  readonly rows: number;
  readonly keptRows: number;
  readonly columns: readonly PartColumn[];
  readonly periods: PeriodTotals;
}

export interface Quantile {
  /** 0 … 1. */
  readonly level: number;
  readonly value: number;
}

export interface Histogram {
  readonly scale: 'linear' | 'log';
  /** Bars in order: from `low` (included) to `high` (excluded); absent = without a limit. A bar from 0 to 0 holds the zeros. */
  readonly bars: readonly { readonly low?: number; readonly high?: number; readonly count: number }[];
}

export interface ColumnProfile {
  readonly name: string;
  readonly type: string;
  readonly kind: ColumnKind;
  readonly unit?: string;
  /**
   * SHA-256 over the digests of the column in each part, oldest first; that of a part is SHA-256 over the values of all rows, kept or not, in
   * the order of the part (series, time, file, row). Numbers count as IEEE 754 doubles, times as microseconds since 1970 in 64 bits, truth
   * values as one byte (2 = missing), all little-endian, missing numbers as the one NaN; texts as runs of equal values: byte length
   * and first row number in 64 bits each (length 2⁶⁴ − 1 = missing), then UTF-8. Threads and versions of the engine change nothing.
   */
  readonly digest: string;
  /** Kept rows without a value. */
  readonly missing: number;
  readonly distinct: number;
  /** False: `distinct` is an estimate (k minimum values, k = 512, standard error 4.4 %; Bar-Yossef et al. 2002). */
  readonly distinctIsExact: boolean;
  readonly min?: string;
  readonly max?: string;
  readonly numbers?: {
    readonly zeros: number;
    readonly negatives: number;
    /** Null beyond the range of doubles. */
    readonly sum: number | null;
    readonly mean: number | null;
    /** Standard deviation of the sample (n − 1); null for a single value and beyond the range of doubles. */
    readonly deviation: number | null;
    /** Within 1.1 % of the value; exact where a bucket holds one value, as with whole numbers below 45. */
    readonly quantiles: readonly Quantile[];
    readonly histogram: Histogram;
  };
  readonly top?: readonly ValueCount[];
  /** True: the counts of `top` are exact; false: each may be too low by up to `topError`. */
  readonly topError?: number;
}

/** What is known of the products besides their sales: figures of the tables `texts`, `media`, `statics` and `reviews` of a snapshot. */
export interface ProductsProfile {
  readonly texts?: { readonly series: number };
  /** By modality, in the order of the alphabet. */
  readonly media?: readonly MediaProfile[];
  /** In the order of the pipeline file. */
  readonly statics?: { readonly series: number; readonly columns: readonly { readonly name: string; readonly filled: number; readonly distinct: number }[] };
  readonly reviews?: {
    readonly count: number;
    /** Series with a review. */
    readonly series: number;
    /** ISO timestamps of the first and last one. */
    readonly from: string;
    readonly to: string;
    readonly withText: number;
    readonly rated: number;
    /** Null without a rating. */
    readonly meanRating: number | null;
  };
}

export interface MediaProfile {
  readonly modality: 'image' | 'audio' | 'video';
  /** Series with a name of a file. */
  readonly named: number;
  /** Distinct contents. */
  readonly files: number;
  readonly bytes: number;
  /** Names whose file can't be had. */
  readonly problems: number;
  /** The first three of them, by series. */
  readonly first: readonly { readonly series: string; readonly name: string; readonly problem: string }[];
}

/** What a sales table holds: figures of its kept rows. Never part of the snapshot's digest. */
export interface TableProfile {
  readonly version: 1;
  readonly frequency: PeriodLength;
  readonly rows: number;
  readonly keptRows: number;
  readonly series: number;
  readonly meaning: SalesMeaning;
  readonly columns: readonly ColumnProfile[];
  readonly periods: PeriodTotals;
  /** Absent where the snapshot has sales alone. */
  readonly products?: ProductsProfile;
}
