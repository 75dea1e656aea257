import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addPeriods, dayOfIso, isoOfDay, periodsBetween, periodStart } from '../../domain/calendar.ts';
import { learnableTargets, periodsNeeded, rollingCutoffs, splitsOf } from '../../domain/cutoffs.ts';
import { type OriginTable, trainingRows } from '../../domain/origin-rows.ts';

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

const anyBacktest = fc.record({
  day: fc.integer({ min: 0, max: 30_000 }),
  horizon: fc.integer({ min: 1, max: 12 }),
  folds: fc.integer({ min: 1, max: 8 }),
  step: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
  gap: fc.integer({ min: 0, max: 10 }),
  window: fc.option(fc.integer({ min: 4, max: 30 }), { nil: undefined }),
  frequency: fc.constantFrom('day' as const, 'week' as const, 'month' as const),
});

/** All origins of one series of as many periods as the backtest needs, with a known target one to `horizon` steps ahead up to the end. */
function historyOf({ day, frequency, ...backtest }: { day: number; horizon: number; folds: number; step: number | undefined; gap: number; frequency: 'day' | 'week' | 'month' }) {
  const { horizon, folds, gap, step } = backtest;
  const last = periodStart(day, frequency);
  const question = { horizon, folds, gap, ...(step !== undefined && { step }) };
  const needed = periodsNeeded(question);
  const origin = Int32Array.from({ length: needed }, (_, i) => addPeriods(last, i + 1 - needed, frequency));
  const table: OriginTable = { rows: needed, values: new Float32Array(), columns: new Map(), series: new Uint32Array(needed), origin };
  const targetOf = (ahead: number) => Float32Array.from(origin, (_, i) => (i + ahead < needed ? 1 : Number.NaN));
  return { cutoffs: rollingCutoffs({ ...question, last, frequency }), table, targetOf };
}

test('nothing later than the gap before its cutoff is learnt from, nothing older than its window, and something always is', () => {
  fc.assert(
    fc.property(anyBacktest, (asked) => {
      const { horizon, gap, window, frequency } = asked;
      const { cutoffs, table, targetOf } = historyOf(asked);
      const iso = { folds: cutoffs.folds.map(isoOfDay), test: isoOfDay(cutoffs.test), final: isoOfDay(cutoffs.final), gap, ...(window !== undefined && { window }) };
      for (const split of splitsOf(iso, ['folds', 'test', 'final'])) {
        const cutoff = dayOfIso(split.cutoff) ?? Number.NaN;
        const span = learnableTargets(cutoff, frequency, split);
        const owed = split.name === 'final' ? 0 : gap;
        for (let ahead = 1; ahead <= horizon; ahead += 1) {
          const learnt = trainingRows(table, targetOf(ahead), ahead, span, frequency);
          expect(learnt.length).toBeGreaterThanOrEqual(4);
          for (const row of learnt) {
            const behind = periodsBetween(addPeriods(table.origin[row] ?? 0, ahead, frequency), cutoff, frequency);
            expect(behind).toBeGreaterThanOrEqual(owed);
            expect(behind).toBeLessThan(owed + (window ?? Infinity));
          }
        }
      }
    }),
    { numRuns: 40 },
  );
});

test('folds lie a step apart and never reach into the test horizon; a step of a horizon or more keeps their targets apart', () => {
  fc.assert(
    fc.property(anyBacktest, (asked) => {
      const { horizon, folds, step = horizon, frequency } = asked;
      const { cutoffs } = historyOf(asked);
      const targets = cutoffs.folds.map((cutoff) => Array.from({ length: horizon }, (_, i) => addPeriods(cutoff, i + 1, frequency)));
      expect(cutoffs.folds.slice(1).map((cutoff, i) => periodsBetween(cutoffs.folds[i] ?? 0, cutoff, frequency))).toEqual(Array(folds - 1).fill(step));
      expect(Math.max(...targets.flat())).toBeLessThanOrEqual(cutoffs.test);
      if (step >= horizon) expect(new Set(targets.flat()).size).toBe(folds * horizon);
    }),
  );
});

test('a split that learns from everything is no more than a name and a cutoff, so that earlier fits are found again', () => {
  const cutoffs = { folds: ['2024-01-01', '2024-01-08'], test: '2024-01-15', final: '2024-01-22' };
  expect(splitsOf(cutoffs, ['folds', 'final'])).toEqual([{ name: 'fold-1', cutoff: '2024-01-01' }, { name: 'fold-2', cutoff: '2024-01-08' }, { name: 'final', cutoff: '2024-01-22' }]);
  expect(splitsOf({ ...cutoffs, gap: 2, window: 10 }, ['test', 'final'])).toEqual([{ name: 'test', cutoff: '2024-01-15', gap: 2, window: 10 }, { name: 'final', cutoff: '2024-01-22', window: 10 }]);
});
