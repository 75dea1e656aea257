import { type PeriodLength, type PeriodUnit, unitOf } from '../calendar.ts';
import type { CleaningRules } from './cleaning-rules.ts';
import { fewestValues, lookBacks } from './look-back.ts';
import { ridgePrediction } from './ridge.ts';

/** Cleaned values of one series up to a position, oldest first. */
export interface CleanedPast {
  /** Values that were observed; NaN where `y` is an estimate or unknown. Empty for methods that look at the newest value only. */
  readonly observed: Float64Array;
  /** All values; NaN where unknown. Empty likewise. */
  readonly y: Float64Array;
  /** `y` of the period before the position; NaN before the first one. */
  readonly newest: number;
}

/** The value to fill into position `at`, from positions before it only. NaN stays unknown. */
export type Fill = (past: CleanedPast, at: number) => number;

/**
 * What `missing.method` puts in a period whose value is unknown:
 *
 * - `mean`, `median`: of the values observed within the memory (a year; see `lookBacks`);
 * - `linear`: the newest value. The line to the next known value is drawn by those who know it: see `settleGap`;
 * - `seasonal`: the newest value observed at the same place of a past season (hour of the week, weekday, week or month of the year);
 * - `predict`: ridge regression of the series on its value before, its recent mean and its value a season before, fitted anew on what was
 *   observed within the memory, never outside 0 … the highest value observed there;
 * - `constant`: a value of the pipeline file's; `drop`: nothing.
 *
 * Where nothing was observed yet it is the newest value.
 */
export function fillOf({ method, value = 0 }: CleaningRules['missing'], frequency: PeriodLength): Fill {
  const { memory, season } = lookBacks[unitOf(frequency)];
  const seasonal: Fill = ({ observed, newest }, at) => {
    for (let i = at - season; i >= Math.max(0, at - memory); i -= season) {
      const known = observed[i] ?? Number.NaN;
      if (!Number.isNaN(known)) return known;
    }
    return newest;
  };
  switch (method) {
    case 'drop':
      return () => Number.NaN;
    case 'constant':
      return () => value;
    case 'linear':
      return ({ newest }) => newest;
    case 'mean':
      return ({ observed, newest }, at) => {
        const known = knownValues(observed, at - memory, at);
        return known.length === 0 ? newest : known.reduce((sum, one) => sum + one, 0) / known.length;
      };
    case 'median':
      return ({ observed, newest }, at) => {
        const known = knownValues(observed, at - memory, at).sort();
        const middle = known.length >> 1;
        if (known.length === 0) return newest;
        return known.length % 2 === 1 ? (known[middle] ?? newest) : ((known[middle - 1] ?? newest) + (known[middle] ?? newest)) / 2;
      };
    case 'seasonal':
      return seasonal;
    case 'predict':
      return predictor(frequency, seasonal);
  }
}

/** Periods of the recent mean that predictions rest on: a day, a week, a month, a quarter. */
const recentPeriods: Readonly<Record<PeriodUnit, number>> = { hour: 24, day: 7, week: 4, month: 3 };
/** Shrinkage of the standardised coefficients: enough to hold a fit on few, alike predictors together. */
const lambda = 0.1;

function predictor(frequency: PeriodLength, otherwise: Fill): Fill {
  const { memory, season } = lookBacks[unitOf(frequency)];
  const recent = recentPeriods[unitOf(frequency)];
  const [before, mean, lastSeason, target] = [new Float64Array(memory), new Float64Array(memory), new Float64Array(memory), new Float64Array(memory)];

  function fit(past: CleanedPast, at: number, seasonal: boolean): number {
    let rows = 0;
    let highest = 0;
    for (let i = Math.max(1, at - memory); i < at; i += 1) {
      const value = past.observed[i] ?? Number.NaN;
      const [x1, x2] = [past.y[i - 1] ?? Number.NaN, recentMean(past.y, i, recent)];
      const x3 = !seasonal ? 0 : i < season ? Number.NaN : (past.y[i - season] ?? Number.NaN);
      if (Number.isNaN(value + x1 + x2 + x3)) continue;
      before[rows] = x1;
      mean[rows] = x2;
      lastSeason[rows] = x3;
      target[rows] = value;
      highest = Math.max(highest, value);
      rows += 1;
    }
    if (rows < fewestValues) return Number.NaN;
    const now = [past.newest, recentMean(past.y, at, recent), ...(seasonal ? [at < season ? Number.NaN : (past.y[at - season] ?? Number.NaN)] : [])];
    if (now.some(Number.isNaN)) return Number.NaN;
    const predicted = ridgePrediction({ predictors: seasonal ? [before, mean, lastSeason] : [before, mean], target, rows }, now, lambda);
    return Math.min(highest, Math.max(0, predicted));
  }

  return (past, at) => {
    const seasonal = fit(past, at, true);
    if (!Number.isNaN(seasonal)) return seasonal;
    const plain = fit(past, at, false);
    return Number.isNaN(plain) ? otherwise(past, at) : plain;
  };
}

/** Mean of the known among the `count` values before `at`; NaN for none. */
function recentMean(values: Float64Array, at: number, count: number): number {
  let sum = 0;
  let known = 0;
  for (let i = Math.max(0, at - count); i < at; i += 1) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    sum += value;
    known += 1;
  }
  return known === 0 ? Number.NaN : sum / known;
}

function knownValues(values: Float64Array, from: number, to: number): Float64Array {
  return values.subarray(Math.max(0, from), to).filter((value) => !Number.isNaN(value));
}
