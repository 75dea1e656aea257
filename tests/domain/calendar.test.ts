import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addPeriods, dayOfIso, dayOfStart, isoOfDay, isoOfStart, periodEnd, periodsBetween, periodsPerYear, periodStart, startOfDay, startOfIso } from '../../domain/calendar.ts';

const anyDay = fc.integer({ min: -20_000, max: 40_000 });
const anyLength = fc.constantFrom('day', 'week', 'month');

describe('the calendar', () => {
  test('dates survive the way to days and back', () => {
    expect(dayOfIso('1970-01-02')).toBe(1);
    fc.assert(fc.property(anyDay, (day) => { expect(dayOfIso(isoOfDay(day))).toBe(day); }));
  });

  test('a text that is no date of the calendar has no day', () => {
    expect(['2011-02-30', '2011-13-01', '01/02/2011', '2011-1-1', ''].map(dayOfIso)).toEqual(Array(5).fill(undefined));
    expect(dayOfIso('2011-12-09T12:50:00Z')).toBe(dayOfIso('2011-12-09'));
  });

  test('weeks start on Monday and months on the first', () => {
    const friday = dayOfIso('2011-12-09') ?? Number.NaN;
    expect(isoOfDay(periodStart(friday, 'week'))).toBe('2011-12-05');
    expect(isoOfDay(periodEnd(friday, 'week'))).toBe('2011-12-11');
    expect(isoOfDay(periodStart(friday, 'month'))).toBe('2011-12-01');
    expect(isoOfDay(periodEnd(friday, 'month'))).toBe('2011-12-31');
  });

  test('every day lies in its own period, and periods follow each other without gaps', () => {
    fc.assert(fc.property(anyDay, anyLength, (day, length) => {
      const [start, end] = [periodStart(day, length), periodEnd(day, length)];
      expect(start <= day && day <= end).toBe(true);
      expect(periodStart(end, length)).toBe(start);
      expect(addPeriods(start, 1, length)).toBe(end + 1);
    }));
  });

  test('going some periods on is undone by counting them', () => {
    fc.assert(fc.property(anyDay, anyLength, fc.integer({ min: -500, max: 500 }), (day, length, count) => {
      const start = periodStart(day, length);
      expect(periodsBetween(start, addPeriods(start, count, length), length)).toBe(count);
    }));
  });
});

describe('where years meet', () => {
  test('weeks run on across the end of a year, with or without a 53rd week, and its leap days', () => {
    // ISO 8601: 2009, 2015 and 2020 have 53 weeks; 2011-01-01 belongs to a week of 2010.
    const mondays: readonly [string, string][] = [
      ['2009-12-31', '2009-12-28'], ['2010-01-03', '2009-12-28'], ['2010-01-04', '2010-01-04'], ['2011-01-01', '2010-12-27'],
      ['2016-01-01', '2015-12-28'], ['2020-02-29', '2020-02-24'], ['2020-03-01', '2020-02-24'], ['1969-12-31', '1969-12-29'],
    ];
    for (const [date, monday] of mondays) expect(isoOfDay(periodStart(dayOfIso(date) ?? NaN, 'week'))).toBe(monday);
  });

  test('the first day of a week is what the platform calls Monday', () => {
    fc.assert(fc.property(anyDay, (day) => {
      const start = periodStart(day, 'week');
      expect(new Date(start * 86_400_000).getUTCDay()).toBe(1);
      expect(day - start).toBeLessThan(7);
    }));
  });

  test('February has 29 days in leap years, which centuries are only every 400 years', () => {
    const lastDay = (date: string): string => isoOfDay(periodEnd(dayOfIso(date) ?? NaN, 'month'));
    expect(['2011-02-10', '2012-02-10', '2000-02-10', '2100-02-10'].map(lastDay)).toEqual(['2011-02-28', '2012-02-29', '2000-02-29', '2100-02-28']);
    expect(['2012-02-29', '2000-02-29'].map((date) => dayOfIso(date) === undefined)).toEqual([false, false]);
    expect(['2011-02-29', '2100-02-29'].map(dayOfIso)).toEqual([undefined, undefined]);
  });

  test('months are counted over the end of the year, backwards too', () => {
    const january = dayOfIso('2012-01-01') ?? NaN;
    expect([-13, -1, 0, 1, 14].map((count) => isoOfDay(addPeriods(january, count, 'month')))).toEqual(['2010-12-01', '2011-12-01', '2012-01-01', '2012-02-01', '2013-03-01']);
    expect(periodsBetween(dayOfIso('2011-11-01') ?? NaN, dayOfIso('2012-03-01') ?? NaN, 'month')).toBe(4);
  });

  test('a season of days keeps its weekday, one of weeks its Monday, one of months its name', () => {
    fc.assert(fc.property(anyDay, anyLength, (day, length) => {
      const start = periodStart(day, length);
      const lastYear = addPeriods(start, -periodsPerYear(length), length);
      const [now, then] = [new Date(start * 86_400_000), new Date(lastYear * 86_400_000)];
      if (length === 'month') expect([then.getUTCMonth(), then.getUTCFullYear()]).toEqual([now.getUTCMonth(), now.getUTCFullYear() - 1]);
      else expect([then.getUTCDay(), start - lastYear]).toEqual([now.getUTCDay(), 364]);
    }));
  });
});

describe('hours', () => {
  test('are written with their hour and read back', () => {
    fc.assert(fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (start) => {
      expect(startOfIso(isoOfStart(start, 'hour'), 'hour')).toBe(start);
    }));
    expect(isoOfStart(0, 'hour')).toBe('1970-01-01T00:00');
    expect(startOfIso('2011-10-03', 'hour')).toBe(startOfIso('2011-10-03T00:00', 'hour'));
  });

  test.each(['2011-10-03T24:00', '2011-10-03T14:30', '2011-02-30T01:00', '3 October 2011'])('%s is no hour', (text) => {
    expect(startOfIso(text, 'hour')).toBeUndefined();
  });

  test('follow each other across days', () => {
    const start = startOfIso('2011-12-31T23:00', 'hour') ?? Number.NaN;
    expect(isoOfStart(addPeriods(start, 1, 'hour'), 'hour')).toBe('2012-01-01T00:00');
    expect(isoOfDay(dayOfStart(start, 'hour'))).toBe('2011-12-31');
    expect(startOfDay(dayOfStart(start, 'hour'), 'hour')).toBe(start - 23);
  });
});
