/** Levels above some series. Every series belongs to one node of each level; nodes are numbered level by level, in the levels' order. */
export interface Hierarchy {
  readonly series: number;
  readonly nodes: number;
  readonly levels: readonly HierarchyLevel[];
}

export interface HierarchyLevel {
  /** `total`, `category`, or for crossed levels `category × store`. */
  readonly name: string;
  /** Number of its first node, and how many it has. */
  readonly first: number;
  readonly count: number;
  /** Per node what its series have in common: `Bags`, `Bags × Leeds`; `total` of the total. In the order of their UTF-16 code units. */
  readonly labels: readonly string[];
  /** Per series the number of its node. */
  readonly nodeOf: Int32Array;
}

/** A level as a pipeline file names it: `total`, one declared level, or several that are crossed. */
export type LevelName = string | readonly string[];

/** The level that takes all series together. */
export const total = 'total';

/**
 * The hierarchy of some levels over `series` series. Levels need not be nested (category and store), and a level may be crossed.
 * @param labelsOf per declared level the label of each series; a level that is not there has one label for all, the empty text
 */
export function buildHierarchy(levels: readonly LevelName[], series: number, labelsOf: ReadonlyMap<string, readonly string[]>): Hierarchy {
  const built: HierarchyLevel[] = [];
  let first = 0;
  for (const level of levels) {
    const parts = typeof level === 'string' ? [level] : level;
    const columns = parts.map((part) => (part === total ? undefined : labelsOf.get(part)));
    // A tab divides better than what is shown: labels hold anything.
    const keys = Array.from({ length: series }, (_, i) => columns.map((labels) => (labels === undefined ? '' : (labels[i] ?? ''))).join('\t'));
    const distinct = [...new Set(keys)].sort();
    const numbers = new Map(distinct.map((key, i) => [key, first + i]));
    built.push({
      name: parts.join(' × '), first, count: distinct.length,
      labels: level === total ? [total] : distinct.map((key) => key.split('\t').join(' × ')),
      nodeOf: Int32Array.from(keys, (key) => numbers.get(key) ?? -1),
    });
    first += distinct.length;
  }
  return { series, nodes: first, levels: built };
}

/**
 * Values of the series, summed up to every node: [nodes + series, width], the nodes first, then the series as they are.
 * @param values [series, width], row by row
 */
export function sumUp({ series, nodes, levels }: Hierarchy, values: Float64Array, width: number): Float64Array {
  const all = new Float64Array((nodes + series) * width);
  all.set(values, nodes * width);
  for (const { nodeOf } of levels) {
    for (let i = 0; i < series; i += 1) {
      const from = i * width;
      const to = (nodeOf[i] ?? 0) * width;
      for (let k = 0; k < width; k += 1) all[to + k] = (all[to + k] ?? 0) + (values[from + k] ?? 0);
    }
  }
  return all;
}

/** How far the nodes' values are from the sums of their series': [nodes, width]. 0 where a table of all adds up. */
export function incoherence(hierarchy: Hierarchy, all: Float64Array, width: number): Float64Array {
  const sums = sumUp(hierarchy, all.subarray(hierarchy.nodes * width), width);
  return Float64Array.from({ length: hierarchy.nodes * width }, (_, i) => (all[i] ?? 0) - (sums[i] ?? 0));
}

/** Per series the sum of its nodes' values: [series, width]; the transpose of summing up. */
export function spreadDown({ series, levels }: Hierarchy, nodeValues: Float64Array, width: number): Float64Array {
  const spread = new Float64Array(series * width);
  for (const { nodeOf } of levels) {
    for (let i = 0; i < series; i += 1) {
      const from = (nodeOf[i] ?? 0) * width;
      for (let k = 0; k < width; k += 1) spread[i * width + k] = (spread[i * width + k] ?? 0) + (nodeValues[from + k] ?? 0);
    }
  }
  return spread;
}
