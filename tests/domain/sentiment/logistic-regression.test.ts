import fc from 'fast-check';
import { expect, test } from 'vitest';

import { fitLogisticRegression } from '../../../domain/sentiment/logistic-regression.ts';
import { minimise } from '../../../domain/sentiment/minimise.ts';
import { scoreVectors } from '../../../domain/sentiment/sentiment-head.ts';

const dims = 4;
const rows = 60;
const vectors = Float32Array.from({ length: rows * dims }, (_, i) => Math.sin(1 + i));
const labels = Uint8Array.from({ length: rows }, (_, row) => {
  const [a = 0, b = 0, c = 0] = vectors.subarray(row * dims);
  return 1.5 * a - 2 * b + 0.5 * c + 0.4 + Math.sin(100 + 7 * row) > 0 ? 1 : 0;
});

// scikit-learn 1.7.2, LogisticRegression(C=c, tol=1e-12) on the same numbers.
test.each([
  [0.1, [0.039914626736691265, -0.5138623314289718, -0.5951966172666497, -0.12930988495065973], 0.5440508938999218],
  [1, [0.06722857164321792, -1.1039841235923484, -1.2601988456130855, -0.2577925955185123], 0.756854092312644],
  [10, [0.07768696648742941, -1.3224559119634913, -1.50673879713553, -0.30573305874562595], 0.8675134438101243],
])('weights are those of scikit-learn for C = %d', (c, weights, bias) => {
  const fitted = fitLogisticRegression({ vectors, dims, labels }, { c });
  expect(fitted?.bias).toBeCloseTo(bias, 4);
  weights.forEach((weight, i) => { expect(fitted?.weights[i]).toBeCloseTo(weight, 4); });
});

test('its probabilities are calibrated: their mean is the share of the label', () => {
  const fitted = fitLogisticRegression({ vectors, dims, labels }, { c: 1 });
  const scores = scoreVectors(fitted ?? { weights: [], bias: 0 }, vectors);
  const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(scores)).toBeCloseTo(mean(labels), 5);
});

test('labels that are all the same teach nothing', () => {
  expect(fitLogisticRegression({ vectors, dims, labels: new Uint8Array(rows) }, { c: 1 })).toBeUndefined();
  expect(fitLogisticRegression({ vectors, dims, labels: new Uint8Array(rows).fill(1) }, { c: 1 })).toBeUndefined();
});

test('the minimum of any convex square is found, however the axes are stretched', () => {
  const axis = fc.record({ centre: fc.double({ min: -10, max: 10, noNaN: true }), curvature: fc.double({ min: 0.1, max: 100, noNaN: true }) });
  fc.assert(fc.property(fc.array(axis, { minLength: 1, maxLength: 8 }), (axes) => {
    const found = minimise((at, gradient) => {
      let value = 0;
      axes.forEach(({ centre, curvature }, i) => {
        const away = (at[i] ?? 0) - centre;
        gradient[i] = curvature * away;
        value += (curvature * away ** 2) / 2;
      });
      return value;
    }, new Float64Array(axes.length), { tolerance: 1e-7, maxIterations: 500 });
    expect(found.converged).toBe(true);
    axes.forEach(({ centre }, i) => { expect(found.at[i]).toBeCloseTo(centre, 5); });
  }));
});
