import type { ClusterSums } from '../comparison/cluster-bootstrap.ts';
import { pinballLoss } from '../metrics.ts';

/** Forecasts of the same points by two models, each with its quantiles; rows run in parallel. */
export interface PairedForecasts {
  readonly rows: number;
  readonly actual: Float64Array;
  /** Numbers of the row's series and fold. */
  readonly series: Uint32Array;
  readonly fold: Uint16Array;
  readonly seriesCount: number;
  readonly folds: number;
  readonly full: ModelValues;
  readonly reduced: ModelValues;
}

export interface ModelValues {
  readonly yHat: Float32Array;
  /** Row-major, rows × `width`, and which of them are of a level that counts. */
  readonly quantiles: Float32Array;
  readonly width: number;
  readonly levels: readonly { readonly level: number; readonly at: number }[];
}

export type PairedMetric = 'wql' | 'wape';

/** Per fold: loss of the full and of the reduced model, and Σ|y|. */
const sumsPerFold = 3;

/**
 * What one series adds to the losses of both models, per fold, and to what they are divided by: Σ|y − ŷ| for WAPE, the mean over the levels of
 * 2 Σ pinball for WQL. Rows whose actual is NaN are not scored. Series without a scored row are left out.
 */
export function pairedLosses(paired: PairedForecasts, metric: PairedMetric): ClusterSums {
  const { rows, actual, series, fold, seriesCount, folds, full, reduced } = paired;
  const width = folds * sumsPerFold;
  const values = new Float64Array(seriesCount * width);
  const scored = new Uint8Array(seriesCount);
  for (let row = 0; row < rows; row += 1) {
    const y = actual[row] ?? Number.NaN;
    if (Number.isNaN(y)) continue;
    const own = series[row] ?? 0;
    const at = own * width + (fold[row] ?? 0) * sumsPerFold;
    scored[own] = 1;
    values[at] = (values[at] ?? 0) + lossOf(full, row, y, metric);
    values[at + 1] = (values[at + 1] ?? 0) + lossOf(reduced, row, y, metric);
    values[at + 2] = (values[at + 2] ?? 0) + Math.abs(y);
  }
  const kept = Array.from(scored.keys()).filter((own) => scored[own] === 1);
  const packed = new Float64Array(kept.length * width);
  kept.forEach((own, i) => { packed.set(values.subarray(own * width, (own + 1) * width), i * width); });
  return { clusters: kept.length, width, values: packed };
}

function lossOf({ yHat, quantiles, width, levels }: ModelValues, row: number, y: number, metric: PairedMetric): number {
  if (metric === 'wape') return Math.abs(y - (yHat[row] ?? Number.NaN));
  let sum = 0;
  for (const { level, at } of levels) sum += pinballLoss(level, y, quantiles[row * width + at] ?? Number.NaN);
  return (2 * sum) / levels.length;
}

/** A metric of both models: the mean over the folds in which anything was sold, as reports have it. NaN where nothing was. */
export function bothScores(totals: Float64Array): { readonly full: number; readonly reduced: number } {
  let [full, reduced, folds] = [0, 0, 0];
  for (let at = 0; at < totals.length; at += sumsPerFold) {
    const sold = totals[at + 2] ?? 0;
    if (!(sold > 0)) continue;
    full += (totals[at] ?? 0) / sold;
    reduced += (totals[at + 1] ?? 0) / sold;
    folds += 1;
  }
  return folds === 0 ? { full: Number.NaN, reduced: Number.NaN } : { full: full / folds, reduced: reduced / folds };
}

/** 1 − full / reduced: the share of the reduced model's error that the full one saves. Where the reduced model makes no error, 0 or −1. */
export function gainOf({ full, reduced }: { readonly full: number; readonly reduced: number }): number {
  if (reduced !== 0) return 1 - full / reduced;
  return full === 0 ? 0 : -1;
}
