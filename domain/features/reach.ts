import { type PeriodLength, periodsPerYear, unitOf } from '../calendar.ts';
import { type FeaturePlan, marketLags, priceWindow } from './feature-plan.ts';

/** How many periods before an origin its features look back, the origin's own period not counted. */
export interface Reach {
  /** Of the series' sales. */
  readonly sales: number;
  /** Of its prices and sale lines. */
  readonly recent: number;
  /** Of the totals of all series. */
  readonly market: number;
}

/** A feature that looks whole seasons back from the forecast period: its name without the step, and the season's length in periods. */
export interface SeasonalLag {
  readonly name: string;
  readonly season: number;
}

export function seasonalLags(frequency: PeriodLength): readonly SeasonalLag[] {
  const year = { name: 'last_year', season: periodsPerYear(frequency) };
  const unit = unitOf(frequency);
  if (unit === 'hour') return [{ name: 'last_day', season: 24 }, { name: 'last_week', season: 168 }];
  return unit === 'day' ? [{ name: 'last_week', season: 7 }, year] : [year];
}

export function reachOf({ frequency, shared, perStep, windows, lags, short, long, settled }: FeaturePlan): Reach {
  const has = (name: string): boolean => [...shared, ...perStep].some((column) => column.name === name);
  const seasons = seasonalLags(frequency).filter(({ name }) => has(name)).map(({ season }) => season);
  return {
    // A gap that matters may have begun before, and its line begins one period earlier still.
    sales: Math.max(lags, ...windows, ...seasons) - 1 + (settled > 0 ? settled + 1 : 0),
    recent: Math.max(1, has('price_log') ? priceWindow : 0, has('lines_0') ? long : 0) - 1,
    market: Math.max(marketLags, short + long) - 1,
  };
}

/** Periods back from the origin to the newest known period that lies a whole number of seasons before the target `step` periods ahead. */
export function seasonLag(season: number, step: number): number {
  return season * Math.ceil(step / season) - step;
}
