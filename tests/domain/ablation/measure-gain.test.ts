import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { measureGain } from '../../../domain/ablation/measure-gain.ts';
import { bothScores, gainOf, type PairedForecasts, pairedLosses } from '../../../domain/ablation/paired-losses.ts';
import { totalsOf } from '../../../domain/comparison/cluster-bootstrap.ts';
import { wape, weightedQuantileLoss } from '../../../domain/metrics.ts';
import { createRandom, type Random } from '../../../domain/random.ts';
import { exhaust } from '../../../domain/reduction-steps.ts';

const levels = [0.1, 0.5, 0.9];
const steps = 3;

interface Made {
  readonly series: number;
  readonly folds?: number;
  readonly random: Random;
  /** Deviation of the errors of both models, as a share of a series' size. */
  readonly full: number;
  readonly reduced: number;
}

/** Series of very different sizes whose errors go together over folds and steps, as a series that is always forecast too low has them. */
function made({ series, folds = 2, random, full, reduced }: Made): PairedForecasts {
  const rows = series * folds * steps;
  const table = { actual: new Float64Array(rows), series: new Uint32Array(rows), fold: new Uint16Array(rows), full: new Float32Array(rows), reduced: new Float32Array(rows) };
  let row = 0;
  for (let own = 0; own < series; own += 1) {
    const size = 50 * Math.exp(0.7 * random.normal());
    const [fullOffset, reducedOffset] = [random.normal(), random.normal()];
    for (let fold = 0; fold < folds; fold += 1) {
      for (let step = 0; step < steps; step += 1, row += 1) {
        const actual = Math.max(0, size * (1 + 0.3 * random.normal()));
        table.actual[row] = actual;
        table.series[row] = own;
        table.fold[row] = fold;
        table.full[row] = actual + full * size * (fullOffset + random.normal());
        table.reduced[row] = actual + reduced * size * (reducedOffset + random.normal());
      }
    }
  }
  const valuesOf = (yHat: Float32Array) => ({
    yHat, width: 3, levels: levels.map((level, at) => ({ level, at })),
    quantiles: Float32Array.from(Array.from(yHat).flatMap((y) => [0.7 * y, y, 1.3 * y])),
  });
  return { rows, actual: table.actual, series: table.series, fold: table.fold, seriesCount: series, folds, full: valuesOf(table.full), reduced: valuesOf(table.reduced) };
}

const measure = (paired: PairedForecasts, metric: 'wql' | 'wape' = 'wql', resamples = 1_000) => exhaust(measureGain(paired, metric, { resamples, seed: 7 }));

describe('the interval of a gain', () => {
  test.each(['wql', 'wape'] as const)('of two models that are equally good covers nil in 95 of 100 data sets (%s)', (metric) => {
    const random = createRandom(11);
    const sets = 400;
    let covered = 0;
    for (let set = 0; set < sets; set += 1) {
      const found = measure(made({ series: 120, random, full: 0.3, reduced: 0.3 }), metric, 300);
      if (found !== undefined && found.low <= 0 && found.high >= 0) covered += 1;
    }
    expect(covered / sets).toBeGreaterThanOrEqual(0.93);
    expect(covered / sets).toBeLessThanOrEqual(0.97);
  });

  test('of a model that makes a tenth less error lies above nil, around the gain that there is', () => {
    const found = measure(made({ series: 1_500, random: createRandom(5), full: 0.27, reduced: 0.3 }), 'wape');
    expect(found?.low).toBeGreaterThan(0);
    expect(found?.low).toBeLessThan(0.1);
    expect(found?.high).toBeGreaterThan(0.1);
    expect(found?.gain).toBeCloseTo(0.1, 1);
    expect(found?.series).toBe(1_500);
  });

  test('of a model compared with itself is nil exactly', () => {
    const paired = made({ series: 30, random: createRandom(1), full: 0.3, reduced: 0.3 });
    expect(measure({ ...paired, reduced: paired.full })).toMatchObject({ gain: 0, low: 0, high: 0 });
  });

  test('reaches to nil where a single series is all there is', () => {
    const found = measure(made({ series: 1, random: createRandom(1), full: 0.1, reduced: 0.4 }));
    expect(found?.gain).toBeGreaterThan(0);
    expect(found).toMatchObject({ low: 0, high: found?.gain });
  });
});

test('the scores are the metrics of the rows that are scored, the mean over the folds', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 1_000 }), (series, seed) => {
    const paired = made({ series, folds: 3, random: createRandom(seed), full: 0.2, reduced: 0.4 });
    const actual = paired.actual.map((y, row) => (row % 5 === 4 ? Number.NaN : y));
    const rowsOf = (fold: number): number[] => Array.from(actual.keys()).filter((row) => paired.fold[row] === fold && !Number.isNaN(actual[row]));
    const mean = (values: readonly (number | undefined)[]): number => values.reduce<number>((sum, value) => sum + (value ?? Number.NaN), 0) / values.length;
    const pick = (values: ArrayLike<number>, rows: readonly number[]): number[] => rows.map((row) => values[row] ?? Number.NaN);
    const scores = (metric: 'wql' | 'wape') => bothScores(totalsOf(pairedLosses({ ...paired, actual }, metric)));
    expect(scores('wape').full).toBeCloseTo(mean([0, 1, 2].map((fold) => wape(pick(actual, rowsOf(fold)), pick(paired.full.yHat, rowsOf(fold))))), 9);
    expect(scores('wql').reduced).toBeCloseTo(mean([0, 1, 2].map((fold) => weightedQuantileLoss(pick(actual, rowsOf(fold)), rowsOf(fold).flatMap((row) => [...paired.reduced.quantiles.subarray(3 * row, 3 * row + 3)]), levels))), 9);
  }));
});

test('nothing sold is no score, and an error that is nil already can only grow', () => {
  const paired = made({ series: 3, random: createRandom(1), full: 0.2, reduced: 0.2 });
  expect(measure({ ...paired, actual: new Float64Array(paired.rows) })).toBeUndefined();
  expect([gainOf({ full: 0, reduced: 0 }), gainOf({ full: 1, reduced: 0 }), gainOf({ full: 1, reduced: 4 })]).toEqual([0, -1, 0.75]);
});
