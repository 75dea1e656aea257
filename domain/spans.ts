import { dayOfIso, isoOfDay, type PeriodLength, periodStart } from './calendar.ts';

/** Spans of time that tables are kept in: months of days, years of weeks and months. */
export type SpanLength = 'month' | 'year';

export function spanLength(frequency: PeriodLength): SpanLength {
  return frequency === 'day' ? 'month' : 'year';
}

/**
 * First day of the span that a period belongs to: that of the period's own first day, so that no period lies in two spans.
 * @param start first day of the period, days since 1970-01-01
 */
export function spanStart(start: number, frequency: PeriodLength): number {
  const month = periodStart(start, 'month');
  return spanLength(frequency) === 'month' ? month : (dayOfIso(`${isoOfDay(month).slice(0, 4)}-01-01`) ?? month);
}
