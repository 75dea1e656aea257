import { addPeriods, isoOfDay, periodEnd, type PeriodLength, periodsBetween, periodStart, unitOf } from '../calendar.ts';

/** The complete periods of a history; starts of periods, see `PeriodLength`. */
export interface CompletePeriods {
  /** Starts of the first and the last complete period; first > last when there is none. */
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** First and last day with a row; hours for hours. */
  readonly from: number;
  readonly to: number;
}

/**
 * Which periods the data cover in whole. A period counts when the data begin on or before its first day and reach its last day; where the
 * run stops at a `cutoff` that the data outlast, they reach the cutoff. Rows that all fall on the same day of their period (every one on a
 * Monday, on the 1st, on the last of the month) are totals of periods, which are complete by themselves; at a `cutoff` within its period a
 * total was not known yet. An hour with a row is complete.
 * @param days days (hours for hours) with a row, ascending
 * @param cutoff day (hour) after which nothing is seen
 */
export function completePeriods(days: readonly number[], frequency: PeriodLength, cutoff?: number): CompletePeriods {
  const seen = cutoff === undefined ? days : days.filter((day) => day <= cutoff);
  const [from, to, newest] = [seen[0], seen.at(-1), days.at(-1)];
  if (from === undefined || to === undefined || newest === undefined) return { first: 1, last: 0, count: 0, from: cutoff ?? 0, to: cutoff ?? 0 };
  const isTotals = areTotals(seen, frequency);
  const reached = cutoff !== undefined && newest > cutoff ? cutoff : to;
  const [start, end] = [periodStart(from, frequency), periodStart(reached, frequency)];
  const first = isTotals || from <= start ? start : addPeriods(start, 1, frequency);
  const isUnderWay = cutoff !== undefined && cutoff < periodEnd(to, frequency);
  const newestTotal = isUnderWay ? addPeriods(periodStart(to, frequency), -1, frequency) : periodStart(to, frequency);
  const last = isTotals ? newestTotal : reached >= periodEnd(reached, frequency) ? end : addPeriods(end, -1, frequency);
  return { first, last, count: Math.max(0, periodsBetween(first, last, frequency) + 1), from, to };
}

function areTotals(days: readonly number[], frequency: PeriodLength): boolean {
  const unit = unitOf(frequency);
  if (unit === 'week') return days.every((day) => day - periodStart(day, 'week') === (days[0] ?? 0) - periodStart(days[0] ?? 0, 'week'));
  if (unit !== 'month') return false;
  // Months that begin later, on the 28th at the latest, hold each one end of a month, too.
  const dayOfMonth = (day: number): string => isoOfDay(day).slice(8);
  return days.every((day) => day === periodEnd(day, 'month')) || days.every((day) => dayOfMonth(day) === dayOfMonth(days[0] ?? 0));
}
