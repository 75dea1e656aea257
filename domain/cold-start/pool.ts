import { TopCandidates } from './top-candidates.ts';

/** The earlier products that one product may be compared with, and how alike they are in each respect. */
export interface Pool {
  /** Places in the history, in increasing order. */
  readonly products: Uint32Array;
  /** [products, aspects]; NaN where one of the two has none. */
  readonly likeness: Float64Array;
}

export const emptyPool: Pool = { products: new Uint32Array(), likeness: new Float64Array() };

/** Candidates that are looked at closely, per aspect: more than are ever weighed. */
export const poolSize = 100;

/**
 * Whom a product is compared with closely: the most alike by each aspect.
 * @param near places, per modality those of nearest vectors @param scores one array per further aspect, aligned with `candidates`
 */
export function poolProducts(candidates: Uint32Array, near: readonly (readonly number[])[], scores: readonly Float64Array[]): Uint32Array {
  const chosen = new Set(near.flat());
  for (const score of scores) {
    const top = new TopCandidates(poolSize);
    // The newest of equal ones: they come first.
    for (let i = candidates.length - 1; i >= 0; i -= 1) top.offer(candidates[i] ?? 0, score[i] ?? Number.NaN);
    for (const product of top.candidates) chosen.add(product);
  }
  return Uint32Array.from(chosen).sort();
}
