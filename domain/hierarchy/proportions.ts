import type { HierarchyLevel } from './hierarchy.ts';

/** Past values of the series: [series, times], row by row. NaN (not sold yet, unknown) counts as 0. */
export interface PastValues {
  readonly values: Float64Array;
  readonly times: number;
}

export type Proportions = 'average-proportions' | 'proportion-of-averages';

/**
 * Share of each series in its node (Gross and Sohl 1990): the mean of its shares at each time at which the node is not 0, or its mean over
 * the node's mean. The shares of a node sum to 1; equal ones where there is nothing to tell them by.
 */
export function proportionsIn({ nodeOf, first, count }: HierarchyLevel, { values, times }: PastValues, kind: Proportions): Float64Array {
  const known = (i: number, t: number): number => {
    const value = values[i * times + t] ?? 0;
    return Number.isNaN(value) ? 0 : value;
  };
  const members = new Float64Array(count);
  const sums = new Float64Array(count * times);
  nodeOf.forEach((node, i) => {
    members[node - first] = (members[node - first] ?? 0) + 1;
    for (let t = 0; t < times; t += 1) sums[(node - first) * times + t] = (sums[(node - first) * times + t] ?? 0) + known(i, t);
  });
  return Float64Array.from(nodeOf, (node, i) => {
    let [share, weight] = [0, 0];
    for (let t = 0; t < times; t += 1) {
      const sum = sums[(node - first) * times + t] ?? 0;
      if (kind === 'average-proportions') {
        if (sum === 0) continue;
        share += known(i, t) / sum;
        weight += 1;
      } else {
        share += known(i, t);
        weight += sum;
      }
    }
    return weight === 0 ? 1 / (members[node - first] ?? 1) : share / weight;
  });
}
