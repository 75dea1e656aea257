/** Errors of past one-step forecasts, of nodes and then series: [rows, times], row by row. NaN where there was none. */
export interface Residuals {
  readonly values: Float64Array;
  readonly times: number;
}

/** Keeps a variance of nothing from being divided by. */
const leastVariance = 2e-8;

/** Mean squared errors, each over its own known times. */
export function meanSquares({ values, times }: Residuals): Float64Array {
  return rowsOf(values, times, (row) => {
    const known = row.filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value * value, 0) / Math.max(1, known.length) + leastVariance;
  });
}

/** Covariance λ diag(V) + (1 − λ) E Eᵀ / (times − 1), never written out: as large as series × times. */
export interface ShrunkCovariance {
  readonly lambda: number;
  /** λ × variances: the diagonal part. */
  readonly diagonal: Float64Array;
  /** E, the errors less their means, 0 where unknown: [rows, times]. */
  readonly centred: Float64Array;
  /** (1 − λ) / (times − 1). */
  readonly factor: number;
}

/**
 * Shrinks the empirical covariance of the errors to its diagonal, by the intensity of Schäfer and Strimmer (2005, table 1, target D):
 * λ = Σ Var(r_ij) / Σ r_ij² over i ≠ j, within 0 … 1. Both sums come from the times × times products of the standardised errors, since
 * Σ_ij (Σ_t x_it x_jt)² = Σ_st (Σ_i x_is x_it)²: no pair of series is looked at.
 * Unknown errors count as 0 after centring, so a pair that shares few times is taken for nearly uncorrelated.
 */
export function shrinkCovariance({ values, times }: Residuals): ShrunkCovariance {
  const centred = new Float64Array(values.length);
  const variances = rowsOf(values, times, (row, i) => {
    let [count, sum] = [0, 0];
    for (const value of row) if (!Number.isNaN(value)) { count += 1; sum += value; }
    const mean = sum / Math.max(1, count);
    let squares = 0;
    row.forEach((value, t) => {
      const error = Number.isNaN(value) ? 0 : value - mean;
      centred[i * times + t] = error;
      squares += error * error;
    });
    return Math.max(leastVariance, squares / Math.max(1, count - 1));
  });
  const lambda = intensity(centred, times);
  return { lambda, diagonal: variances.map((variance) => lambda * variance), centred, factor: (1 - lambda) / Math.max(1, times - 1) };
}

/** With λ = 0 fewer times than nodes would leave nothing to invert. */
const leastIntensity = 1e-6;

function intensity(centred: Float64Array, times: number): number {
  const gram = new Float64Array(times * times);
  const squaresAt = new Float64Array(times);
  let [fourths, own] = [0, 0];
  const x = new Float64Array(times);
  for (let start = 0; start < centred.length; start += times) {
    let squares = 0;
    for (let t = 0; t < times; t += 1) squares += (centred[start + t] ?? 0) ** 2;
    const deviation = Math.sqrt(squares / times);
    if (deviation === 0) continue;
    for (let t = 0; t < times; t += 1) {
      const value = (centred[start + t] ?? 0) / (deviation + leastVariance);
      x[t] = value;
      squaresAt[t] = (squaresAt[t] ?? 0) + value * value;
      fourths += value ** 4;
      for (let s = 0; s <= t; s += 1) gram[t * times + s] = (gram[t * times + s] ?? 0) + value * (x[s] ?? 0);
    }
    own += (x.reduce((sum, value) => sum + value * value, 0) / times) ** 2;
  }
  // Sums over all pairs, less those of a row with itself.
  let products = 0;
  for (let t = 0; t < times; t += 1) {
    for (let s = 0; s <= t; s += 1) products += (s === t ? 1 : 2) * (gram[t * times + s] ?? 0) ** 2;
  }
  const correlations = products / times ** 2 - own;
  const spread = squaresAt.reduce((sum, value) => sum + value * value, 0) - fourths - times * correlations;
  const lambda = spread / (times * Math.max(1, times - 1)) / (correlations + leastVariance);
  return Number.isFinite(lambda) ? Math.min(1, Math.max(leastIntensity, lambda)) : 1;
}

function rowsOf(values: Float64Array, times: number, figure: (row: Float64Array, i: number) => number): Float64Array {
  return Float64Array.from({ length: values.length / times }, (_, i) => figure(values.subarray(i * times, (i + 1) * times), i));
}
