/** Forecasts that need no learning. They say what a model must beat, and they take part in the ensemble. */

export interface BaselineForecast {
  readonly point: number;
  /** One value per requested level, non-decreasing, not negative. */
  readonly quantiles: readonly number[];
}

/**
 * The quantile at `level` of sorted values, linearly interpolated between order statistics (Hyndman & Fan 1996, type 7).
 * Undefined for no values.
 */
export function quantileOfSorted(sorted: readonly number[], level: number): number | undefined {
  const position = (sorted.length - 1) * level;
  const low = sorted[Math.floor(position)];
  const high = sorted[Math.ceil(position)];
  if (low === undefined || high === undefined) return undefined;
  return low + (high - low) * (position - Math.floor(position));
}

const known = (values: readonly number[]): number[] => values.filter((v) => Number.isFinite(v));
const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const notNegative = (value: number): number => Math.max(0, value);

/**
 * The last value (or last year's value of the same period, where given) is the forecast; quantiles add the empirical
 * distribution of the past `step`-period changes of the series.
 * @param history the series' recent values, oldest first; NaN = before its first period
 * @param step periods ahead, from 1
 * @param lastYear the value one season before the forecast period, NaN or absent when unknown
 */
export function seasonalNaive(history: readonly number[], step: number, levels: readonly number[], lastYear?: number): BaselineForecast {
  const values = known(history);
  const last = values.at(-1) ?? 0;
  const point = lastYear !== undefined && Number.isFinite(lastYear) ? lastYear : last;
  const changes = ascending(values.slice(step).map((value, i) => value - (values[i] ?? value)));
  return { point: notNegative(point), quantiles: levels.map((q) => notNegative(point + (quantileOfSorted(changes, q) ?? 0))) };
}

/**
 * The mean of the last `window` values is the forecast; quantiles are those values' own empirical quantiles.
 * @param history the series' recent values, oldest first; NaN = before its first period
 */
export function windowAverage(history: readonly number[], window: number, levels: readonly number[]): BaselineForecast {
  const values = known(history).slice(-window);
  const mean = values.length === 0 ? 0 : values.reduce((sum, v) => sum + v, 0) / values.length;
  const sorted = ascending(values);
  return { point: notNegative(mean), quantiles: levels.map((q) => notNegative(quantileOfSorted(sorted, q) ?? 0)) };
}
