import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createRandom } from '../../../domain/random.ts';
import { isHeldOut } from '../../../domain/tuning/hold-out.ts';
import { pairOrder } from '../../../domain/tuning/pair-order.ts';

describe('an order in pairs', () => {
  test('holds every row once, and in pairs of one label while there are any', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 60 }), fc.integer(), (labels, seed) => {
      const order = pairOrder(labels, createRandom(seed));
      expect([...order].sort((a, b) => a - b)).toEqual(labels.map((_, i) => i));
      const left = new Set(labels).size;
      for (let at = 0; at + 1 < labels.length - left; at += 2) expect(labels[order[at] ?? -1]).toBe(labels[order[at + 1] ?? -1]);
    }));
  });

  test('is drawn by its random numbers', () => {
    const labels = Array.from({ length: 100 }, (_, i) => i % 7);
    const draw = (seed: number): number[] => [...pairOrder(labels, createRandom(seed))];
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});

test('a fifth of the products is held out, by name and seed alone', () => {
  const names = Array.from({ length: 5_000 }, (_, i) => `product-${String(i)}`);
  const held = names.filter((name) => isHeldOut(name, 7));
  expect(held.length / names.length).toBeGreaterThan(0.18);
  expect(held.length / names.length).toBeLessThan(0.22);
  expect(names.filter((name) => isHeldOut(name, 8))).not.toEqual(held);
});
