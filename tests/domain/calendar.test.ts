import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addPeriods, dayOfIso, isoOfDay, periodEnd, periodsBetween, periodStart } from '../../domain/calendar.ts';

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
