import { createRandom, type Random, shuffledIndices } from '../random.ts';
import { fewestAnalogues, isKnownLaunch, isLaunch, knownLaunches, type LaunchHistory } from './launches.ts';

/** Period numbers of the back-test's cutoffs, folds oldest first. */
export interface PlannedCutoffs {
  readonly folds: readonly number[];
  readonly test: number;
}

export interface StudyPlan {
  /** Oldest first; the last one is the newest period, which products that were never sold are forecast from. */
  readonly cutoffs: readonly number[];
  /** Per product the newest cutoff before its launch; −1 without one. */
  readonly before: Int32Array;
  /** Launches that take part, in increasing order: all, or where there are very many as many as are needed, drawn by the seed. */
  readonly launches: Uint32Array;
  /** Launches that can be forecast as if they were still to come, in increasing order: within a horizon after their cutoff, with analogues enough. */
  readonly targets: Uint32Array;
  /** Products that were never sold, where there are analogues. */
  readonly unsold: Uint32Array;
}

/** More launches than these, before the first fold and after it, are drawn from: the exact search compares every launch with every product. */
const mostEarlier = 4_000;
const mostLater = 2_000;

/**
 * Who is forecast when. Cutoffs are those of the back-test and, going back from the first one in steps of a horizon, all earlier ones: most
 * folds see few launches, and those before them are what settings are chosen on.
 */
export function planStudy(history: LaunchHistory, { folds, test }: PlannedCutoffs, seed: number): StudyPlan {
  const { horizon, launch, periods, sold, series } = history;
  const asked = [...new Set([...folds, test])].filter((cutoff) => cutoff >= 0).sort((a, b) => a - b);
  const earlier: number[] = [];
  for (let cutoff = (asked[0] ?? 0) - horizon; cutoff >= horizon - 1; cutoff -= horizon) earlier.unshift(cutoff);
  const cutoffs = [...earlier, ...asked, ...(asked.at(-1) === periods - 1 ? [] : [periods - 1])];

  const before = Int32Array.from(launch, (start) => cutoffs.findLast((cutoff) => cutoff < start) ?? -1);
  const all = Array.from(launch.keys()).filter((product) => isLaunch(history, product) && (before[product] ?? -1) >= 0);
  const isEarlier = (product: number): boolean => (launch[product] ?? 0) <= (asked[0] ?? 0);
  const random = createRandom(seed);
  const drawn = [...draw(all.filter(isEarlier), mostEarlier, random), ...draw(all.filter((product) => !isEarlier(product)), mostLater, random)].sort((a, b) => a - b);
  const usable = new Set(cutoffs.filter((cutoff) => knownLaunches(history, cutoff).length >= fewestAnalogues));
  const isTarget = (product: number): boolean => {
    const cutoff = before[product] ?? -1;
    return usable.has(cutoff) && (launch[product] ?? 0) <= cutoff + horizon;
  };
  const never = Array.from({ length: series.length - sold }, (_, i) => sold + i);
  return { cutoffs, before, launches: Uint32Array.from(drawn), targets: Uint32Array.from(drawn.filter(isTarget)), unsold: Uint32Array.from(never.filter(isTarget)) };
}

function draw(products: readonly number[], most: number, random: Random): readonly number[] {
  return products.length <= most ? products : Array.from(shuffledIndices(products.length, random).subarray(0, most), (i) => products[i] ?? 0);
}

/** Of the launches that take part, those whose first periods were over at a cutoff. */
export function candidatesAt(history: LaunchHistory, { launches }: Pick<StudyPlan, 'launches'>, cutoff: number): Uint32Array {
  return launches.filter((product) => isKnownLaunch(history, product, cutoff));
}
