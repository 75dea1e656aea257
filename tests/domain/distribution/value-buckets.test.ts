import fc from 'fast-check';
import { expect, test } from 'vitest';

import { distinctOf, keptHashes } from '../../../domain/distribution/distinct-values.ts';
import { histogramOf, niceStep } from '../../../domain/distribution/histogram.ts';
import { bucketOf, mergeBuckets, quantileOf, type ValueBucket } from '../../../domain/distribution/value-buckets.ts';

function bucketsOf(values: readonly number[]): ValueBucket[] {
  return mergeBuckets([values.map((value) => ({ index: bucketOf(value), count: 1, low: value, high: value }))]);
}

const amount = fc.oneof(fc.integer({ min: -50, max: 5000 }), fc.double({ min: -1e6, max: 1e9, noNaN: true }));
const amounts = fc.array(amount, { minLength: 1, maxLength: 200 });

test('parts that are merged, however they were cut, give the buckets of the whole, ascending with their values', () => {
  fc.assert(fc.property(amounts, fc.nat({ max: 200 }), (values, cut) => {
    const whole = bucketsOf(values);
    expect(mergeBuckets([bucketsOf(values.slice(0, cut)), bucketsOf(values.slice(cut))])).toEqual(whole);
    whole.forEach((bucket, i) => { if (i > 0) expect(bucket.low).toBeGreaterThan(whole[i - 1]?.high ?? Number.NaN); });
  }));
});

test('a quantile lies within 2.2 % of the value at its rank', () => {
  fc.assert(fc.property(amounts, fc.double({ min: 0, max: 1, noNaN: true }), (values, level) => {
    const sorted = values.toSorted((a, b) => a - b);
    const [below = 0, above = 0] = [sorted[Math.floor(level * (values.length - 1))], sorted[Math.ceil(level * (values.length - 1))]];
    const found = quantileOf(bucketsOf(values), level);
    const slack = 0.022 * Math.max(Math.abs(below), Math.abs(above)) + 1e-9;
    expect(found).toBeGreaterThanOrEqual(below - slack);
    expect(found).toBeLessThanOrEqual(above + slack);
  }));
});

test('whole numbers below 45 have exact quantiles', () => {
  const values = Array.from({ length: 89 }, (_, i) => Math.floor(i / 2));
  expect([0, 0.25, 0.5, 1].map((level) => quantileOf(bucketsOf(values), level))).toEqual([0, 11, 22, 44]);
});

test('the bars of a histogram hold every value once, side by side', () => {
  fc.assert(fc.property(amounts, (values) => {
    const { bars } = histogramOf(bucketsOf(values));
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
    expect(bars.length).toBeLessThanOrEqual(27);
    bars.forEach(({ low }, i) => { if (i > 0 && bars[i - 1]?.high !== 0) expect(low).toBe(bars[i - 1]?.high); });
  }));
});

test('counts that spread over thousands are drawn by doublings, with the zeros apart', () => {
  const { scale, bars } = histogramOf(bucketsOf([...Array.from({ length: 100 }, () => 0), ...Array.from({ length: 200 }, () => 1), 2, 3, 5000, 5000, 5000]));
  expect(scale).toBe('log');
  expect(bars.slice(0, 3)).toEqual([{ low: 0, high: 0, count: 100 }, { low: 1, high: 2, count: 200 }, { low: 2, high: 4, count: 2 }]);
  expect(bars.at(-1)).toEqual({ low: 4096, high: 8192, count: 3 });
});

test('steps are 1, 2 or 5 of a power of ten', () => {
  expect([0.011, 0.3, 1, 1.2, 4, 700, 0].map(niceStep)).toEqual([0.02, 0.5, 1, 2, 5, 1000, 1]);
});

test('few distinct values are counted exactly over parts; many are estimated within three standard errors', () => {
  const hash = (i: number): string => ((BigInt(i + 1) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn).toString(16).padStart(16, '0');
  const part = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => hash(from + i)).sort().slice(0, keptHashes);
  expect(distinctOf([part(0, 300), part(200, 400)])).toEqual({ count: 400, isExact: true });
  const { count, isExact } = distinctOf([part(0, 40_000), part(20_000, 60_000)]);
  expect(isExact).toBe(false);
  expect(Math.abs(count / 60_000 - 1)).toBeLessThan(0.14);
});
