/** A discrete distribution: values in increasing order, each with its weight. */
export interface WeightedPoints {
  readonly values: Float64Array;
  /** They add up to 1. */
  readonly weights: Float64Array;
  readonly mean: number;
}

export const noPoints: WeightedPoints = { values: new Float64Array(), weights: new Float64Array(), mean: Number.NaN };

/** Known values in increasing order, and whose they are. */
export interface SortedValues {
  readonly places: Uint32Array;
  readonly values: Float64Array;
}

export function sortedValues(values: Float64Array): SortedValues {
  const places = Uint32Array.from(values.keys()).filter((place) => Number.isFinite(values[place])).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
  return { places, values: Float64Array.from(places, (place) => values[place] ?? 0) };
}

/** @param weights per place; those without weight are left out */
export function weighted({ places, values }: SortedValues, weights: ArrayLike<number>): WeightedPoints {
  let [count, total, sum] = [0, 0, 0];
  const [kept, shares] = [new Float64Array(places.length), new Float64Array(places.length)];
  for (let i = 0; i < places.length; i += 1) {
    const weight = weights[places[i] ?? 0] ?? 0;
    if (!(weight > 0)) continue;
    kept[count] = values[i] ?? 0;
    shares[count] = weight;
    total += weight;
    sum += weight * (values[i] ?? 0);
    count += 1;
  }
  if (count === 0) return noPoints;
  for (let i = 0; i < count; i += 1) shares[i] = (shares[i] ?? 0) / total;
  return { values: kept.subarray(0, count), weights: shares.subarray(0, count), mean: sum / total };
}

/** All alike. */
export function evenly({ values }: SortedValues): WeightedPoints {
  if (values.length === 0) return noPoints;
  return { values, weights: new Float64Array(values.length).fill(1 / values.length), mean: values.reduce((sum, value) => sum + value, 0) / values.length };
}

/** Points that a distribution of many is told by. */
const mostPoints = 200;

/** The same distribution in at most 200 points of equal weight: its quantiles at 0.0025, 0.0075 … The mean stays exact. */
export function thinned(points: WeightedPoints): WeightedPoints {
  if (points.values.length <= mostPoints) return points;
  const values = new Float64Array(mostPoints);
  quantilesOf(points, noPoints, 0, Array.from(values, (_, i) => (i + 0.5) / mostPoints), values, 0);
  return { values, weights: new Float64Array(mostPoints).fill(1 / mostPoints), mean: points.mean };
}

/**
 * Quantiles of the mixture (1 − share) · a + share · b: the least value that at least `level` of the weight does not exceed. They never
 * cross. An empty distribution leaves all to the other.
 * @param levels increasing @param out receives one value per level from `offset` on; NaN where both are empty
 */
export function quantilesOf(a: WeightedPoints, b: WeightedPoints, share: number, levels: readonly number[], out: Float64Array, offset: number): void {
  const toB = mixtureShare(a, b, share);
  const [ofA, ofB] = [toB < 1 ? a.values.length : 0, toB > 0 ? b.values.length : 0];
  let [i, j, reached, value] = [0, 0, 0, Number.NaN];
  for (let l = 0; l < levels.length; l += 1) {
    // Sums of shares end a rounding error away from 1.
    const wanted = (levels[l] ?? 0) - 1e-12;
    while (reached < wanted && (i < ofA || j < ofB)) {
      if (j >= ofB || (i < ofA && (a.values[i] ?? 0) <= (b.values[j] ?? 0))) {
        value = a.values[i] ?? 0;
        reached += (1 - toB) * (a.weights[i] ?? 0);
        i += 1;
      } else {
        value = b.values[j] ?? 0;
        reached += toB * (b.weights[j] ?? 0);
        j += 1;
      }
    }
    out[offset + l] = value;
  }
}

/** Mean of the same mixture. */
export function meanOf(a: WeightedPoints, b: WeightedPoints, share: number): number {
  const toB = mixtureShare(a, b, share);
  return (toB < 1 ? (1 - toB) * a.mean : 0) + (toB > 0 ? toB * b.mean : 0);
}

function mixtureShare(a: WeightedPoints, b: WeightedPoints, share: number): number {
  if (a.values.length === 0) return 1;
  return b.values.length === 0 ? 0 : share;
}
