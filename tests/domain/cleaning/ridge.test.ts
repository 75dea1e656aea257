import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ridgePrediction } from '../../../domain/cleaning/ridge.ts';

const predictors = [[1, 2, 4, 3, 5, 7, 6, 9, 8], [2.5, 1.5, 3, 2, 6, 4, 5, 7.5, 6.5], [9, 7, 8, 3, 1, 6, 2, 4, 5]].map((values) => Float64Array.from(values));
const target = Float64Array.of(3, 5, 4, 8, 7, 12, 9, 14, 13);

// scikit-learn 1.9.1: Ridge(alpha=λ, solver='cholesky') on (X − mean) / √Σ(X − mean)², at x = (6.5, 3.25, 7.75).
test.each([
  [0.1, 9.806236541933961],
  [1, 8.390995504362715],
  [0.001, 11.078181118889772],
])('the prediction with λ = %s is scikit-learn’s', (lambda, expected) => {
  expect(ridgePrediction({ predictors, target, rows: 9 }, [6.5, 3.25, 7.75], lambda)).toBeCloseTo(expected, 12);
});

const cellOf = fc.integer({ min: -50, max: 50 });
const anyTable = fc.integer({ min: 1, max: 4 }).chain((columns) => fc.record({ rows: fc.array(fc.array(cellOf, { minLength: columns + 1, maxLength: columns + 1 }), { minLength: 5, maxLength: 30 }), at: fc.array(cellOf, { minLength: columns, maxLength: columns }) }));

test('no other coefficients have a smaller penalised sum of squares', () => {
  fc.assert(fc.property(anyTable, fc.constantFrom(0.1, 1), ({ rows, at }, lambda) => {
    const columns = at.map((_, j) => rows.map((row) => row[j] ?? Number.NaN));
    const y = rows.map((row) => row[at.length] ?? Number.NaN);
    const predicted = ridgePrediction({ predictors: columns.map((column) => Float64Array.from(column)), target: Float64Array.from(y), rows: rows.length }, at, lambda);
    expect(predicted).toBeCloseTo(descended(columns, y, at, lambda), 6);
  }), { numRuns: 60 });
});

test('rows behind the last one and predictors that do not vary have no part; a target that does not vary is its mean', () => {
  const more = predictors.map((values) => Float64Array.of(...values, 1e6));
  const known = ridgePrediction({ predictors, target, rows: 9 }, [1, 2, 3], 0.1);
  expect(ridgePrediction({ predictors: more, target: Float64Array.of(...target, -1e9), rows: 9 }, [1, 2, 3], 0.1)).toBe(known);
  expect(ridgePrediction({ predictors: [...predictors, new Float64Array(9).fill(4)], target, rows: 9 }, [1, 2, 3, 99], 0.1)).toBe(known);
  expect(ridgePrediction({ predictors, target: new Float64Array(9).fill(2.5), rows: 9 }, [1, 2, 3], 0.1)).toBe(2.5);
  expect(ridgePrediction({ predictors: [new Float64Array(9).fill(4)], target, rows: 9 }, [4], 0.1)).toBeCloseTo(75 / 9, 12);
});

/** Minimises |z − Xb|² + λ|b|² (X and z standardised) by descending one coefficient after the other until none moves. */
function descended(columns: readonly (readonly number[])[], y: readonly number[], at: readonly number[], lambda: number): number {
  const standardised = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const scale = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0));
    return { mean, scale, values: values.map((value) => (scale === 0 ? 0 : (value - mean) / scale)) };
  };
  const [x, z] = [columns.map(standardised), standardised(y)];
  const b = x.map(() => 0);
  for (let move = 1; move > 1e-13;) {
    move = 0;
    for (const [j, { values, scale }] of x.entries()) {
      if (scale === 0) continue;
      const others = z.values.map((value, i) => value - x.reduce((sum, other, k) => sum + (k === j ? 0 : (other.values[i] ?? 0) * (b[k] ?? 0)), 0));
      const best = others.reduce((sum, value, i) => sum + value * (values[i] ?? 0), 0) / (1 + lambda);
      move = Math.max(move, Math.abs(best - (b[j] ?? 0)));
      b[j] = best;
    }
  }
  return x.reduce((sum, { mean, scale }, j) => sum + (scale === 0 ? 0 : ((b[j] ?? 0) * z.scale * ((at[j] ?? 0) - mean)) / scale), z.mean);
}
