import { type Hierarchy, sumUp } from './hierarchy.ts';
import { minimiseTrace, minimiseTraceShrunk } from './min-trace.ts';
import { type PastValues, proportionsIn } from './proportions.ts';
import { meanSquares, type Residuals, shrinkCovariance } from './residual-covariance.ts';

export const reconciliationMethods = [
  'bottom-up', 'top-down-average-proportions', 'top-down-proportion-of-averages', 'mint-ols', 'mint-wls-variance', 'mint-wls-structural', 'mint-shrink',
] as const;
export type ReconciliationMethod = (typeof reconciliationMethods)[number];

export type ReconciliationRequest = {
  readonly hierarchy: Hierarchy;
  /** Forecasts of every node and then of every series: [nodes + series, steps], row by row, without NaN. */
  readonly base: Float64Array;
  readonly steps: number;
  /** Negative forecasts of series become 0 before summing up. */
  readonly nonNegative?: boolean;
} & (
  | { readonly method: 'bottom-up' | 'mint-ols' | 'mint-wls-structural' }
  | { readonly method: 'mint-wls-variance' | 'mint-shrink'; readonly residuals: Residuals }
  | { readonly method: 'top-down-average-proportions' | 'top-down-proportion-of-averages'; readonly history: PastValues }
);

/**
 * Forecasts that add up: [nodes + series, steps], each node the sum of its series. Levels need not be nested, except that the top-down
 * methods share out the forecasts of the level with the fewest nodes, the total where it is one, and disregard all others.
 */
export function reconcile(request: ReconciliationRequest): Float64Array {
  const { hierarchy, steps, nonNegative = false } = request;
  const series = seriesForecasts(request);
  return sumUp(hierarchy, nonNegative ? series.map((value) => Math.max(0, value)) : series, steps);
}

function seriesForecasts(request: ReconciliationRequest): Float64Array {
  const { hierarchy, base, steps } = request;
  const { nodes, series } = hierarchy;
  switch (request.method) {
    case 'bottom-up':
      return base.slice(nodes * steps);
    case 'top-down-average-proportions':
    case 'top-down-proportion-of-averages': {
      const top = hierarchy.levels.reduce((best, level) => (level.count < best.count ? level : best));
      const shares = proportionsIn(top, request.history, request.method === 'top-down-average-proportions' ? 'average-proportions' : 'proportion-of-averages');
      return Float64Array.from({ length: series * steps }, (_, i) => {
        const row = Math.floor(i / steps);
        return (shares[row] ?? 0) * (base[(top.nodeOf[row] ?? 0) * steps + (i % steps)] ?? 0);
      });
    }
    case 'mint-ols':
      return minimiseTrace(hierarchy, base, steps, new Float64Array(nodes + series).fill(1));
    case 'mint-wls-structural':
      // As many series as a row sums up.
      return minimiseTrace(hierarchy, base, steps, sumUp(hierarchy, new Float64Array(series).fill(1), 1));
    case 'mint-wls-variance':
      return minimiseTrace(hierarchy, base, steps, meanSquares(request.residuals));
    case 'mint-shrink':
      return minimiseTraceShrunk(hierarchy, base, steps, shrinkCovariance(request.residuals));
  }
}
