import { type RankedPool, rankPool, type Weighing, weighRanked } from './likeness.ts';
import type { Pool } from './pool.ts';

/** One way to forecast by analogy. */
export interface Setting extends Weighing {
  /** Share of the category's distribution in the forecast. */
  readonly shrinkage: number;
}

export const marketExponents = [0, 0.5, 1] as const;
const shrinkages = [0, 0.25, 0.5, 0.75] as const;
const nearest = [10, 20, 40, 100] as const;
const temperatures = [0.5, 1, 2, Infinity] as const;

/** What holds until enough launches have taught better: middling in all, half of it the category's average. */
export function cautiousSetting(aspects: number): Setting {
  return { aspects: new Array<number>(aspects).fill(1), nearest: 40, temperature: 2, shrinkage: 0.5 };
}

/** What is tried for one weighting of the aspects. */
export function settingsToTry(aspects: readonly number[]): readonly Setting[] {
  return nearest.flatMap((count) => temperatures.flatMap((temperature) => shrinkages.map((shrinkage) => ({ aspects, nearest: count, temperature, shrinkage }))));
}

/**
 * Weightings of the aspects that are tried: likeness, how the alike sell, or both, of all sources together or of one alone.
 * @param aspects how many: first the likenesses, then for each how the alike sell
 */
export function aspectWeights(aspects: number): readonly (readonly number[])[] {
  const sources = aspects / 2;
  const kinds: readonly (readonly [alike: number, sells: number])[] = [[1, 0], [0, 1], [1, 1]];
  const all = Array.from({ length: sources }, (_, i) => i);
  const groups = sources > 1 ? [all, ...all.map((source) => [source])] : [all];
  return groups.flatMap((group) => kinds.map(([alike, sells]) => Array.from({ length: aspects }, (_, i) => (group.includes(i % sources) ? (i < sources ? alike : sells) : 0))));
}

/** Several settings as one: the mean of their weights is a weighting like any. */
export interface BlendedWeights {
  /** Per place of the pool; they add up to 1 unless the pool is empty. */
  readonly weights: Float64Array;
  /** Share of the category's distribution. */
  readonly shrinkage: number;
}

/** Blends settings for one pool, which is ranked once for each weighting of aspects. @param age periods since the launch of a product */
export function blender(pool: Pool, age: (product: number) => number): (settings: readonly Setting[]) => BlendedWeights {
  const ranks = new Map<string, RankedPool>();
  const rank = (aspects: readonly number[]): RankedPool => {
    const key = aspects.join(' ');
    const known = ranks.get(key) ?? rankPool(pool, aspects, age);
    ranks.set(key, known);
    return known;
  };
  return (settings) => {
    const weights = new Float64Array(pool.products.length);
    const own = settings.reduce((sum, { shrinkage }) => sum + 1 - shrinkage, 0);
    for (const setting of settings) {
      const share = own > 0 ? (1 - setting.shrinkage) / own : 0;
      weighRanked(rank(setting.aspects), setting).forEach((weight, place) => { weights[place] = (weights[place] ?? 0) + share * weight; });
    }
    return { weights, shrinkage: settings.length === 0 ? 1 : 1 - own / settings.length };
  };
}

/** Places of a pool with weight, the heaviest first; of equal ones the most alike. */
export function heaviest(weights: Float64Array, { products, likeness }: Pool): readonly number[] {
  const width = likeness.length / Math.max(1, products.length);
  const alike = (place: number): number => likeness.subarray(place * width, (place + 1) * width).reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : value), 0);
  return Array.from(weights.keys()).filter((place) => (weights[place] ?? 0) > 0).sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || alike(b) - alike(a) || a - b);
}
