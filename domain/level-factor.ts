/** Share of a forecaster's WAPE that may be given up for a total nearer to what was sold. */
const tolerance = 0.01;

/**
 * The factor for point forecasts that brings their total as near to the actual total as it goes without raising WAPE by more than 1 %.
 *
 * Forecasts that minimise absolute error are medians; where demand is skewed, medians add up to less than what is sold, and stock that
 * is ordered by them runs out. WAPE is convex in the factor, so the factors allowed are an interval around 1 and bisection finds its end.
 * Rows whose actual is NaN are ignored. Only out-of-fold forecasts may be given.
 * @returns a positive number; 1 where nothing was sold or nothing forecast
 */
export function levelFactor(actual: ArrayLike<number>, forecast: ArrayLike<number>): number {
  const known = Array.from({ length: actual.length }, (_, i) => [actual[i] ?? Number.NaN, forecast[i] ?? Number.NaN] as const).filter(([y]) => !Number.isNaN(y));
  const sold = known.reduce((sum, [y]) => sum + y, 0);
  const foreseen = known.reduce((sum, [, f]) => sum + f, 0);
  if (!(sold > 0) || !(foreseen > 0)) return 1;
  const error = (factor: number): number => known.reduce((sum, [y, f]) => sum + Math.abs(y - factor * f), 0);
  const allowed = (1 + tolerance) * error(1);
  const unbiased = sold / foreseen;
  if (error(unbiased) <= allowed) return unbiased;
  let inside = 1;
  let outside = unbiased;
  for (let halving = 0; halving < 40; halving++) {
    const middle = (inside + outside) / 2;
    if (error(middle) <= allowed) inside = middle;
    else outside = middle;
  }
  return inside;
}
