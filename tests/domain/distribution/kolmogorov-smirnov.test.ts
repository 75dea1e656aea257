import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createKolmogorovSmirnov, kolmogorovProbability } from '../../../domain/distribution/kolmogorov-smirnov.ts';
import { golden } from './kolmogorov-smirnov-golden.ts';

/** Counts of every distinct value of either sample, as the database gives them, handed over in blocks. */
function statistic(a: readonly number[], b: readonly number[], block = 1000): number | undefined {
  const values = [...new Set([...a, ...b])].sort((x, y) => x - y);
  const counts = (sample: readonly number[]): number[] => values.map((value) => sample.filter((one) => one === value).length);
  const [ofA, ofB] = [counts(a), counts(b)];
  const test = createKolmogorovSmirnov(a.length, b.length);
  for (let i = 0; i < values.length; i += block) test.add(ofA.slice(i, i + block), ofB.slice(i, i + block));
  return test.statistic();
}

/** The definition, point by point. */
function slow(a: readonly number[], b: readonly number[]): number {
  const share = (sample: readonly number[], x: number): number => sample.filter((one) => one <= x).length / sample.length;
  return Math.max(...[...a, ...b].map((x) => Math.abs(share(a, x) - share(b, x))));
}

const sample = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 40 });

test('the statistic is the definition, whatever the blocks, and the same from both sides', () => {
  fc.assert(fc.property(sample, sample, fc.integer({ min: 1, max: 7 }), (a, b, block) => {
    expect(statistic(a, b, block)).toBeCloseTo(slow(a, b), 12);
    expect(statistic(b, a)).toBeCloseTo(slow(a, b), 12);
  }));
});

test('a sample lies at distance 0 from itself and from any multiple of it', () => {
  fc.assert(fc.property(sample, (a) => { expect(statistic(a, [...a, ...a])).toBeCloseTo(0, 12); }));
});

test.each(golden)('case %# is what scipy.stats.ks_2samp and scipy.special.kolmogorov say', ({ a, b, d, p }) => {
  const found = statistic(a, b) ?? Number.NaN;
  expect(found).toBeCloseTo(d, 12);
  expect(kolmogorovProbability(found, a.length, b.length)).toBeCloseTo(p, 10);
});

test('an empty sample has no statistic, and equal samples are certain to differ by at least nothing', () => {
  expect(statistic([], [1])).toBeUndefined();
  expect(kolmogorovProbability(0, 10, 10)).toBe(1);
});
