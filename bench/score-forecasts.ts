import { meanAbsoluteScaledError, relativeBias, wape, weightedQuantileLoss } from '../domain/metrics.ts';
import type { P2Problem } from './protocol-p2.ts';

export interface Forecast {
  readonly point: number;
  /** One value per level; absent for a model that gives none. */
  readonly quantiles?: readonly number[];
}

export interface Scores {
  readonly wape: number;
  /** Absent for a model without quantiles. */
  readonly wql?: number;
  readonly mase: number;
  readonly bias: number;
}

/** Where a product's forecast of a week is kept; `ds` is an ISO date. */
export const forecastKey = (series: string, ds: string): string => `${series} ${ds}`;

/**
 * The protocol's own measures of one model's forecasts (same formulas as its score.py): MASE is scaled by the mean absolute weekly change
 * before the origin, products that never changed are left out. @throws RangeError when a forecast is missing: the protocol forgives none
 */
export function scoreForecasts({ actuals, history }: P2Problem, forecasts: ReadonlyMap<string, Forecast>, levels: readonly number[]): Scores {
  const series = [...history.keys()];
  const numberOf = new Map(series.map((id, i) => [id, i]));
  const scored = actuals.map(({ series: id, ds }) => {
    const forecast = forecasts.get(forecastKey(id, ds));
    if (forecast === undefined) throw new RangeError(`no forecast of ${id} for ${ds}`);
    return forecast;
  });
  const actual = Float64Array.from(actuals, ({ y }) => y);
  const points = Float64Array.from(scored, ({ point }) => point);
  const scales = Float64Array.from(series, (id) => meanAbsoluteChange(history.get(id) ?? []));
  const index = Uint32Array.from(actuals, ({ series: id }) => numberOf.get(id) ?? 0);
  const quantiles = scored.flatMap((forecast) => forecast.quantiles ?? []);
  return {
    wape: defined(wape(actual, points)),
    ...(quantiles.length > 0 && { wql: defined(weightedQuantileLoss(actual, quantiles, levels)) }),
    mase: defined(meanAbsoluteScaledError(actual, points, index, scales)),
    bias: defined(relativeBias(actual, points)),
  };
}

/** The means of several origins' scores; WQL only where every origin has one. */
export function meanScores(all: readonly Scores[]): Scores {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const wqls = all.flatMap(({ wql }) => (wql === undefined ? [] : [wql]));
  return {
    wape: mean(all.map((scores) => scores.wape)),
    ...(wqls.length === all.length && wqls.length > 0 && { wql: mean(wqls) }),
    mase: mean(all.map((scores) => scores.mase)),
    bias: mean(all.map((scores) => scores.bias)),
  };
}

/** NaN for a single value; 0 for values that never change. */
function meanAbsoluteChange(values: readonly number[]): number {
  const changes = values.slice(1).map((value, i) => Math.abs(value - (values[i] ?? value)));
  return changes.reduce((sum, change) => sum + change, 0) / changes.length;
}

function defined(value: number | undefined): number {
  if (value === undefined || Number.isNaN(value)) throw new RangeError('a score is not defined: nothing was sold in the weeks that are scored');
  return value;
}
