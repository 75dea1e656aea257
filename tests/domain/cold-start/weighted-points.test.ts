import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { evenly, meanOf, noPoints, quantilesOf, sortedValues, thinned, weighted, type WeightedPoints } from '../../../domain/cold-start/weighted-points.ts';

const levels = [0.1, 0.25, 0.5, 0.75, 0.9];
const some = fc.array(fc.record({ value: fc.integer({ min: -5, max: 40 }), weight: fc.integer({ min: 0, max: 4 }) }), { maxLength: 12 });
type Points = readonly { readonly value: number; readonly weight: number }[];
const pointsOf = (points: Points): WeightedPoints => weighted(sortedValues(Float64Array.from(points, ({ value }) => value)), Float64Array.from(points, ({ weight }) => weight));

function quantiles(a: WeightedPoints, b: WeightedPoints, share: number, at: readonly number[] = levels): number[] {
  const out = new Float64Array(at.length + 1).fill(7);
  quantilesOf(a, b, share, at, out, 1);
  expect(out[0]).toBe(7);
  return Array.from(out.subarray(1));
}

/** Every point as often as it weighs, in quarters of the whole. */
function spelledOut(a: Points, b: Points, quarters: number): number[] {
  const [ofA, ofB] = [a, b].map((points) => points.flatMap(({ value, weight }) => Array.from({ length: weight }, () => value)));
  if (ofA === undefined || ofB === undefined) return [];
  if (ofA.length === 0 || ofB.length === 0) return [...ofA, ...ofB];
  const times = (values: readonly number[], count: number): number[] => values.flatMap((value) => Array.from({ length: count }, () => value));
  return [...times(ofA, ofB.length * (4 - quarters)), ...times(ofB, ofA.length * quarters)];
}

describe('a mixture of two distributions', () => {
  test('has the quantiles and the mean of its points spelt out one by one', () => {
    fc.assert(fc.property(some, some, fc.integer({ min: 0, max: 4 }), (a, b, quarters) => {
      const all = spelledOut(a, b, quarters).sort((x, y) => x - y);
      const found = quantiles(pointsOf(a), pointsOf(b), quarters / 4);
      expect(found).toEqual(levels.map((level) => (all.length === 0 ? Number.NaN : all[Math.ceil(level * all.length - 1e-9) - 1])));
      const mean = meanOf(pointsOf(a), pointsOf(b), quarters / 4);
      if (all.length > 0) expect(mean).toBeCloseTo(all.reduce((sum, value) => sum + value, 0) / all.length, 9);
    }));
  });

  test('has quantiles that never cross', () => {
    fc.assert(fc.property(some, some, fc.double({ min: 0, max: 1, noNaN: true }), fc.array(fc.double({ min: 0.001, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 20 }), (a, b, share, at) => {
      const found = quantiles(pointsOf(a), pointsOf(b), share, at.toSorted((x, y) => x - y));
      expect(found).toEqual(found.toSorted((x, y) => x - y));
    }));
  });

  test('leaves all to one where the other is empty, and is unknown where both are', () => {
    const points = pointsOf([{ value: 3, weight: 1 }]);
    expect(quantiles(noPoints, points, 0)).toEqual(levels.map(() => 3));
    expect(quantiles(points, noPoints, 1)).toEqual(levels.map(() => 3));
    expect([quantiles(noPoints, noPoints, 0.5), meanOf(noPoints, noPoints, 0.5)]).toEqual([levels.map(() => Number.NaN), Number.NaN]);
  });
});

test('values that are unknown or endless do not take part', () => {
  const { places, values } = sortedValues(Float64Array.of(4, Number.NaN, 1, Infinity, 4));
  expect([Array.from(places), Array.from(values)]).toEqual([[2, 0, 4], [1, 4, 4]]);
});

test('a distribution of very many is told by 200 points, its mean exactly', () => {
  const all = evenly(sortedValues(Float64Array.from({ length: 5_000 }, (_, i) => (i * 7919) % 5_000)));
  const few = thinned(all);
  expect([few.values.length, few.mean]).toEqual([200, all.mean]);
  quantiles(few, noPoints, 0).forEach((value, i) => expect(Math.abs(value - 5_000 * (levels[i] ?? 0))).toBeLessThan(30));
});
