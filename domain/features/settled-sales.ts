import { settleGap } from '../cleaning/settle-gaps.ts';
import { isFilled } from '../cleaning/touched.ts';

export interface SettledQuestion {
  /** Cleaned sales, from `longest + 1` periods before the oldest one that features use; gaps that have closed are settled in place. */
  readonly sales: Float64Array;
  /** Codes of the same periods (see `touchedCodes`). */
  readonly touched: ArrayLike<number>;
  /** Position of the first origin, and their number. */
  readonly first: number;
  readonly count: number;
  /** Periods of the longest gap that is settled; a longer one stays as it was filled, so that how far back anyone must look is known. */
  readonly longest: number;
}

/**
 * Goes through origins in stretches that see the same past: a gap becomes a straight line at the first origin that knows the value behind
 * it, never before. While `use` runs, `sales` is as the stretch's origins see it; what lies after them is not.
 */
export function eachSettledStretch({ sales, touched, first, count, longest }: SettledQuestion, use: (from: number, count: number) => void): void {
  const closes = (at: number): boolean => isFilled(touched[at - 1] ?? 0) && !isFilled(touched[at] ?? 0) && !Number.isNaN(sales[at] ?? Number.NaN);
  const settle = (at: number): void => void settleGap(sales, touched, at, Math.max(0, at - longest - 1));
  for (let at = 1; at < first; at += 1) if (closes(at)) settle(at);
  let from = first;
  for (let at = first; at < first + count; at += 1) {
    if (!closes(at)) continue;
    if (at > from) use(from, at - from);
    settle(at);
    from = at;
  }
  if (first + count > from) use(from, first + count - from);
}
