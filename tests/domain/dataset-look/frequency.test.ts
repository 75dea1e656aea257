import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { PeriodLength } from '../../../domain/calendar.ts';
import { proposeFrequency, proposeHorizon, type Spacing } from '../../../domain/dataset-look/frequency.ts';

const sales: Spacing = {
  withClock: 1, withMinutes: 1, step: 1, regular: 0.9, isPanel: false, coverage: 0,
  periods: { hour: 9000, day: 374, week: 54, month: 13 }, density: { hour: 0.05, day: 0.3, week: 0.85, month: 0.95 },
};
const panel: Spacing = { ...sales, withClock: 0, withMinutes: 0, regular: 1, isPanel: true, coverage: 1 };

test.each<[string, Spacing, PeriodLength]>([
  ['sales of most days are forecast by day', { ...sales, density: { hour: 0.1, day: 0.8, week: 1, month: 1 } }, 'day'],
  ['sales of most weeks, but of few days, by week', sales, 'week'],
  ['rare sales of several years by month', { ...sales, periods: { hour: 0, day: 1400, week: 200, month: 48 }, density: { hour: 0, day: 0.01, week: 0.1, month: 0.3 } }, 'month'],
  ['rare sales of one year by week, since months are too few', { ...sales, density: { hour: 0, day: 0.01, week: 0.1, month: 0.3 } }, 'week'],
  ['a row for each day stays by day, however many are zero', { ...panel, density: { hour: 0, day: 0.2, week: 0.4, month: 0.9 } }, 'day'],
  ['one row for each day with a sale is sales, not a table of days', { ...panel, coverage: 0.2 }, 'week'],
  ['a row for each week stays by week', { ...panel, step: 7 }, 'week'],
  ['a row for each month stays by month', { ...panel, step: 31 }, 'month'],
  ['a row for each hour stays by hour', { ...panel, step: 1 / 24, withClock: 0.96 }, 'hour'],
  ['a row for each day at ten o’clock is by day', { ...panel, withClock: 1 }, 'day'],
])('%s', (_, spacing, frequency) => {
  expect(proposeFrequency(spacing).value).toBe(frequency);
});

const onlyOn = (weekday: number): number[] => [0, 0, 0, 0, 0, 0, 0].map((_, i) => (i === weekday ? 900 : 0));

test('weeks of a table that dates them on one weekday begin on it', () => {
  const weekly = { ...panel, step: 7 };
  expect(proposeFrequency(weekly, onlyOn(6))).toEqual({ value: 'week-sunday', reason: 'the rows are seven days apart, each on a Sunday: weeks that begin on it keep the dates of the file' });
  expect(proposeFrequency(weekly, onlyOn(4)).value).toBe('week-friday');
  expect(proposeFrequency(weekly, onlyOn(0))).toEqual({ value: 'week', reason: 'the rows are seven days apart' });
  expect(proposeFrequency(weekly, [0, 0, 0, 0, 400, 400, 0]).value).toBe('week');
  expect(proposeFrequency(sales, onlyOn(6)).value).toBe('week');
});

test('the horizon can be tested three times over, whatever the history, unless it is asked for', () => {
  fc.assert(fc.property(fc.constantFrom<PeriodLength>('hour', 'day', 'week', 'month'), fc.integer({ min: 8, max: 5000 }), (frequency, periods) => {
    const { value } = proposeHorizon(frequency, periods);
    expect(value).toBeGreaterThanOrEqual(1);
    expect(4 * value).toBeLessThanOrEqual(periods);
  }));
  expect(proposeHorizon('week', 54).value).toBe(4);
  expect(proposeHorizon('week', 10, 12)).toEqual({ value: 12, reason: 'as asked; 10 weeks test about 1' });
});
