import { createRandom } from '../random.ts';

/** Sums per cluster: what is drawn as a whole because its parts are not independent, e.g. all forecasts of one series. */
export interface ClusterSums {
  readonly clusters: number;
  /** Sums per cluster. */
  readonly width: number;
  /** Row-major, clusters × width. */
  readonly values: Float64Array;
}

export interface BootstrapSettings {
  readonly resamples: number;
  readonly seed: number;
}

/** Numbers that are added between two pauses: some ten to twenty milliseconds' worth. */
const perPiece = 4e6;

/**
 * A statistic of the totals, over as many clusters drawn with replacement as there are, `resamples` times: its values in increasing order, without
 * those that are not defined (NaN). The cluster (or block) bootstrap (Davison & Hinkley 1997, section 3.8; Field & Welsh 2007). Whoever
 * compares two models sums both in one row per cluster, and so compares them on the same draws. A computation in pieces, see `Generator`.
 * @param statistic of totals of length `width`, which it must not keep
 */
export function* clusterBootstrap({ clusters, width, values }: ClusterSums, { resamples, seed }: BootstrapSettings, statistic: (totals: Float64Array) => number): Generator<undefined, Float64Array, undefined> {
  const random = createRandom(seed);
  const totals = new Float64Array(width);
  const drawn = new Float64Array(resamples);
  // How often each cluster was drawn: adding them up in their order takes half the time of adding them as they are drawn.
  const counts = new Uint32Array(clusters);
  let [kept, added] = [0, 0];
  for (let resample = 0; resample < resamples; resample += 1) {
    counts.fill(0);
    for (let i = 0; i < clusters; i += 1) {
      const chosen = random.integer(clusters);
      counts[chosen] = (counts[chosen] ?? 0) + 1;
    }
    totals.fill(0);
    for (let i = 0; i < clusters; i += 1) {
      const count = counts[i] ?? 0;
      const start = i * width;
      if (count === 0) continue;
      for (let k = 0; k < width; k += 1) totals[k] = (totals[k] ?? 0) + count * (values[start + k] ?? 0);
    }
    const value = statistic(totals);
    if (!Number.isNaN(value)) drawn[kept++] = value;
    added += clusters * width;
    if (added < perPiece) continue;
    added = 0;
    yield;
  }
  return drawn.subarray(0, kept).sort();
}

/** Totals over all clusters. */
export function totalsOf({ clusters, width, values }: ClusterSums): Float64Array {
  const totals = new Float64Array(width);
  for (let cluster = 0; cluster < clusters; cluster += 1) for (let k = 0; k < width; k += 1) totals[k] = (totals[k] ?? 0) + (values[cluster * width + k] ?? 0);
  return totals;
}

/** The value below which a share of sorted values lies, with straight lines between them (Hyndman & Fan 1996, type 7). NaN for none. */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return low + (high - low) * (at - Math.floor(at));
}

/** The percentile interval of a bootstrap (Efron 1981): what is left when the same share of values is cut off at both ends. */
export function percentileInterval(sorted: Float64Array, confidence: number): { readonly low: number; readonly high: number } {
  const tail = (1 - confidence) / 2;
  return { low: quantileOfSorted(sorted, tail), high: quantileOfSorted(sorted, 1 - tail) };
}
