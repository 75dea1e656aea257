import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { frequencySchema } from '../../contracts/frequency.schema.ts';
import { addPeriods, alignmentOf, dayLength, dayOfIso, firstMomentOf, isoOfDay, lengthInWords, periodEnd, type PeriodLength, periodsBetween, periodsPerYear, periodStart, unitOf, weekdays } from '../../domain/calendar.ts';
import { spanStart } from '../../domain/spans.ts';

const anyDay = fc.integer({ min: -20_000, max: 40_000 });
const anyWeek = fc.constantFrom(...weekdays).map((weekday): PeriodLength => (weekday === 'monday' ? 'week' : `week-${weekday}`));
const anyMonth = fc.integer({ min: 1, max: 28 }).map((day): PeriodLength => (day === 1 ? 'month' : `month-${day}`));
const anyLength = fc.oneof(anyWeek, anyMonth, fc.constant<PeriodLength>('day@04:00'));
const day = (iso: string): number => dayOfIso(iso) ?? Number.NaN;

describe('periods that begin elsewhere', () => {
  test('every day lies in exactly one of them, and they follow each other without gaps', () => {
    fc.assert(fc.property(anyDay, anyLength, (one, length) => {
      const [start, end] = [periodStart(one, length), periodEnd(one, length)];
      expect(start <= one && one <= end).toBe(true);
      expect([periodStart(start, length), periodStart(end, length), periodStart(end + 1, length)]).toEqual([start, start, end + 1]);
    }));
  });

  test('going on and counting undo each other', () => {
    fc.assert(fc.property(anyDay, anyLength, fc.integer({ min: -500, max: 500 }), (one, length, count) => {
      const start = periodStart(one, length);
      const there = addPeriods(start, count, length);
      expect([periodStart(there, length), periodsBetween(start, there, length), addPeriods(there, -count, length)]).toEqual([there, count, start]);
    }));
  });

  test('weeks begin on the weekday that they are named by, months on the day', () => {
    fc.assert(fc.property(anyDay, anyWeek, (one, length) => {
      // What the platform calls Sunday is 0.
      expect((new Date(periodStart(one, length) * 86_400_000).getUTCDay() + 6) % 7).toBe(weekdays.findIndex((weekday) => weekday === (length.split('-')[1] ?? 'monday')));
      expect(one - periodStart(one, length)).toBeLessThan(7);
    }));
    fc.assert(fc.property(anyDay, anyMonth, (one, length) => {
      expect(Number(isoOfDay(periodStart(one, length)).slice(8))).toBe(Number(length.split('-')[1] ?? 1));
    }));
  });

  test('a hand-made calendar', () => {
    const starts: readonly [string, PeriodLength, string][] = [
      ['2018-03-25', 'week-sunday', '2018-03-25'], ['2018-03-24', 'week-sunday', '2018-03-18'], ['2012-02-29', 'week-friday', '2012-02-24'],
      ['2024-03-25', 'month-26', '2024-02-26'], ['2024-03-26', 'month-26', '2024-03-26'], ['2024-01-01', 'month-28', '2023-12-28'], ['2023-02-27', 'month-28', '2023-01-28'],
    ];
    for (const [date, length, start] of starts) expect(isoOfDay(periodStart(day(date), length)), `${date} ${length}`).toBe(start);
    expect(isoOfDay(addPeriods(day('2024-01-28'), 1, 'month-28'))).toBe('2024-02-28');
  });

  test('lie in the span of their first day, whole', () => {
    expect(isoOfDay(spanStart(day('2023-12-26'), 'month-26'))).toBe('2023-01-01');
    expect(isoOfDay(spanStart(day('2023-12-31'), 'week-sunday@04:00'))).toBe('2023-01-01');
    expect(isoOfDay(spanStart(day('2023-12-31'), 'day@04:00'))).toBe('2023-12-01');
  });

  test('have the seasons of their unit', () => {
    expect(['week-sunday', 'month-26', 'day@04:00', 'week-friday@18:30'].map((length) => periodsPerYear(frequencySchema.parse(length)))).toEqual([52, 12, 364, 52]);
  });
});

describe('how they are written', () => {
  test('in parts and in words', () => {
    expect(alignmentOf('week-sunday@04:30')).toEqual({ unit: 'week', weekday: 6, monthDay: 1, minutes: 270 });
    expect((['week', 'week-sunday', 'month-26', 'day@04:00', 'week-sunday@04:00'] as const).map(lengthInWords)).toEqual(
      ['week', 'week (from Sunday)', 'month (from day 26)', 'day (from 04:00)', 'week (from Sunday 04:00)']);
    expect((['hour', 'week-sunday', 'month@04:00'] as const).map(dayLength)).toEqual(['hour', 'day', 'day@04:00']);
    expect([firstMomentOf('2011-12-04', 'week-sunday'), firstMomentOf('2011-12-04', 'week-sunday@04:30'), firstMomentOf('2011-12-04T07:00', 'hour')]).toEqual(['2011-12-04', '2011-12-04T04:30', '2011-12-04T07:00']);
    expect((['hour', 'week-sunday', 'month-2@04:00'] as const).map(unitOf)).toEqual(['hour', 'week', 'month']);
  });

  test.each(['hour', 'day', 'week', 'month', 'week-tuesday', 'week-sunday', 'month-2', 'month-28', 'day@00:30', 'day@23:59', 'week@04:00', 'week-sunday@04:00', 'month-26@04:00'])('a pipeline file may say %s', (text) => {
    expect(frequencySchema.parse(text)).toBe(text);
  });

  test.each([
    ['hour@04:00', 'hours begin with the hour, nothing else can be said of them: hour'],
    ['day-sunday', 'days begin at a time, on no weekday or date: day@04:00'],
    ['week-monday@04:00', 'weeks begin on Monday anyway: week@04:00'],
    ['week-26', 'weeks begin on a weekday, written in full: week-sunday'],
    ['week-wed', 'weeks begin on a weekday, written in full: week-wednesday'],
    ['week-Sunday', 'weeks begin on a weekday, written in full: week-sunday'],
    ['month-1', 'months begin on the 1st anyway: month'],
    ['month-29', 'months begin on a day that every month has, 1 to 28: month-26'],
    ['month-026', 'months begin on a day that every month has, 1 to 28: month-26'],
    ['month-sunday', 'months begin on a day that every month has, 1 to 28: month-26'],
    ['day@00:00', 'days begin at midnight anyway: day'],
    ['week-sunday@24:00', 'a day begins at a time of 24 hours with two digits each: week-sunday@04:00'],
    ['day@4:00', 'a day begins at a time of 24 hours with two digits each: day@04:00'],
    ['day@04:60', 'a day begins at a time of 24 hours with two digits each: day@04:00'],
    ['year', 'must be hour, day, week or month, or say where periods begin if not on Monday, the 1st and at midnight: week-sunday, month-26, day@04:00'],
    ['', 'must be hour, day, week or month, or say where periods begin if not on Monday, the 1st and at midnight: week-sunday, month-26, day@04:00'],
  ])('not %j, and is told why', (text, message) => {
    expect(frequencySchema.safeParse(text).error?.issues[0]?.message).toBe(message);
  });
});
