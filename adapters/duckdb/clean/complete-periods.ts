import { addPeriods, periodEnd, type PeriodLength, periodsBetween, periodStart } from '../../../domain/calendar.ts';
import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';

/** The complete periods of a table of sales rows. Days since 1970-01-01. */
export interface CompletePeriods {
  /** First days of the first and the last complete period; first > last when there is none. */
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** First and last day with a row. */
  readonly from: number;
  readonly to: number;
}

/**
 * Which periods the data cover in whole. A period counts when the data begin on or before its first day and reach its last day; where the
 * run stops at a `cutoff` that the data outlast, they reach the cutoff. Rows that all fall on the same day of their period (every one on a
 * Monday, on the 1st, on the last of the month) are totals of periods, which are complete by themselves; at a `cutoff` within its period a
 * total was not known yet.
 * @param relation table expression with `time TIMESTAMP`, at least one row after `condition`
 */
export async function completePeriods(
  session: Session,
  { relation, condition, frequency, cutoff, parameters }: {
    readonly relation: string; readonly condition: string; readonly frequency: PeriodLength; readonly cutoff?: number | undefined; readonly parameters?: Readonly<Record<string, string>>;
  },
): Promise<CompletePeriods> {
  const seen = cutoff === undefined ? 'true' : 'day <= $cutoff';
  const found = await session.row(
    `SELECT min(day) FILTER (${seen}) AS low, max(day) FILTER (${seen}) AS high, max(day) AS newest,
            count(DISTINCT dayofweek(date)) FILTER (${seen}) AS weekdays, count(DISTINCT day(date)) FILTER (${seen}) AS month_days,
            bool_and(date = last_day(date)) FILTER (${seen}) AS month_ends
     FROM (SELECT CAST(time AS DATE) AS date, datediff('day', DATE '1970-01-01', CAST(time AS DATE)) AS day FROM ${relation} WHERE ${condition})`,
    { ...parameters, ...(cutoff !== undefined && { cutoff }) },
  );
  if (found['low'] === null) return { first: 1, last: 0, count: 0, from: cutoff ?? 0, to: cutoff ?? 0 };
  const [from, to] = [numberIn(found, 'low'), numberIn(found, 'high')];
  const totals =
    (frequency === 'week' && numberIn(found, 'weekdays') === 1) ||
    (frequency === 'month' && (numberIn(found, 'month_days') === 1 || found['month_ends'] === true));
  const reached = cutoff !== undefined && numberIn(found, 'newest') > cutoff ? cutoff : to;
  const [start, end] = [periodStart(from, frequency), periodStart(reached, frequency)];
  const first = totals || from <= start ? start : addPeriods(start, 1, frequency);
  const isUnderWay = cutoff !== undefined && cutoff < periodEnd(to, frequency);
  const newestTotal = isUnderWay ? addPeriods(periodStart(to, frequency), -1, frequency) : periodStart(to, frequency);
  const last = totals ? newestTotal : reached >= periodEnd(reached, frequency) ? end : addPeriods(end, -1, frequency);
  return { first, last, count: Math.max(0, periodsBetween(first, last, frequency) + 1), from, to };
}
