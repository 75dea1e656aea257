/** Weekdays by their position: Monday is 0. */
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof weekdays)[number];

const units = ['hour', 'day', 'week', 'month'] as const;
export type PeriodUnit = (typeof units)[number];

/** What begins at midnight: `week-sunday` are weeks from Sunday on, `month-26` months from their 26th day on. */
type DayLength = 'day' | 'week' | `week-${Weekday}` | 'month' | `month-${number}`;

/**
 * Length of a period, what one row of a series stands for, and where periods begin. Weeks begin on Monday (ISO 8601), months on the 1st and days
 * at midnight, unless it says otherwise: `week-sunday`, `month-26` (2 to 28: every month has such a day), `day@04:00`, `week-sunday@04:00`.
 *
 * A period is known by its start, an integer: days since 1970-01-01 for days, weeks and months (their first day), hours since
 * 1970-01-01T00:00 for hours. Times are local times of the business, without a zone: every day has 24 hours. Where days begin at four in the
 * morning, a day of the business is the 24 hours from four o'clock of the date that it is called by; the only thing that knows of the hour is
 * what puts moments into days, all other days are days of the business.
 */
export type PeriodLength = 'hour' | DayLength | `${DayLength}@${string}`;

/** What a {@link PeriodLength} says, in parts. */
export interface Alignment {
  readonly unit: PeriodUnit;
  /** Position of the weekday that weeks begin on; Monday is 0. */
  readonly weekday: number;
  /** Day of the month that months begin on. */
  readonly monthDay: number;
  /** Minutes after midnight at which days begin. */
  readonly minutes: number;
}

const alignments = new Map<string, Alignment>();

export function alignmentOf(length: PeriodLength): Alignment {
  const known = alignments.get(length);
  if (known !== undefined) return known;
  const [, name, anchor, hours, minutes] = /^(hour|day|week|month)(?:-([a-z]+|\d+))?(?:@(\d\d):(\d\d))?$/.exec(length) ?? [];
  const [unit, position] = [units.find((one) => one === name), weekdays.findIndex((weekday) => weekday === anchor)];
  if (unit === undefined || (unit === 'week' && anchor !== undefined && position < 0)) throw new RangeError(`"${length}" is no length of a period`);
  const alignment: Alignment = {
    unit, weekday: Math.max(0, position), monthDay: unit === 'month' ? Number(anchor ?? 1) : 1, minutes: 60 * Number(hours ?? 0) + Number(minutes ?? 0),
  };
  alignments.set(length, alignment);
  return alignment;
}

/** Days that begin when the days of periods of this length do: `day@04:00` of `week-sunday@04:00`; hours are none. */
export function dayLength(length: PeriodLength): 'hour' | 'day' | `day@${string}` {
  if (length === 'hour') return length;
  const at = length.indexOf('@');
  return at < 0 ? 'day' : `day@${length.slice(at + 1)}`;
}

/** The length alone, without where periods begin: what seasons and windows are counted in, and what people call it. */
export function unitOf(length: PeriodLength): PeriodUnit {
  return alignmentOf(length).unit;
}

/** `week`, and where periods begin if not where they usually do: `week (from Sunday)`, `month (from day 26)`, `day (from 04:00)`. */
export function lengthInWords(length: PeriodLength): string {
  const { unit, weekday, monthDay } = alignmentOf(length);
  const name = weekdays[weekday] ?? '';
  const [day, clock] = [weekday > 0 ? name.charAt(0).toUpperCase() + name.slice(1) : monthDay > 1 ? `day ${String(monthDay)}` : '', length.split('@')[1] ?? ''];
  return day === '' && clock === '' ? unit : `${unit} (from ${[day, clock].filter((part) => part !== '').join(' ')})`;
}

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

/** The moment that a period begins at: its date, with the time where days don't begin at midnight: `2011-10-03T04:00`. @param start as {@link isoOfStart} writes it */
export function firstMomentOf(start: string, length: PeriodLength): string {
  const [, clock] = length.split('@');
  return clock === undefined ? start : `${start.slice(0, 10)}T${clock}`;
}

/** The day that a period starts on, as days since 1970-01-01. */
export function dayOfStart(start: number, length: PeriodLength): number {
  return length === 'hour' ? Math.floor(start / hoursPerDay) : start;
}

/** The first period that starts on or after the beginning of `day`, for periods that begin with a day. */
export function startOfDay(day: number, length: PeriodLength): number {
  return length === 'hour' ? day * hoursPerDay : periodStart(day, length);
}

/** First day of the period that contains `day` (a day of the business); an hour contains itself. */
export function periodStart(day: number, length: PeriodLength): number {
  const { unit, weekday, monthDay } = alignmentOf(length);
  if (unit === 'day' || unit === 'hour') return day;
  // 1970-01-01 was a Thursday, so day 4 was a Monday.
  if (unit === 'week') return day - modulo(day - 4 - weekday, 7);
  const date = new Date(day * millisecondsPerDay);
  if (!(date.getUTCDate() < monthDay)) return day - (date.getUTCDate() - monthDay);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1, monthDay) / millisecondsPerDay;
}

/** Last day of the period that contains `day`; an hour is its own last hour. */
export function periodEnd(day: number, length: PeriodLength): number {
  return addPeriods(periodStart(day, length), 1, length) - 1;
}

/** First day of the period `count` periods after the one that starts on `start` (a first day; `count` may be negative). */
export function addPeriods(start: number, count: number, length: PeriodLength): number {
  const { unit, monthDay } = alignmentOf(length);
  if (unit === 'day' || unit === 'hour') return start + count;
  if (unit === 'week') return start + 7 * count;
  const date = new Date(start * millisecondsPerDay);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + count, monthDay) / millisecondsPerDay;
}

/** How many periods `to` lies after `from`; both are first days of periods. */
export function periodsBetween(from: number, to: number, length: PeriodLength): number {
  const unit = unitOf(length);
  if (unit === 'day' || unit === 'hour') return to - from;
  if (unit === 'week') return (to - from) / 7;
  const [a, b] = [new Date(from * millisecondsPerDay), new Date(to * millisecondsPerDay)];
  return (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
}

/**
 * Periods after which a season of a year returns. 364 days, so that weekdays stay aligned.
 */
export function periodsPerYear(length: PeriodLength): number {
  return { hour: 364 * hoursPerDay, day: 364, week: 52, month: 12 }[unitOf(length)];
}

const modulo = (value: number, divisor: number): number => ((value % divisor) + divisor) % divisor;
