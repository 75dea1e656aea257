import { type PeriodLength, type PeriodUnit, unitOf } from '../calendar.ts';
import type { CleaningRules } from './cleaning-rules.ts';

/** How far back what is expected of a period looks; all in periods. */
export interface LookBack {
  /** Newest past periods that limits, means and medians rest on: a year (months: two, hours: four weeks). */
  readonly memory: number;
  /** After this many periods the season returns. */
  readonly season: number;
  /** Seasons that a seasonal expectation is the mean of. */
  readonly seasons: number;
  /** Distance and number of the periods that demand at a stock-out is the mean of: the same place of recent weeks. */
  readonly demandStep: number;
  readonly demandPeriods: number;
}

export const lookBacks: Readonly<Record<PeriodUnit, LookBack>> = {
  hour: { memory: 672, season: 168, seasons: 4, demandStep: 168, demandPeriods: 4 },
  day: { memory: 364, season: 7, seasons: 8, demandStep: 7, demandPeriods: 8 },
  week: { memory: 52, season: 52, seasons: 1, demandStep: 1, demandPeriods: 8 },
  month: { memory: 24, season: 12, seasons: 2, demandStep: 1, demandPeriods: 6 },
};

/** Fewest known past values that an outlier limit or a fitted model rests on. */
export const fewestValues = 8;

/** Whether the rules need past cleaned values, not only what was sold. */
export function remembersCleaned({ missing, stockouts }: CleaningRules): boolean {
  return stockouts === 'censored' || missing.method === 'mean' || missing.method === 'median' || missing.method === 'seasonal' || missing.method === 'predict';
}

/** Periods before a period that its cleaned value may depend on, besides the running figures of the period right before it. */
export function reachOf(rules: CleaningRules, frequency: PeriodLength): number {
  const { memory, season, seasons, demandStep, demandPeriods } = lookBacks[unitOf(frequency)];
  return Math.max(
    memory,
    rules.outliers.method === 'seasonal-residual' ? memory + season * seasons : 0,
    rules.missing.method === 'predict' ? memory + season : 0,
    rules.stockouts === 'censored' ? demandStep * demandPeriods : 0,
  );
}
