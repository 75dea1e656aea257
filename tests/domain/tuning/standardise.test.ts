import fc from 'fast-check';
import { expect, test } from 'vitest';

import { centreOf, standardised } from '../../../domain/tuning/standardise.ts';

const number = fc.float({ min: -1e3, max: 1e3, noNaN: true });

test('figures have mean 0 and variance 1 where they differ, whatever their unit, and unknown ones stay unknown', () => {
  fc.assert(fc.property(fc.array(fc.tuple(number, fc.option(number, { nil: Number.NaN })), { minLength: 2, maxLength: 30 }), fc.double({ min: 0.1, max: 50, noNaN: true }), (rows, unit) => {
    const table = Float64Array.from(rows.flat());
    const out = standardised(table, 2);
    const scaled = standardised(table.map((value, i) => (i % 2 === 0 ? value * unit : value)), 2);
    for (const column of [0, 1]) {
      const values = Array.from(out).filter((value, i) => i % 2 === column && !Number.isNaN(value));
      const mean = values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
      const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, values.length);
      expect(mean).toBeCloseTo(0, 4);
      expect(Math.min(Math.abs(variance), Math.abs(variance - 1))).toBeLessThan(1e-4);
    }
    out.forEach((value, i) => {
      expect(Number.isNaN(value)).toBe(Number.isNaN(table[i]));
      if (!Number.isNaN(value)) expect(scaled[i]).toBeCloseTo(value, 3);
    });
  }));
});

test('what is the same for all says nothing', () => {
  expect([...standardised(Float64Array.of(0.1 + 0.2, 0.3, 0.1 + 0.2), 1)].map(Math.abs)).toEqual([0, 0, 0]);
});

test('the centre of vectors is that of the named rows alone', () => {
  const values = Float32Array.of(1, 3, 3, 5, 1e6, 1e6);
  const { mean, scale } = centreOf(values, 2, [0, 1]);
  expect([...mean]).toEqual([2, 4]);
  expect(scale).toBe(1);
  expect(centreOf(values, 2, [0]).scale).toBe(1);
});
