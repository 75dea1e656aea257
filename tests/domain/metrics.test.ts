import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bandCoverage,
  meanAbsoluteError,
  meanAbsoluteScaledError,
  meanSquaredError,
  pinballLoss,
  relativeBias,
  wape,
  weightedQuantileLoss,
} from '../../domain/metrics.ts';

// Twelve points of three series with three levels. Made, and scored for the constants below, with numpy 2.4.6 and scikit-learn 1.9.1:
// rng = default_rng(7); y, f = rng.integers(0, 20, 12), rng.integers(0, 20, 12); q = sort(rng.integers(0, 20, (12, 3)), axis=1)
const actual = [18, 12, 13, 17, 11, 15, 16, 4, 1, 6, 5, 17];
const forecast = [18, 0, 9, 16, 2, 15, 2, 9, 16, 6, 6, 5];
const levels = [0.1, 0.5, 0.9];
const quantiles = [
  [5, 14, 19], [8, 9, 10], [10, 11, 11], [15, 16, 19], [6, 12, 14], [4, 9, 19],
  [3, 16, 17], [0, 2, 12], [0, 2, 8], [9, 10, 19], [16, 16, 18], [8, 10, 12],
].flat();
const series = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const anyPoint = fc.record({ y: fc.integer({ min: 0, max: 500 }), f: fc.integer({ min: 0, max: 500 }) });
const anyPoints = fc.array(anyPoint, { minLength: 1, maxLength: 40 }).filter((points) => points.some(({ y }) => y > 0));

describe('published and recomputed values', () => {
  test('mean_absolute_error and mean_squared_error of scikit-learn', () => {
    expect(meanAbsoluteError(actual, forecast)).toBeCloseTo(6.083333333333333, 12);
    expect(meanSquaredError(actual, forecast)).toBeCloseTo(69.41666666666667, 12);
  });

  test('WAPE and relative bias, recomputed with numpy', () => {
    expect(wape(actual, forecast)).toBeCloseTo(0.5407407407407407, 12);
    expect(relativeBias(actual, forecast)).toBeCloseTo(-0.22962962962962963, 12);
  });

  test('the examples of mean_pinball_loss in the manual of scikit-learn', () => {
    const mean = (predicted: readonly number[], level: number): number =>
      sum([1, 2, 3].map((y, i) => pinballLoss(level, y, predicted[i] ?? NaN))) / 3;
    expect(mean([0, 2, 3], 0.1)).toBeCloseTo(0.03333, 5);
    expect(mean([1, 2, 4], 0.1)).toBeCloseTo(0.3, 12);
    expect(mean([0, 2, 3], 0.9)).toBeCloseTo(0.3, 12);
    expect(mean([1, 2, 4], 0.9)).toBeCloseTo(0.03333, 5);
  });

  test('weighted quantile loss from mean_pinball_loss: the mean over levels of 2 n loss / sum|y|', () => {
    const byLevel = [1.5916666666666668, 1.75, 1.1083333333333334];
    const expected = sum(byLevel.map((loss) => (2 * loss * actual.length) / sum(actual))) / levels.length;
    expect(expected).toBeCloseTo(0.2637037037037037, 12);
    expect(weightedQuantileLoss(actual, quantiles, levels)).toBeCloseTo(expected, 12);
  });

  test('the example of MASE in the manual of sktime', () => {
    const [past, truth, predicted] = [[5, 0.5, 4, 6, 3, 5, 2], [3, -0.5, 2, 7, 2], [2.5, 0, 2, 8, 1.25]];
    const scale = sum(past.slice(1).map((y, i) => Math.abs(y - (past[i] ?? NaN)))) / (past.length - 1);
    expect(meanAbsoluteScaledError(truth, predicted, truth.map(() => 0), [scale])).toBeCloseTo(0.18333333333333335, 12);
  });

  test('MASE is a mean over series, without those whose past never changed', () => {
    expect(meanAbsoluteScaledError(actual, forecast, series, [2, 4, 0])).toBeCloseTo(1.9375, 12);
  });

  test('coverage counts actuals between the outer levels, both ends included', () => {
    expect(bandCoverage(actual, quantiles, levels)).toBeCloseTo(7 / 12, 12);
    expect(bandCoverage([5, 9, 10, 4], [5, 9, 5, 9, 5, 9, 5, 9], [0.1, 0.9])).toBe(0.5);
  });
});

describe('what holds for any points', () => {
  test('a perfect forecast scores nothing, and the unit of the target does not matter', () => {
    fc.assert(
      fc.property(anyPoints, fc.integer({ min: 2, max: 64 }), (points, factor) => {
        const [y, f] = [points.map((point) => point.y), points.map((point) => point.f)];
        expect([wape(y, y), relativeBias(y, y), weightedQuantileLoss(y, y, [0.5])]).toEqual([0, 0, 0]);
        const scaled = [y, f].map((values) => values.map((value) => value * factor)) as [number[], number[]];
        expect(wape(...scaled)).toBeCloseTo(wape(y, f) ?? NaN, 10);
        expect(relativeBias(...scaled)).toBeCloseTo(relativeBias(y, f) ?? NaN, 10);
      }),
    );
  });

  test('the median alone makes the weighted quantile loss a WAPE, and bias never exceeds WAPE', () => {
    fc.assert(
      fc.property(anyPoints, (points) => {
        const [y, f] = [points.map((point) => point.y), points.map((point) => point.f)];
        const error = wape(y, f) ?? NaN;
        expect(weightedQuantileLoss(y, f, [0.5])).toBeCloseTo(error, 10);
        expect(Math.abs(relativeBias(y, f) ?? NaN)).toBeLessThanOrEqual(error + 1e-12);
      }),
    );
  });

  test('no value has a lower total pinball loss than the empirical quantile', () => {
    const anySample = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(anySample, fc.integer({ min: 1, max: 99 }), fc.integer({ min: -5, max: 65 }), (sample, percent, rival) => {
        const total = (q: number): number => sum(sample.map((y) => pinballLoss(percent / 100, y, q)));
        const quantile = [...sample].sort((a, b) => a - b)[Math.ceil((percent / 100) * sample.length) - 1] ?? NaN;
        expect(total(quantile)).toBeLessThanOrEqual(total(rival) + 1e-9);
      }),
    );
  });

  test('points in another order score the same', () => {
    fc.assert(
      fc.property(anyPoints, (points) => {
        const score = (all: typeof points): number | undefined =>
          meanAbsoluteScaledError(all.map(({ y }) => y), all.map(({ f }) => f), all.map(({ y }) => y % 3), [1, 2, 5]);
        expect(score([...points].reverse())).toBeCloseTo(score(points) ?? NaN, 9);
      }),
    );
  });
});

describe('where a measure is not defined', () => {
  const measures: readonly [string, (y: number[], f: number[]) => number | undefined][] = [
    ['WAPE', wape],
    ['bias', relativeBias],
    ['MAE', meanAbsoluteError],
    ['MSE', meanSquaredError],
    ['MASE', (y, f) => meanAbsoluteScaledError(y, f, y.map(() => 0), [1])],
    ['WQL', (y, f) => weightedQuantileLoss(y, f, [0.5])],
    ['coverage', (y, f) => bandCoverage(y, f.flatMap((value) => [value, value]), [0.1, 0.9])],
  ];

  test.each(measures)('%s of nothing is undefined', (_, measure) => {
    expect(measure([], [])).toBeUndefined();
  });

  test.each(measures)('%s with a value that is not known on either side is undefined, never NaN', (_, measure) => {
    expect(measure([3, 4], [1, 2])).toBeDefined();
    expect(measure([3, Number.NaN], [1, 2])).toBeUndefined();
    expect(measure([3, 4], [1, Number.NaN])).toBeUndefined();
    expect(measure([3, 4], [1])).toBeUndefined();
  });

  test('an infinite forecast has no finite error', () => {
    const errors = measures.filter(([name]) => name !== 'coverage').map(([, measure]) => measure([3, 4], [1, Number.POSITIVE_INFINITY]));
    expect(errors).toEqual(errors.map(() => undefined));
  });

  test('errors relative to sales are undefined where nothing was sold; absolute ones are not', () => {
    expect([wape([0, 0], [1, 2]), relativeBias([0, 0], [1, 2]), weightedQuantileLoss([0, 0], [1, 2], [0.5])]).toEqual([undefined, undefined, undefined]);
    expect([meanAbsoluteError([0, 0], [1, 2]), meanSquaredError([0, 0], [1, 2])]).toEqual([1.5, 2.5]);
  });

  test('returns count with their amount: sales of 4 and −4 are eight units, not none', () => {
    expect(wape([4, -4], [4, 0])).toBe(0.5);
    expect(relativeBias([4, -4], [4, 0])).toBe(0.5);
  });

  test('without levels there is no quantile loss, with one there is no band', () => {
    expect(weightedQuantileLoss([1], [], [])).toBeUndefined();
    expect(bandCoverage([1], [1], [0.5])).toBeUndefined();
  });

  test('MASE without any series whose past changed is undefined', () => {
    expect(meanAbsoluteScaledError([1, 2], [2, 2], [0, 1], [0, Number.NaN])).toBeUndefined();
  });
});
