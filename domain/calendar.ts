/** Length of a period: what one row of a series stands for. Weeks start on Monday (ISO 8601). */
export type PeriodLength = 'day' | 'week' | 'month';

const millisecondsPerDay = 86_400_000;

/**
 * Days since 1970-01-01 of an ISO date; anything after the date (`T04:00:00Z`) is ignored.
 * Undefined when the text is no date of the calendar (`2011-02-30`).
 */
export function dayOfIso(iso: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$/.exec(iso);
  if (match === null) return undefined;
  const day = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) / millisecondsPerDay;
  return isoOfDay(day) === iso.slice(0, 10) ? day : undefined;
}

/** ISO date of days since 1970-01-01. */
export function isoOfDay(day: number): string {
  return new Date(day * millisecondsPerDay).toISOString().slice(0, 10);
}

/** First day of the period that contains `day`. */
export function periodStart(day: number, length: PeriodLength): number {
  if (length === 'day') return day;
  // 1970-01-01 was a Thursday, so day 4 was a Monday.
  if (length === 'week') return day - modulo(day - 4, 7);
  const date = new Date(day * millisecondsPerDay);
  return day - (date.getUTCDate() - 1);
}

/** Last day of the period that contains `day`. */
export function periodEnd(day: number, length: PeriodLength): number {
  return addPeriods(periodStart(day, length), 1, length) - 1;
}

/** First day of the period `count` periods after the one that starts on `start` (a first day; `count` may be negative). */
export function addPeriods(start: number, count: number, length: PeriodLength): number {
  if (length === 'day') return start + count;
  if (length === 'week') return start + 7 * count;
  const date = new Date(start * millisecondsPerDay);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + count, 1) / millisecondsPerDay;
}

/** How many periods `to` lies after `from`; both are first days of periods. */
export function periodsBetween(from: number, to: number, length: PeriodLength): number {
  if (length === 'day') return to - from;
  if (length === 'week') return (to - from) / 7;
  const [a, b] = [new Date(from * millisecondsPerDay), new Date(to * millisecondsPerDay)];
  return (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
}

/**
 * Periods after which a season of a year returns. 364 for days, so that weekdays stay aligned.
 */
export function periodsPerYear(length: PeriodLength): number {
  return { day: 364, week: 52, month: 12 }[length];
}

const modulo = (value: number, divisor: number): number => ((value % divisor) + divisor) % divisor;
