import { type PeriodLength, unitOf } from '../calendar.ts';

/** Periods that a product's recent sales are the mean of: a week of hours, four weeks of days, eight weeks, three months. */
export function recentPeriods(frequency: PeriodLength): number {
  return { hour: 168, day: 28, week: 8, month: 3 }[unitOf(frequency)];
}
