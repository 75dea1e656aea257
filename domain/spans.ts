import { dayOfIso, dayOfStart, isoOfDay, type PeriodLength, periodStart, unitOf } from './calendar.ts';

/** Spans of time that tables are kept in: months of hours and days, years of weeks and months. */
export type SpanLength = 'month' | 'year';

export function spanLength(frequency: PeriodLength): SpanLength {
  const unit = unitOf(frequency);
  return unit === 'day' || unit === 'hour' ? 'month' : 'year';
}

/**
 * First day (days since 1970-01-01) of the span that a period belongs to: that of the period's own first day, so that no period lies in
 * two spans.
 * @param start start of the period
 */
export function spanStart(start: number, frequency: PeriodLength): number {
  const month = periodStart(dayOfStart(start, frequency), 'month');
  return spanLength(frequency) === 'month' ? month : (dayOfIso(`${isoOfDay(month).slice(0, 4)}-01-01`) ?? month);
}
