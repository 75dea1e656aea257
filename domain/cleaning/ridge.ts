/** Rows of predictors and the value they go with. */
export interface RidgeRows {
  /** One array per predictor. */
  readonly predictors: readonly Float64Array[];
  readonly target: Float64Array;
  readonly rows: number;
}

/**
 * Ridge regression (Hoerl & Kennard 1970, eq. 2.1) in correlation form: predictors and target are standardised, (R + λI) b = r, the
 * intercept is not shrunk. A predictor that does not vary has no part. @returns the prediction at `at`; the mean where nothing varies
 */
export function ridgePrediction({ predictors, target, rows }: RidgeRows, at: readonly number[], lambda: number): number {
  const [meanY, scaleY] = meanAndScale(target, rows);
  if (scaleY === 0) return meanY;
  const varying = predictors.map((values, j) => ({ values, at: at[j] ?? Number.NaN, of: meanAndScale(values, rows) })).filter(({ of }) => of[1] > 0);
  const size = varying.length;
  const matrix = varying.map(({ values, of }, i) => [
    ...varying.map((other, j) => (i === j ? 1 + lambda : correlation(values, of, other.values, other.of, rows))),
    correlation(values, of, target, [meanY, scaleY], rows),
  ]);
  const weights = solve(matrix, size);
  return varying.reduce((sum, { at: x, of: [mean, scale] }, j) => sum + ((weights[j] ?? 0) * scaleY * (x - mean)) / scale, meanY);
}

/** The scale is the root of the sum of squared deviations. */
function meanAndScale(values: Float64Array, rows: number): readonly [mean: number, scale: number] {
  let sum = 0;
  for (let i = 0; i < rows; i += 1) sum += values[i] ?? Number.NaN;
  const mean = sum / rows;
  let squares = 0;
  for (let i = 0; i < rows; i += 1) squares += ((values[i] ?? Number.NaN) - mean) ** 2;
  return [mean, Math.sqrt(squares)];
}

function correlation(a: Float64Array, [meanA, scaleA]: readonly [number, number], b: Float64Array, [meanB, scaleB]: readonly [number, number], rows: number): number {
  let sum = 0;
  for (let i = 0; i < rows; i += 1) sum += ((a[i] ?? Number.NaN) - meanA) * ((b[i] ?? Number.NaN) - meanB);
  return sum / (scaleA * scaleB);
}

/** Gaussian elimination of a positive definite system; each row ends with its right side. */
function solve(matrix: number[][], size: number): number[] {
  const cell = (i: number, j: number): number => matrix[i]?.[j] ?? Number.NaN;
  for (let pivot = 0; pivot < size; pivot += 1) {
    for (let i = pivot + 1; i < size; i += 1) {
      const factor = cell(i, pivot) / cell(pivot, pivot);
      matrix[i] = (matrix[i] ?? []).map((value, j) => value - factor * cell(pivot, j));
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i -= 1) {
    let rest = cell(i, size);
    for (let j = i + 1; j < size; j += 1) rest -= cell(i, j) * (solution[j] ?? 0);
    solution[i] = rest / cell(i, i);
  }
  return solution;
}
