import { minimise } from './minimise.ts';

export interface LabelledVectors {
  /** Row-major, rows × dims. */
  readonly vectors: Float32Array;
  readonly dims: number;
  /** 1 for what is so, 0 for what is not; one per row, and both must occur. */
  readonly labels: Uint8Array;
}

export interface LinearModel {
  readonly weights: readonly number[];
  readonly bias: number;
}

/**
 * Logistic regression with a penalty on the squares of the weights, not on the bias: minimises `½ |w|² + C Σ log(1 + exp(−y (w·x + b)))`, y = ±1
 * (scikit-learn's `LogisticRegression(C=C)`). Its probabilities are calibrated as they are: it maximises their likelihood.
 * @param request.c how much the data weigh against the penalty
 * @returns undefined where the labels are all the same
 */
export function fitLogisticRegression({ vectors, dims, labels }: LabelledVectors, { c }: { readonly c: number }): LinearModel | undefined {
  const positive = labels.reduce((sum, label) => sum + label, 0);
  if (positive === 0 || positive === labels.length) return undefined;
  const scale = 1 / (c * labels.length);
  // Divided by C × rows, so that one tolerance serves any number of rows.
  const loss = (at: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    let sum = 0;
    for (let row = 0; row < labels.length; row += 1) {
      const from = row * dims;
      let score = at[dims] ?? 0;
      for (let d = 0; d < dims; d += 1) score += (at[d] ?? 0) * (vectors[from + d] ?? 0);
      const sign = labels[row] === 1 ? 1 : -1;
      const margin = sign * score;
      // log(1 + exp(−m)) without overflow.
      sum += margin > 0 ? Math.log1p(Math.exp(-margin)) : -margin + Math.log1p(Math.exp(margin));
      const pull = -sign / (1 + Math.exp(margin));
      for (let d = 0; d < dims; d += 1) gradient[d] = (gradient[d] ?? 0) + pull * (vectors[from + d] ?? 0);
      gradient[dims] = (gradient[dims] ?? 0) + pull;
    }
    let squares = 0;
    for (let d = 0; d < dims; d += 1) squares += (at[d] ?? 0) ** 2;
    for (let d = 0; d <= dims; d += 1) gradient[d] = (gradient[d] ?? 0) / labels.length + (d < dims ? scale * (at[d] ?? 0) : 0);
    return sum / labels.length + (scale * squares) / 2;
  };
  const { at } = minimise(loss, new Float64Array(dims + 1), { tolerance: 1e-7, maxIterations: 2_000 });
  return { weights: [...at.subarray(0, dims)], bias: at[dims] ?? 0 };
}
