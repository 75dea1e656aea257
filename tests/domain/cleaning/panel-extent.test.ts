import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addPeriods, dayOfIso, periodStart, startOfIso } from '../../../domain/calendar.ts';
import { cutoffStart, panelExtent } from '../../../domain/cleaning/panel-extent.ts';
import { frequencies } from './some-sales.ts';

const dayOf = (iso: string): number => dayOfIso(iso) ?? Number.NaN;

test('every row that is seen lies in a complete period or is dropped', () => {
  const anyTimes = fc.uniqueArray(fc.integer({ min: dayOf('2023-11-20'), max: dayOf('2024-02-20') }), { minLength: 1, maxLength: 60 }).map((days) => days.sort((a, b) => a - b));
  fc.assert(fc.property(anyTimes, fc.constantFrom(...frequencies), fc.option(fc.integer({ min: dayOf('2023-11-10'), max: dayOf('2024-03-20') }), { nil: undefined }), (starts, frequency, cutoff) => {
    const rows = starts.map((_, i) => 1 + (i % 5));
    const { first, last, count, until, droppedRows } = panelExtent({ starts, rows }, frequency, cutoff);
    const inside: number[] = [];
    for (let start = first, i = 0; i < count; i += 1, start = addPeriods(start, 1, frequency)) inside.push(start);
    if (count > 0) expect(inside.at(-1)).toBe(last);
    expect(until).toBe(cutoff ?? starts.at(-1));
    const left = starts.map((start, i) => (start <= until && !inside.includes(periodStart(start, frequency)) ? (rows[i] ?? 0) : 0));
    expect(droppedRows).toBe(left.reduce((sum, one) => sum + one, 0));
  }), { numRuns: 300 });
});

test('rows at both ends of weeks that are cut are dropped, those behind the cutoff are not counted', () => {
  const starts = Array.from({ length: 30 }, (_, i) => dayOf('2024-01-03') + i);
  const rows = starts.map(() => 2);
  expect(panelExtent({ starts, rows }, 'week')).toMatchObject({ first: dayOf('2024-01-08'), last: dayOf('2024-01-22'), count: 3, until: dayOf('2024-02-01'), droppedRows: 2 * (5 + 4) });
  expect(panelExtent({ starts, rows }, 'week', dayOf('2024-01-23'))).toMatchObject({ last: dayOf('2024-01-15'), count: 2, until: dayOf('2024-01-23'), droppedRows: 2 * (5 + 2) });
  expect(panelExtent({ starts, rows }, 'day')).toMatchObject({ count: 30, droppedRows: 0 });
});

test('a table without rows, or without a complete period, has no period', () => {
  for (const frequency of frequencies) expect(panelExtent({ starts: [], rows: [] }, frequency)).toMatchObject({ count: 0, droppedRows: 0 });
  expect(panelExtent({ starts: [dayOf('2024-01-03'), dayOf('2024-01-05')], rows: [3, 4] }, 'week')).toMatchObject({ count: 0, droppedRows: 7 });
});

test('a cutoff is a day, for hours its last hour or the hour that it names', () => {
  for (const frequency of ['day', 'week', 'month'] as const) expect(cutoffStart('2024-02-29', frequency)).toBe(dayOf('2024-02-29'));
  expect(cutoffStart('2024-02-29', 'hour')).toBe(startOfIso('2024-02-29T23:00', 'hour'));
  expect(cutoffStart('2024-02-29T14:00', 'hour')).toBe(startOfIso('2024-02-29T14:00', 'hour'));
  for (const frequency of frequencies) for (const text of ['2023-02-29', 'yesterday', '', '2024-2-3']) expect(cutoffStart(text, frequency), `${frequency} ${text}`).toBeUndefined();
  expect(cutoffStart('2024-02-29T14:30', 'hour')).toBeUndefined();
  expect(cutoffStart('2024-02-29T24:00', 'hour')).toBeUndefined();
});
