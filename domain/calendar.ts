/**
 * Length of a period: what one row of a series stands for. Weeks start on Monday (ISO 8601).
 *
 * A period is known by its start, an integer: days since 1970-01-01 for days, weeks and months (their first day), hours since
 * 1970-01-01T00:00 for hours. Times are local times of the business, without a zone: every day has 24 hours.
 */
export type PeriodLength = 'hour' | 'day' | 'week' | 'month';

/** What period starts count in. */
export type StartUnit = 'day' | 'hour';

export function startUnit(length: PeriodLength): StartUnit {
  return length === 'hour' ? 'hour' : 'day';
}

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

const hoursPerDay = 24;

/** Start of the period that is written as `2011-10-03` or, for hours, `2011-10-03T14:00`. Undefined when the text is neither. */
export function startOfIso(iso: string, length: PeriodLength): number | undefined {
  const day = dayOfIso(iso);
  if (day === undefined || length !== 'hour') return day;
  const hour = /^.{10}(?:[T ](\d{2}):00(?::00)?)?$/.exec(iso);
  if (hour === null || Number(hour[1] ?? 0) >= hoursPerDay) return undefined;
  return day * hoursPerDay + Number(hour[1] ?? 0);
}

/** How a period's start is written: `2011-10-03`, for hours `2011-10-03T14:00`. */
export function isoOfStart(start: number, length: PeriodLength): string {
  if (length !== 'hour') return isoOfDay(start);
  return `${isoOfDay(Math.floor(start / hoursPerDay))}T${String(modulo(start, hoursPerDay)).padStart(2, '0')}:00`;
}

/** The day that a period starts on, as days since 1970-01-01. */
export function dayOfStart(start: number, length: PeriodLength): number {
  return length === 'hour' ? Math.floor(start / hoursPerDay) : start;
}

/** The first period that starts on or after the beginning of `day`, for periods that begin with a day. */
export function startOfDay(day: number, length: PeriodLength): number {
  return length === 'hour' ? day * hoursPerDay : periodStart(day, length);
}

/** First day of the period that contains `day`; an hour contains itself. */
export function periodStart(day: number, length: PeriodLength): number {
  if (length === 'day' || length === 'hour') return day;
  // 1970-01-01 was a Thursday, so day 4 was a Monday.
  if (length === 'week') return day - modulo(day - 4, 7);
  const date = new Date(day * millisecondsPerDay);
  return day - (date.getUTCDate() - 1);
}

/** Last day of the period that contains `day`; an hour is its own last hour. */
export function periodEnd(day: number, length: PeriodLength): number {
  return addPeriods(periodStart(day, length), 1, length) - 1;
}

/** First day of the period `count` periods after the one that starts on `start` (a first day; `count` may be negative). */
export function addPeriods(start: number, count: number, length: PeriodLength): number {
  if (length === 'day' || length === 'hour') return start + count;
  if (length === 'week') return start + 7 * count;
  const date = new Date(start * millisecondsPerDay);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + count, 1) / millisecondsPerDay;
}

/** How many periods `to` lies after `from`; both are first days of periods. */
export function periodsBetween(from: number, to: number, length: PeriodLength): number {
  if (length === 'day' || length === 'hour') return to - from;
  if (length === 'week') return (to - from) / 7;
  const [a, b] = [new Date(from * millisecondsPerDay), new Date(to * millisecondsPerDay)];
  return (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
}

/**
 * Periods after which a season of a year returns. 364 days, so that weekdays stay aligned.
 */
export function periodsPerYear(length: PeriodLength): number {
  return { hour: 364 * hoursPerDay, day: 364, week: 52, month: 12 }[length];
}

const modulo = (value: number, divisor: number): number => ((value % divisor) + divisor) % divisor;
