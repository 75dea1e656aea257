import { familyLevel } from './family-level.ts';
import { type LaunchHistory, productsOnSale } from './launches.ts';
import { candidatesAt, type StudyPlan } from './study-plan.ts';

/** Who is compared with whom at one cutoff. */
export interface StudyBlock {
  readonly cutoff: number;
  /** All whose family is looked for: launches whose newest cutoff this is, and at the last one the products that were never sold. */
  readonly members: Uint32Array;
  /** Those of them that are forecast. */
  readonly targets: Uint32Array;
  /** Families are of these. */
  readonly onSale: Uint32Array;
  /** Analogues are of these. */
  readonly candidates: Uint32Array;
}

/** One per cutoff of the plan. */
export function studyBlocks(history: LaunchHistory, plan: StudyPlan): readonly StudyBlock[] {
  return plan.cutoffs.map((cutoff) => {
    const here = (products: Uint32Array): number[] => Array.from(products.filter((product) => plan.before[product] === cutoff));
    const unsold = here(plan.unsold);
    return {
      cutoff,
      members: Uint32Array.from([...here(plan.launches), ...unsold]),
      targets: Uint32Array.from([...here(plan.targets), ...unsold]),
      onSale: productsOnSale(history, cutoff),
      candidates: candidatesAt(history, plan, cutoff),
    };
  });
}

/** Whom each member of a block is most alike. */
export type Families = ReadonlyMap<number, readonly number[]>;

/** How well the family of each product sold at its cutoff; NaN without one. @param sales per block what each product sold in the last horizon */
export function familyLevels(products: number, blocks: readonly StudyBlock[], sales: readonly Float64Array[], families: readonly Families[]): Float64Array {
  const levels = new Float64Array(products).fill(Number.NaN);
  blocks.forEach(({ members }, b) => {
    for (const product of members) levels[product] = familyLevel(families[b]?.get(product) ?? [], sales[b] ?? []);
  });
  return levels;
}
