import type { Pool } from './pool.ts';

/** How analogues are chosen and weighed. */
export interface Weighing {
  /** Per aspect. */
  readonly aspects: readonly number[];
  /** How many analogues take part. */
  readonly nearest: number;
  /** How fast weights fall with likeness: one standard deviation less of the pool's likeness divides the weight by e^(1 / temperature); Infinity weighs all alike. */
  readonly temperature: number;
}

/** A pool in the order of likeness. */
export interface RankedPool {
  /** Places in the pool, most alike first, of equal ones the one launched last. */
  readonly order: Uint32Array;
  /** In that order: the weighted sum of the aspects, each standardised. */
  readonly scores: Float64Array;
}

/**
 * Each aspect is standardised over the pool, so that cosines of different encoders count alike; what is unknown counts as the pool's mean.
 * @param age periods since the launch of a product
 */
export function rankPool({ products, likeness }: Pool, aspects: readonly number[], age: (product: number) => number): RankedPool {
  const width = aspects.length;
  const scores = new Float64Array(products.length);
  aspects.forEach((weight, aspect) => {
    if (weight === 0) return;
    const { mean, deviation } = spreadOf(likeness, aspect, width);
    if (deviation === 0) return;
    for (let i = 0; i < scores.length; i += 1) {
      const value = likeness[i * width + aspect] ?? Number.NaN;
      if (!Number.isNaN(value)) scores[i] = (scores[i] ?? 0) + (weight * (value - mean)) / deviation;
    }
  });
  const ages = Float64Array.from(products, age);
  const order = Uint32Array.from(products.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || (ages[a] ?? 0) - (ages[b] ?? 0) || (products[a] ?? 0) - (products[b] ?? 0));
  return { order, scores: Float64Array.from(order, (i) => scores[i] ?? 0) };
}

/** Weights of the pool's places, which add up to 1: none but the nearest have any. Empty for an empty pool. */
export function weighRanked({ order, scores }: RankedPool, { nearest, temperature }: Omit<Weighing, 'aspects'>): Float64Array {
  const weights = new Float64Array(order.length);
  const [taken, best] = [Math.min(nearest, order.length), scores[0] ?? 0];
  let total = 0;
  for (let rank = 0; rank < taken; rank += 1) {
    const weight = Math.exp(((scores[rank] ?? 0) - best) / temperature);
    weights[order[rank] ?? 0] = weight;
    total += weight;
  }
  return weights.map((weight) => weight / total);
}

function spreadOf(values: Float64Array, aspect: number, width: number): { readonly mean: number; readonly deviation: number } {
  let [sum, count] = [0, 0];
  for (let at = aspect; at < values.length; at += width) {
    const value = values[at] ?? Number.NaN;
    if (!Number.isNaN(value)) [sum, count] = [sum + value, count + 1];
  }
  const mean = sum / count;
  let squares = 0;
  for (let at = aspect; at < values.length; at += width) {
    const value = values[at] ?? Number.NaN;
    if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  }
  const deviation = Math.sqrt(squares / count);
  // Equal values differ from their mean by rounding alone.
  return { mean, deviation: deviation > 1e-9 ? deviation : 0 };
}
