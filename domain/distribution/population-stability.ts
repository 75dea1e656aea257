/** Share that stands for an empty bin: without it one empty bin makes the index infinite. */
const leastShare = 1e-4;

/**
 * Population stability index of `actual` against `expected`: Σ (aᵢ − eᵢ) · ln(aᵢ / eᵢ) over bins, where eᵢ and aᵢ are shares of the bins'
 * counts, none taken for less than 0.0001 (Siddiqi 2006, *Credit Risk Scorecards*, ch. 9; the floor is common practice). It is the
 * symmetric Kullback–Leibler divergence (Jeffreys 1946) of the two histograms: 0 when they are alike, never negative, without an upper
 * limit. Undefined where either side is empty.
 * @param expected counts per bin; `actual` has the same bins
 */
export function populationStability(expected: ArrayLike<number>, actual: ArrayLike<number>): number | undefined {
  const [e, a] = [sharesOf(expected), sharesOf(actual)];
  if (e === undefined || a === undefined) return undefined;
  return e.reduce((sum, share, i) => {
    const other = a[i] ?? leastShare;
    return sum + (other - share) * Math.log(other / share);
  }, 0);
}

export type Stability = 'stable' | 'shifted' | 'changed';

/** The usual reading (Siddiqi 2006): below 0.1 nothing to speak of, up to 0.25 a shift to look at, above it another population. */
export function stabilityOf(index: number): Stability {
  if (index < 0.1) return 'stable';
  return index < 0.25 ? 'shifted' : 'changed';
}

function sharesOf(counts: ArrayLike<number>): number[] | undefined {
  const all = Array.from(counts);
  const total = all.reduce((sum, count) => sum + count, 0);
  return total > 0 ? all.map((count) => Math.max(leastShare, count / total)) : undefined;
}
