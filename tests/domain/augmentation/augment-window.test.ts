import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { augmentWindow } from '../../../domain/augmentation/series/augment-window.ts';
import { augmentationMethods } from '../../../domain/augmentation/series/augmentation.ts';
import { smoothCurve } from '../../../domain/augmentation/series/curves.ts';
import { mixingShare } from '../../../domain/augmentation/series/mix-up.ts';
import { warpTime } from '../../../domain/augmentation/series/warp-window.ts';
import { createRandom } from '../../../domain/random.ts';

const methods = augmentationMethods.filter((method) => method !== 'mix-up');
const anyWindow = fc.array(fc.oneof(fc.constantFrom(0, Number.NaN), fc.double({ min: 0, max: 1e4, noNaN: true })), { minLength: 1, maxLength: 24 }).map((values) => Float64Array.from(values));
const anyStrength = fc.double({ min: 0.01, max: 1, noNaN: true });
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each(methods)('%s', (method) => {
  test('keeps the length, adds no negative sales, leaves the given window alone and depends on the seed alone', () => {
    fc.assert(
      fc.property(anyWindow, anyStrength, fc.integer(), (window, strength, seed) => {
        const before = window.slice();
        const changed = augmentWindow(method, window, strength, createRandom(seed));
        expect(window).toEqual(before);
        expect(changed).toHaveLength(window.length);
        expect(changed.every((value) => Number.isNaN(value) || (value >= 0 && Number.isFinite(value)))).toBe(true);
        expect(augmentWindow(method, window, strength, createRandom(seed))).toEqual(changed);
      }),
    );
  });

  test('never makes a value out of an unknown one', () => {
    const unknown = Float64Array.of(5, 7, Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 4, 6);
    for (let seed = 1; seed <= 50; seed += 1) {
      const changed = augmentWindow(method, unknown, 0.1, createRandom(seed));
      // Warped time may bring a neighbour's place next to an unknown one, which makes less known, never more than a place or so.
      expect([4, 5].every((i) => Number.isNaN(changed[i] ?? 0))).toBe(true);
    }
  });

  test('changes a window of sales, and stays about its level', () => {
    const window = Float64Array.from({ length: 20 }, (_, i) => 100 + 30 * Math.sin(i));
    const levels: number[] = [];
    for (let seed = 1; seed <= 200; seed += 1) {
      const changed = augmentWindow(method, window, 0.1, createRandom(seed));
      expect(changed).not.toEqual(window);
      levels.push(mean([...changed]));
    }
    expect(mean(levels)).toBeGreaterThan(0.95 * mean([...window]));
    expect(mean(levels)).toBeLessThan(1.05 * mean([...window]));
  });
});

test('periods without a sale stay without one under noise, scaling and magnitude warping', () => {
  const window = Float64Array.of(0, 3, 0, 9, 0);
  for (const method of ['jitter', 'scaling', 'magnitude-warp'] as const) {
    const changed = augmentWindow(method, window, 0.5, createRandom(3));
    expect([changed[0], changed[2], changed[4]]).toEqual([0, 0, 0]);
  }
});

test('warped time keeps the order of what happened and both ends', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), anyStrength, fc.integer(), (length, strength, seed) => {
      const warped = warpTime(Float64Array.from({ length }, (_, i) => i), strength, createRandom(seed));
      expect([warped[0], warped[length - 1]]).toEqual([0, length - 1]);
      expect(warped.every((value, i) => i === 0 || value > (warped[i - 1] ?? 0))).toBe(true);
    }),
  );
});

test('the smooth curve goes through points whose spread is the strength, and is smooth between them', () => {
  const middles = Array.from({ length: 2_000 }, (_, seed) => smoothCurve(26, 0.2, createRandom(seed + 1))[5] ?? 0);
  const centre = mean(middles);
  expect(centre).toBeCloseTo(1, 1);
  expect(Math.sqrt(mean(middles.map((value) => (value - centre) ** 2)))).toBeCloseTo(0.2, 1);
  const curve = smoothCurve(101, 0.2, createRandom(4));
  const bends = Array.from({ length: 99 }, (_, i) => Math.abs((curve[i] ?? 0) - 2 * (curve[i + 1] ?? 0) + (curve[i + 2] ?? 0)));
  expect(Math.max(...bends)).toBeLessThan(0.02);
});

test('mixing shares follow a folded beta distribution', () => {
  const shares = Array.from({ length: 4_000 }, (_, seed) => mixingShare(1, createRandom(seed + 1)));
  // Beta(1, 1) is uniform; the larger of it and its rest has mean 3/4 and variance 1/48.
  expect(mean(shares)).toBeCloseTo(0.75, 2);
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.5);
  const narrow = Array.from({ length: 4_000 }, (_, seed) => mixingShare(0.1, createRandom(seed + 1)));
  expect(mean(narrow)).toBeGreaterThan(0.9);
});
