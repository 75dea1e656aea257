import fc from 'fast-check';
import { expect, test } from 'vitest';

import { populationStability, stabilityOf } from '../../../domain/distribution/population-stability.ts';

const bins = fc.array(fc.tuple(fc.nat({ max: 50 }), fc.nat({ max: 50 })), { minLength: 1, maxLength: 12 })
  .filter((pairs) => pairs.some(([e]) => e > 0) && pairs.some(([, a]) => a > 0));

test('the index is what scipy.special.rel_entr gives for both directions together', () => {
  expect(populationStability([1, 1, 1, 1], [4, 3, 2, 1])).toBeCloseTo(0.22821740957339182, 12);
  expect(populationStability([10, 20, 30, 40, 0], [12, 15, 33, 35, 5])).toBeCloseTo(0.3376753538950914, 12);
});

test('it is never negative, the same from both sides, and 0 for the same shares of another number of rows', () => {
  fc.assert(fc.property(bins, fc.integer({ min: 1, max: 9 }), (pairs, times) => {
    const [expected, actual] = [pairs.map(([e]) => e), pairs.map(([, a]) => a)];
    const index = populationStability(expected, actual) ?? Number.NaN;
    expect(index).toBeGreaterThanOrEqual(0);
    expect(populationStability(actual, expected)).toBeCloseTo(index, 10);
    expect(populationStability(expected, expected.map((count) => count * times))).toBeCloseTo(0, 12);
  }));
});

test('it is not defined where a side is empty', () => {
  expect(populationStability([0, 0], [1, 2])).toBeUndefined();
  expect(populationStability([1, 2], [])).toBeUndefined();
});

test('the usual limits: 0.1 and 0.25', () => {
  expect([0.0999, 0.1, 0.2499, 0.25].map(stabilityOf)).toEqual(['stable', 'shifted', 'shifted', 'changed']);
});
