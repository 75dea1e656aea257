import type { FeatureSpec } from '../contracts/features.ts';
import { type BaselineForecast, seasonalNaive, windowAverage } from '../domain/baselines.ts';
import type { OpenMatrix } from './training.ts';

/** How many recent periods the window average takes. */
const averageWindow = 13;

/** Name of the per-step feature that holds last year's value of the forecast period, where the history is long enough. */
const lastYearFeature = 'last_year';

/**
 * A baseline that forecasts from an origin table's own lag columns.
 * @returns a function from matrix rows to forecasts laid out like `predictions.f32` (row, step, point then quantiles); undefined for
 * a model that is not a baseline
 */
export function baselineForecaster(model: string, open: OpenMatrix, levels: readonly number[]): ((rows: Uint32Array) => Float32Array) | undefined {
  const { spec } = open.matrix;
  const history = spec.sequence.map((name) => open.column(name));
  const lastYear = lastYearColumns(spec, open);
  const forecastOf = (values: readonly number[], row: number, step: number): BaselineForecast | undefined => {
    if (model === 'seasonal-naive') return seasonalNaive(values, step, levels, lastYear[step - 1]?.[row]);
    if (model === 'window-average') return windowAverage(values, averageWindow, levels);
    return undefined;
  };
  if (forecastOf([], 0, 1) === undefined) return undefined;

  const width = 1 + levels.length;
  return (rows) => {
    const out = new Float32Array(rows.length * spec.horizon * width);
    rows.forEach((row, i) => {
      const values = history.map((column) => column[row] ?? Number.NaN);
      for (let step = 1; step <= spec.horizon; step++) {
        const forecast = forecastOf(values, row, step);
        if (forecast !== undefined) out.set([forecast.point, ...forecast.quantiles], (i * spec.horizon + step - 1) * width);
      }
    });
    return out;
  };
}

function lastYearColumns(spec: FeatureSpec, open: OpenMatrix): readonly Float32Array[] {
  if (!spec.perStep.some(({ name }) => name === lastYearFeature)) return [];
  return Array.from({ length: spec.horizon }, (_, h) => open.column(`${lastYearFeature}_${h + 1}`));
}
