import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addPeriods, dayOfIso, isoOfDay, periodsBetween, periodStart } from '../../domain/calendar.ts';
import { periodsNeeded, rollingCutoffs } from '../../domain/cutoffs.ts';

test('the folds end where the untouched horizon begins', () => {
  const cutoffs = rollingCutoffs({ last: dayOfIso('2011-11-28') ?? 0, horizon: 4, folds: 3, frequency: 'week' });
  expect(cutoffs.folds.map(isoOfDay)).toEqual(['2011-08-08', '2011-09-05', '2011-10-03']);
  expect([cutoffs.test, cutoffs.final].map(isoOfDay)).toEqual(['2011-10-31', '2011-11-28']);
});

test('no target period of a fold is a target of another fold or of the test, and each fold has something to learn from', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20 }), fc.constantFrom('day', 'week', 'month'),
      (day, horizon, folds, frequency) => {
        const last = periodStart(day, frequency);
        const { folds: found, test: beforeTest, final } = rollingCutoffs({ last, horizon, folds, frequency });
        const all = [...found, beforeTest, final];
        expect(all.slice(1).map((cutoff, i) => periodsBetween(all[i] ?? 0, cutoff, frequency))).toEqual(Array(folds + 1).fill(horizon));
        const first = addPeriods(last, 1 - periodsNeeded({ horizon, folds }), frequency);
        expect(periodsBetween(first, found[0] ?? 0, frequency) + 1 - horizon).toBeGreaterThanOrEqual(4);
      }),
  );
});

test('cutoffs of months and of days pass the end of a leap year as the calendar has it', () => {
  const monthly = rollingCutoffs({ last: dayOfIso('2012-03-01') ?? 0, horizon: 2, folds: 2, frequency: 'month' });
  expect([...monthly.folds, monthly.test, monthly.final].map(isoOfDay)).toEqual(['2011-09-01', '2011-11-01', '2012-01-01', '2012-03-01']);
  const daily = rollingCutoffs({ last: dayOfIso('2012-03-01') ?? 0, horizon: 1, folds: 1, frequency: 'day' });
  expect([...daily.folds, daily.test, daily.final].map(isoOfDay)).toEqual(['2012-02-28', '2012-02-29', '2012-03-01']);
});
