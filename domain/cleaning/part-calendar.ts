import { addPeriods, dayOfIso, dayOfStart, type PeriodLength, periodsBetween, weekdays } from '../calendar.ts';
import type { CleaningRules } from './cleaning-rules.ts';

/** The periods of one part of a panel. */
export interface PartCalendar {
  /** Starts of the periods, each one after the other. */
  readonly starts: Int32Array;
  /** 1 where all days of the period are closed. */
  readonly closed: Uint8Array;
  /** 1 where a known event falls into the period: it is no outlier. */
  readonly spared: Uint8Array;
}

/** @param first @param last starts of the first and the last period */
export function partCalendar({ closed, outliers }: Pick<CleaningRules, 'closed' | 'outliers'>, frequency: PeriodLength, first: number, last: number): PartCalendar {
  const count = Math.max(0, periodsBetween(first, last, frequency) + 1);
  const starts = Int32Array.from({ length: count }, (_, i) => addPeriods(first, i, frequency));
  const closedDates = new Set(closed?.dates.map(dayOfIso));
  const closedWeekdays = new Set(closed?.weekdays.map((weekday) => weekdays.findIndex((name) => name === weekday)));
  // 1970-01-01 was a Thursday, so day 4 was a Monday.
  const isClosed = (day: number): boolean => closedDates.has(day) || closedWeekdays.has((((day - 4) % 7) + 7) % 7);
  const events = new Set(outliers.except.map(dayOfIso));
  const days = Array.from(starts, (start) => daysOf(start, frequency));
  return {
    starts,
    closed: Uint8Array.from(days, (inside) => (closed !== undefined && inside.every(isClosed) ? 1 : 0)),
    spared: Uint8Array.from(days, (inside) => (events.size > 0 && inside.some((day) => events.has(day)) ? 1 : 0)),
  };
}

function daysOf(start: number, frequency: PeriodLength): readonly number[] {
  const from = dayOfStart(start, frequency);
  if (frequency === 'hour') return [from];
  return Array.from({ length: addPeriods(start, 1, frequency) - start }, (_, i) => from + i);
}
