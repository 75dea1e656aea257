import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { rankPool, weighRanked } from '../../../domain/cold-start/likeness.ts';
import { poolProducts } from '../../../domain/cold-start/pool.ts';
import { blender, heaviest, type Setting } from '../../../domain/cold-start/settings.ts';

const pool = (rows: readonly (readonly number[])[]) => ({ products: Uint32Array.from(rows.keys()), likeness: Float64Array.from(rows.flat()) });
const noAge = (): number => 0;

describe('weights of analogues', () => {
  test('add up to 1, fall with likeness, and are nobody else’s than the nearest', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 40 }), fc.constantFrom(0.5, 2, Infinity), (cosines, nearest, temperature) => {
      const ranked = rankPool(pool(cosines.map((cosine) => [cosine])), [1], noAge);
      const weights = weighRanked(ranked, { nearest, temperature });
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
      expect(weights.filter((weight) => weight > 0).length).toBeLessThanOrEqual(nearest);
      const inOrder = Array.from(ranked.order, (place) => weights[place] ?? 0);
      expect(inOrder).toEqual(inOrder.toSorted((a, b) => b - a));
      expect(Array.from(ranked.order, (place) => cosines[place] ?? 0)).toEqual(cosines.toSorted((a, b) => b - a));
    }));
  });

  test('do not depend on the scale that an encoder has its cosines on', () => {
    const rows = [[0.2, 0.9], [0.7, 0.1], [0.4, 0.5], [0.9, 0.95]];
    const weigh = (of: readonly (readonly number[])[]) => Array.from(weighRanked(rankPool(pool(of), [1, 1], noAge), { nearest: 3, temperature: 1 }));
    weigh(rows.map(([a = 0, b = 0]) => [a, 0.9 + b / 100])).forEach((weight, i) => expect(weight).toBeCloseTo(weigh(rows)[i] ?? Number.NaN, 6));
  });

  test('take what is unknown for the mean, and of equals the one launched last', () => {
    const { order } = rankPool(pool([[0.1], [Number.NaN], [0.9], [Number.NaN]]), [1], (product) => (product === 3 ? 1 : 5));
    expect(Array.from(order)).toEqual([2, 3, 1, 0]);
    expect(Array.from(weighRanked(rankPool(pool([[Number.NaN], [Number.NaN]]), [1], noAge), { nearest: 5, temperature: 0.5 }))).toEqual([0.5, 0.5]);
    expect(weighRanked(rankPool(pool([]), [1], noAge), { nearest: 5, temperature: 1 })).toHaveLength(0);
  });

  test('of several settings are their mean, each as far as it does not leave all to the category', () => {
    const one = (nearest: number, shrinkage: number): Setting => ({ aspects: [1], nearest, temperature: Infinity, shrinkage });
    const given = pool([[0.9], [0.5], [0.1]]);
    const { weights, shrinkage } = blender(given, noAge)([one(1, 0), one(2, 0.5)]);
    expect(shrinkage).toBe(0.25);
    expect(Array.from(weights, (weight) => Math.round(weight * 600))).toEqual([500, 100, 0]);
    expect(heaviest(weights, given)).toEqual([0, 1]);
    expect(blender(given, noAge)([])).toEqual({ weights: new Float64Array(3), shrinkage: 1 });
  });
});

test('a pool holds the most alike by every aspect, each once', () => {
  expect(Array.from(poolProducts(Uint32Array.of(3, 5, 8, 9), [[8, 3], []], [Float64Array.of(Number.NaN, 0.1, 0.9, Number.NaN)]))).toEqual([3, 5, 8]);
});
