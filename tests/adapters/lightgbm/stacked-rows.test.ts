import { describe, expect, test } from 'vitest';
import { sampleRows } from '../../../adapters/lightgbm/stacked-rows.ts';

const upTo = (length: number): Uint32Array => Uint32Array.from({ length }, (_, i) => i);

describe('sampleRows', () => {
  test('draws exactly as many rows as asked for, in their order, none twice', () => {
    const sampled = sampleRows([upTo(1_000), upTo(700)], 500, 3);
    expect(sampled.reduce((sum, { length }) => sum + length, 0)).toBe(500);
    for (const rows of sampled) expect([...rows]).toEqual([...new Set(rows)].sort((a, b) => a - b));
  });

  test('gives every row the same chance, whichever step it is of and wherever it stands', () => {
    const drawn = new Map<string, number>();
    for (let seed = 1; seed <= 2_000; seed++) {
      for (const [step, rows] of sampleRows([upTo(40), upTo(20)], 30, seed).entries()) {
        for (const row of rows) drawn.set(`${step}:${row}`, (drawn.get(`${step}:${row}`) ?? 0) + 1);
      }
    }
    expect(drawn.size).toBe(60);
    // 2,000 draws at 1/2: five standard deviations are 112.
    for (const count of drawn.values()) expect(Math.abs(count - 1_000)).toBeLessThan(112);
  });

  test('depends on the seed alone', () => {
    expect(sampleRows([upTo(100)], 10, 1)).toEqual(sampleRows([upTo(100)], 10, 1));
    expect(sampleRows([upTo(100)], 10, 1)).not.toEqual(sampleRows([upTo(100)], 10, 2));
  });

  test('takes every row when there are not more, or when no number is set', () => {
    expect(sampleRows([upTo(7)], 7, 1)).toEqual([upTo(7)]);
    expect(sampleRows([upTo(7), upTo(3)], 0, 1)).toEqual([upTo(7), upTo(3)]);
  });
});
