import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addPeriods, dayOfIso, dayOfStart, isoOfDay, isoOfStart, periodStart, startOfDay, startOfIso, type PeriodLength, unitOf } from '../../../domain/calendar.ts';
import { partCalendar } from '../../../domain/cleaning/part-calendar.ts';
import { partSpans } from '../../../domain/cleaning/part-spans.ts';
import { frequencies } from './some-sales.ts';

const dayOf = (iso: string): number => dayOfIso(iso) ?? Number.NaN;
const startOf = (iso: string, frequency: PeriodLength): number => startOfIso(iso, frequency) ?? Number.NaN;

describe('spans', () => {
  const anyRange = fc.record({ frequency: fc.constantFrom(...frequencies), day: fc.integer({ min: dayOf('1996-01-01'), max: dayOf('2031-12-31') }), hour: fc.nat(23), count: fc.integer({ min: 1, max: 800 }) });

  test('cover every period once, each in the month or year of its first day', () => {
    fc.assert(fc.property(anyRange, ({ frequency, day, hour, count }) => {
      const first = startOfDay(day, frequency) + (frequency === 'hour' ? hour : 0);
      const spans = partSpans(first, addPeriods(first, count - 1, frequency), frequency);
      const covered = spans.flatMap((span) => {
        const starts: number[] = [];
        for (let start = span.first; start <= span.last; start = addPeriods(start, 1, frequency)) starts.push(start);
        const from = ['hour', 'day'].includes(unitOf(frequency)) ? (start: number) => `${isoOfStart(start, frequency).slice(0, 7)}-01` : (start: number) => `${isoOfStart(start, frequency).slice(0, 4)}-01-01`;
        expect([...new Set(starts.map(from))]).toEqual([span.from]);
        return starts;
      });
      expect(covered.join(' ')).toBe(Array.from({ length: count }, (_, i) => addPeriods(first, i, frequency)).join(' '));
      expect(new Set(spans.map(({ from }) => from)).size).toBe(spans.length);
    }), { numRuns: 100 });
  });

  const named = (first: string, last: string, frequency: PeriodLength) =>
    partSpans(startOf(first, frequency), startOf(last, frequency), frequency).map((span) => [span.from, isoOfStart(span.first, frequency), isoOfStart(span.last, frequency)]);

  test('a week over new year lies in the year that it begins in', () => {
    expect(named('2024-12-16', '2025-01-13', 'week')).toEqual([['2024-01-01', '2024-12-16', '2024-12-30'], ['2025-01-01', '2025-01-06', '2025-01-13']]);
    // 2024-01-01 was a Monday.
    expect(named('2023-12-25', '2024-01-01', 'week')).toEqual([['2023-01-01', '2023-12-25', '2023-12-25'], ['2024-01-01', '2024-01-01', '2024-01-01']]);
  });

  test('hours change their span at the end of the month, leap days too', () => {
    expect(named('2024-02-29T22:00', '2024-03-01T01:00', 'hour')).toEqual([['2024-02-01', '2024-02-29T22:00', '2024-02-29T23:00'], ['2024-03-01', '2024-03-01T00:00', '2024-03-01T01:00']]);
  });

  test('no period has no span', () => {
    for (const frequency of frequencies) expect(partSpans(1, 0, frequency)).toEqual([]);
  });
});

describe('the calendar of a part', () => {
  const outliers = { method: 'iqr', action: 'clip', factor: 3, sides: 'upper', except: [] as readonly string[] } as const;
  const closed = { weekdays: ['saturday', 'sunday'], dates: ['2024-05-01', '2024-05-09'] };

  test('closes a period when all its days are closed, spares it when one of its days is an event', () => {
    const anyDays = fc.array(fc.integer({ min: dayOf('2024-04-22'), max: dayOf('2024-06-30') }), { maxLength: 40 }).map((days) => days.map(isoOfDay));
    const names = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
    fc.assert(fc.property(fc.constantFrom(...frequencies), anyDays, anyDays, fc.subarray(names), (frequency, dates, except, weekdays) => {
      const last = startOfDay(dayOf('2024-06-30'), frequency);
      const calendar = partCalendar({ closed: { dates, weekdays }, outliers: { ...outliers, except } }, frequency, startOfDay(dayOf('2024-04-22'), frequency), last);
      expect(calendar.starts.at(-1)).toBe(last);
      const all = Array.from({ length: 120 }, (_, i) => dayOf('2024-04-01') + i);
      // Of hours every seventh, which comes through all of the day.
      for (const [i, start] of calendar.starts.entries()) {
        if (frequency === 'hour' && i % 7 > 0) continue;
        const inside = all.filter((day) => (frequency === 'hour' ? day === dayOfStart(start, 'hour') : periodStart(day, frequency) === start)).map(isoOfDay);
        const isClosed = (day: string): boolean => dates.includes(day) || weekdays.includes(names[(new Date(day).getUTCDay() + 6) % 7] ?? '');
        expect([calendar.closed[i], calendar.spared[i]]).toEqual([Number(inside.every(isClosed)), Number(inside.some((day) => except.includes(day)))]);
      }
    }), { numRuns: 40 });
  });

  test('days of a weekend and of a date are closed, the week around them is not; all hours of a closed day are', () => {
    const of = (frequency: PeriodLength, first: string, last: string) => [...partCalendar({ closed, outliers }, frequency, startOf(first, frequency), startOf(last, frequency)).closed];
    expect(of('day', '2024-04-29', '2024-05-05')).toEqual([0, 0, 1, 0, 0, 1, 1]);
    expect(of('week', '2024-04-29', '2024-05-06')).toEqual([0, 0]);
    expect(of('hour', '2024-04-30T23:00', '2024-05-02T00:00')).toEqual([0, ...new Array<number>(24).fill(1), 0]);
  });

  test('days before 1970 have their weekday as well', () => {
    expect([...partCalendar({ closed: { weekdays: ['sunday'], dates: [] }, outliers }, 'day', dayOf('1969-12-22'), dayOf('1969-12-29')).closed]).toEqual([0, 0, 0, 0, 0, 0, 1, 0]);
  });

  test('a panel without closed days closes none', () => {
    expect(partCalendar({ closed: undefined, outliers }, 'month', dayOf('2024-01-01'), dayOf('2024-12-01')).closed).toEqual(new Uint8Array(12));
    expect(partCalendar({ closed: { weekdays: [], dates: [] }, outliers }, 'day', 0, 6).closed).toEqual(new Uint8Array(7));
  });
});
