import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantileOfSorted, seasonalNaive, windowAverage } from '../../domain/baselines.ts';

const levels = [0.1, 0.5, 0.9];
/** As a series' lag columns look: unknown before its first period, then sales; negative where returns outweigh them. */
const anyHistory = fc
  .tuple(fc.integer({ min: 0, max: 6 }), fc.array(fc.integer({ min: -20, max: 200 }), { maxLength: 16 }))
  .map(([unknown, sales]) => [...Array<number>(unknown).fill(Number.NaN), ...sales]);

/** Type 7 by its definition: the value at 1 + (n − 1) p in the ordered sample, between two the share of the way. */
function referenceQuantile(sample: readonly number[], level: number): number {
  const ordered = [...sample].sort((a, b) => a - b);
  const rank = 1 + (ordered.length - 1) * level;
  const [below, above] = [ordered[Math.floor(rank) - 1] ?? NaN, ordered[Math.min(ordered.length, Math.floor(rank) + 1) - 1] ?? NaN];
  return below * (1 - (rank % 1)) + above * (rank % 1);
}

describe('an empirical quantile', () => {
  // python -c 'import numpy as np; print([[float(np.quantile(h, a)) for a in (0, .1, .25, .5, .9, 1)] for h in ([3,1,4,1,5,9,2,6], [7], [2,8])])'
  test.each([
    [[1, 1, 2, 3, 4, 5, 6, 9], [1, 1, 1.75, 3.5, 6.9, 9]],
    [[7], [7, 7, 7, 7, 7, 7]],
    [[2, 8], [2, 2.6, 3.5, 5, 7.4, 8]],
  ])('of %j is what numpy.quantile gives', (sorted, expected) => {
    [0, 0.1, 0.25, 0.5, 0.9, 1].forEach((level, i) => expect(quantileOfSorted(sorted, level)).toBeCloseTo(expected[i] ?? NaN, 12));
  });

  test('of nothing is undefined', () => {
    expect([0, 0.5, 1].map((level) => quantileOfSorted([], level))).toEqual([undefined, undefined, undefined]);
  });
});

describe('the seasonal naive forecast', () => {
  test('is the last value, spread by the changes that the series has made over as many periods', () => {
    // Two-period changes of 5, 8, 6, 12, 7: +1, +4, +1.
    expect(seasonalNaive([5, 8, 6, 12, 7], 2, [0, 0.5, 1])).toEqual({ point: 7, quantiles: [8, 8, 11] });
  });

  test("is last year's value where that is known", () => {
    expect(seasonalNaive([5, 8], 1, [0.5], 40)).toEqual({ point: 40, quantiles: [43] });
    expect(seasonalNaive([5, 8], 1, [0.5], Number.NaN)).toEqual({ point: 8, quantiles: [11] });
  });

  test('of any history equals the definition', () => {
    fc.assert(
      fc.property(anyHistory, fc.integer({ min: 1, max: 6 }), fc.option(fc.integer({ min: 0, max: 99 }), { nil: undefined }), (history, step, lastYear) => {
        const known = history.filter((value) => !Number.isNaN(value));
        const point = lastYear ?? known.at(-1) ?? 0;
        const changes: number[] = [];
        for (let t = step; t < known.length; t += 1) changes.push((known[t] ?? NaN) - (known[t - step] ?? NaN));
        const forecast = seasonalNaive(history, step, levels, lastYear);
        expect(forecast.point).toBe(Math.max(0, point));
        levels.forEach((level, i) => {
          const change = changes.length === 0 ? 0 : referenceQuantile(changes, level);
          expect(forecast.quantiles[i]).toBeCloseTo(Math.max(0, point + change), 9);
        });
      }),
    );
  });

  test('of a series that has sold nothing yet is zero', () => {
    expect(seasonalNaive([Number.NaN, Number.NaN], 1, levels)).toEqual({ point: 0, quantiles: [0, 0, 0] });
    expect(seasonalNaive([], 1, levels)).toEqual({ point: 0, quantiles: [0, 0, 0] });
  });
});

describe('the window average', () => {
  test('of any history equals the definition, over as much of the window as is known', () => {
    fc.assert(
      fc.property(anyHistory, fc.integer({ min: 1, max: 20 }), (history, window) => {
        const seen: number[] = [];
        for (let t = history.length - 1; t >= 0 && seen.length < window; t -= 1) {
          const value = history[t] ?? Number.NaN;
          if (!Number.isNaN(value)) seen.push(value);
        }
        const forecast = windowAverage(history, window, levels);
        expect(forecast.point).toBeCloseTo(seen.length === 0 ? 0 : Math.max(0, seen.reduce((a, b) => a + b) / seen.length), 9);
        levels.forEach((level, i) => {
          expect(forecast.quantiles[i]).toBeCloseTo(seen.length === 0 ? 0 : Math.max(0, referenceQuantile(seen, level)), 9);
        });
      }),
    );
  });

  test('looks no further back than its window', () => {
    expect(windowAverage([1000, 2, 4], 2, [0, 1])).toEqual({ point: 3, quantiles: [2, 4] });
  });
});

test('quantiles of a baseline never cross and are never negative', () => {
  fc.assert(
    fc.property(anyHistory, fc.integer({ min: 1, max: 6 }), (history, step) => {
      for (const { point, quantiles } of [seasonalNaive(history, step, levels), windowAverage(history, step, levels)]) {
        expect(Math.min(point, ...quantiles)).toBeGreaterThanOrEqual(0);
        expect(quantiles).toEqual([...quantiles].sort((a, b) => a - b));
      }
    }),
  );
});
