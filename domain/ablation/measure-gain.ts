import { type BootstrapSettings, clusterBootstrap, percentileInterval, totalsOf } from '../comparison/cluster-bootstrap.ts';
import { bothScores, gainOf, type PairedForecasts, pairedLosses, type PairedMetric } from './paired-losses.ts';

export interface Gain {
  /** Scores of both models. */
  readonly full: number;
  readonly reduced: number;
  readonly gain: number;
  /** 95 % interval of the gain. */
  readonly low: number;
  readonly high: number;
  /** Series behind it. */
  readonly series: number;
}

const confidence = 0.95;

/**
 * How much less error the full model makes, with an interval by bootstrap over whole series, both models on the same draws: errors of one
 * series go together over its folds and steps. One series alone has no others to differ from, so its interval reaches to no gain. Undefined
 * where nothing was sold.
 */
export function* measureGain(paired: PairedForecasts, metric: PairedMetric, settings: BootstrapSettings): Generator<undefined, Gain | undefined, undefined> {
  const sums = pairedLosses(paired, metric);
  yield;
  const scores = bothScores(totalsOf(sums));
  if (Number.isNaN(scores.full)) return undefined;
  const gain = gainOf(scores);
  const interval = sums.clusters < 2
    ? { low: Math.min(0, gain), high: Math.max(0, gain) }
    : percentileInterval(yield* clusterBootstrap(sums, settings, (totals) => gainOf(bothScores(totals))), confidence);
  return { ...scores, gain, ...interval, series: sums.clusters };
}
