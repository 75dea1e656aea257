import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type ClusterSums, clusterBootstrap, percentileInterval, quantileOfSorted, totalsOf } from '../../../domain/comparison/cluster-bootstrap.ts';
import { exhaust } from '../../../domain/reduction-steps.ts';
import { createRandom } from '../../../domain/random.ts';

const drawAll = (sums: ClusterSums, statistic: (totals: Float64Array) => number, resamples = 500, seed = 1): Float64Array => exhaust(clusterBootstrap(sums, { resamples, seed }, statistic));
const sumsOf = (rows: readonly (readonly number[])[]): ClusterSums => ({ clusters: rows.length, width: rows[0]?.length ?? 0, values: Float64Array.from(rows.flat()) });

describe('a bootstrap over clusters', () => {
  test('has the standard error that the mean of that many has', () => {
    const random = createRandom(3);
    const rows = Array.from({ length: 400 }, () => [random.normal(), 1]);
    const means = drawAll(sumsOf(rows), ([sum = 0, count = 0]) => sum / count, 2_000);
    const mean = means.reduce((a, b) => a + b, 0) / means.length;
    const error = Math.sqrt(means.reduce((a, b) => a + (b - mean) ** 2, 0) / means.length);
    expect(mean).toBeCloseTo((totalsOf(sumsOf(rows))[0] ?? 0) / 400, 2);
    expect(error * Math.sqrt(400)).toBeGreaterThan(0.93);
    expect(error * Math.sqrt(400)).toBeLessThan(1.07);
  });

  test('draws whole clusters: what is the same in each of them varies not at all', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 4 }), (clusters, row) => {
      const drawn = drawAll(sumsOf(Array.from({ length: clusters }, () => row)), (totals) => totals[0] ?? 0, 20);
      expect(new Set(drawn)).toEqual(new Set([clusters * (row[0] ?? 0)]));
    }));
  });

  test('gives the same numbers for the same seed, others for another, in increasing order, without those that are not defined', () => {
    const sums = sumsOf([[1], [2], [3], [50]]);
    const statistic = ([sum = 0]: Float64Array): number => (sum > 100 ? Number.NaN : sum);
    const drawn = drawAll(sums, statistic);
    expect(drawAll(sums, statistic)).toEqual(drawn);
    expect(drawAll(sums, statistic, 500, 2)).not.toEqual(drawn);
    expect([...drawn]).toEqual([...drawn].sort((a, b) => a - b));
    expect(drawn.length).toBeLessThan(500);
    expect(drawn.every((value) => value <= 100)).toBe(true);
  });

  test('of 30,000 clusters pauses often', () => {
    const sums: ClusterSums = { clusters: 30_000, width: 9, values: new Float64Array(270_000).fill(1) };
    const pieces = clusterBootstrap(sums, { resamples: 150, seed: 1 }, ([sum = 0]) => sum);
    let pauses = 0;
    while (pieces.next().done !== true) pauses += 1;
    expect(pauses).toBeGreaterThanOrEqual(9);
  });
});

test('quantiles lie on straight lines between sorted values, and an interval cuts off as much at both ends', () => {
  expect([0, 0.25, 0.5, 1].map((share) => quantileOfSorted([10, 20, 40], share))).toEqual([10, 15, 20, 40]);
  expect(quantileOfSorted([], 0.5)).toBeNaN();
  expect(percentileInterval(Float64Array.from({ length: 101 }, (_, i) => i), 0.9)).toEqual({ low: expect.closeTo(5, 9) as number, high: expect.closeTo(95, 9) as number });
});
