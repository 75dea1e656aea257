/**
 * Forecast accuracy. Arrays run in parallel: one entry per scored point. A result is `undefined` where the measure is not
 * defined (nothing scored, a zero denominator, or a value that is not known among the scored): callers show a dash, they never see NaN
 * or Infinity.
 */

function sumOf(n: number, term: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += term(i);
  return sum;
}

function ratio(numerator: number, denominator: number): number | undefined {
  const quotient = numerator / denominator;
  return denominator > 0 && Number.isFinite(quotient) ? quotient : undefined;
}

const at = (values: ArrayLike<number>, i: number): number => values[i] ?? Number.NaN;

/** Weighted absolute percentage error: Σ|y − ŷ| / Σ|y|. Undefined when all actuals are zero. */
export function wape(actual: ArrayLike<number>, forecast: ArrayLike<number>): number | undefined {
  const n = actual.length;
  return ratio(sumOf(n, (i) => Math.abs(at(actual, i) - at(forecast, i))), sumOf(n, (i) => Math.abs(at(actual, i))));
}

/** Relative bias: (Σŷ − Σy) / Σ|y|; negative = forecasts too low. Undefined when all actuals are zero. */
export function relativeBias(actual: ArrayLike<number>, forecast: ArrayLike<number>): number | undefined {
  const n = actual.length;
  return ratio(sumOf(n, (i) => at(forecast, i) - at(actual, i)), sumOf(n, (i) => Math.abs(at(actual, i))));
}

/** Mean absolute error, in the unit of the target. */
export function meanAbsoluteError(actual: ArrayLike<number>, forecast: ArrayLike<number>): number | undefined {
  const n = actual.length;
  return ratio(sumOf(n, (i) => Math.abs(at(actual, i) - at(forecast, i))), n);
}

/** Mean squared error, in the squared unit of the target. */
export function meanSquaredError(actual: ArrayLike<number>, forecast: ArrayLike<number>): number | undefined {
  const n = actual.length;
  return ratio(sumOf(n, (i) => (at(actual, i) - at(forecast, i)) ** 2), n);
}

/**
 * Mean absolute scaled error (Hyndman & Koehler 2006): the mean over series of MAE / in-sample seasonal naive MAE.
 * @param series per point, the index into `scales`
 * @param scales per series the in-sample MAE of the (seasonal) naive forecast; series whose scale is not positive are left out
 */
export function meanAbsoluteScaledError(
  actual: ArrayLike<number>,
  forecast: ArrayLike<number>,
  series: ArrayLike<number>,
  scales: ArrayLike<number>,
): number | undefined {
  const sums = new Float64Array(scales.length);
  const counts = new Float64Array(scales.length);
  for (let i = 0; i < actual.length; i++) {
    const s = at(series, i);
    sums[s] = at(sums, s) + Math.abs(at(actual, i) - at(forecast, i));
    counts[s] = at(counts, s) + 1;
  }
  let total = 0;
  let counted = 0;
  for (let s = 0; s < scales.length; s++) {
    const scale = at(scales, s);
    if (at(counts, s) > 0 && scale > 0) {
      total += at(sums, s) / at(counts, s) / scale;
      counted++;
    }
  }
  return ratio(total, counted);
}

/** Pinball (quantile) loss of one point: max(τ(y − q), (τ − 1)(y − q)). Koenker & Bassett 1978. */
export function pinballLoss(level: number, actual: number, quantile: number): number {
  const d = actual - quantile;
  return d >= 0 ? level * d : (level - 1) * d;
}

/**
 * Weighted quantile loss: the mean over levels of 2 Σ pinball / Σ|y|.
 * @param quantiles row-major, `actual.length` × `levels.length`
 */
export function weightedQuantileLoss(
  actual: ArrayLike<number>,
  quantiles: ArrayLike<number>,
  levels: readonly number[],
): number | undefined {
  const n = actual.length;
  const width = levels.length;
  const loss = sumOf(n, (i) => sumOf(width, (k) => pinballLoss(at(levels, k), at(actual, i), at(quantiles, i * width + k))));
  return width === 0 ? undefined : ratio((2 * loss) / width, sumOf(n, (i) => Math.abs(at(actual, i))));
}

/**
 * Share of actuals inside the band between the lowest and the highest level (0.1 and 0.9: the 80 % band).
 * @param quantiles row-major, `actual.length` × `levels.length`
 */
export function bandCoverage(actual: ArrayLike<number>, quantiles: ArrayLike<number>, levels: readonly number[]): number | undefined {
  const n = actual.length;
  const width = levels.length;
  if (width < 2) return undefined;
  const inside = sumOf(n, (i) => {
    const [y, low, high] = [at(actual, i), at(quantiles, i * width), at(quantiles, i * width + width - 1)];
    return [y, low, high].some(Number.isNaN) ? Number.NaN : Number(y >= low && y <= high);
  });
  return ratio(inside, n);
}
