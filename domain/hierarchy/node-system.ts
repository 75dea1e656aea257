import { factorise, solveFactorised } from './cholesky.ts';
import type { Hierarchy, HierarchyLevel } from './hierarchy.ts';

/** Solves K x = b in place for right-hand sides [nodes, width]. */
export type NodeSolver = (b: Float64Array, width: number) => void;

/**
 * K = diag(w of nodes) + A diag(w of series) Aᵀ, where A sums series up to nodes: what reconciling takes the inverse of, as large as the
 * levels above and never as the series. The nodes of one level share no series, so the largest level's block is diagonal and is eliminated;
 * dense is what the other levels leave: the Schur complement, one row per node of theirs.
 * @param weights positive, [nodes + series]
 */
export function createNodeSolver({ series, nodes, levels }: Hierarchy, weights: Float64Array): NodeSolver {
  const diagonal = weights.slice(0, nodes);
  for (const { nodeOf } of levels) {
    for (let i = 0; i < series; i += 1) add(diagonal, nodeOf[i] ?? 0, weights[nodes + i] ?? 0);
  }
  const largest = levels.reduce((best, level) => (level.count > best.count ? level : best));
  const others = levels.filter((level) => level !== largest);
  // Nodes of the other levels, numbered without the largest one's.
  const place = (node: number): number => (node < largest.first ? node : node - largest.count);
  const size = nodes - largest.count;
  const dense = new Float64Array(size * size);
  for (const { first, count } of others) for (let node = first; node < first + count; node += 1) dense[place(node) * (size + 1)] = diagonal[node] ?? 0;
  for (const [l, level] of others.entries()) {
    for (const other of others.slice(0, l)) {
      for (let i = 0; i < series; i += 1) {
        const [a, b] = [place(level.nodeOf[i] ?? 0), place(other.nodeOf[i] ?? 0)];
        add(dense, Math.max(a, b) * size + Math.min(a, b), weights[nodes + i] ?? 0);
      }
    }
  }
  const links = linksOf(largest, others, place, weights.subarray(nodes));
  links.forEach((row, i) => {
    const pivot = diagonal[largest.first + i] ?? 1;
    const entries = [...row];
    for (const [a, x] of entries) for (const [b, y] of entries) if (b <= a) add(dense, a * size + b, (-x * y) / pivot);
  });
  const factor = factorise(dense, size);

  return (b, width) => {
    const rest = new Float64Array(size * width);
    for (const { first, count } of others) rest.set(b.subarray(first * width, (first + count) * width), place(first) * width);
    links.forEach((row, i) => {
      const node = largest.first + i;
      for (const [to, x] of row) for (let k = 0; k < width; k += 1) add(rest, to * width + k, (-x * (b[node * width + k] ?? 0)) / (diagonal[node] ?? 1));
    });
    solveFactorised(factor, size, rest, width);
    links.forEach((row, i) => {
      const node = largest.first + i;
      for (let k = 0; k < width; k += 1) {
        let value = b[node * width + k] ?? 0;
        for (const [from, x] of row) value -= x * (rest[from * width + k] ?? 0);
        b[node * width + k] = value / (diagonal[node] ?? 1);
      }
    });
    for (const { first, count } of others) b.set(rest.subarray(place(first) * width, (place(first) + count) * width), first * width);
  };
}

/** Per node of the largest level, the weight that it shares with each node of the others. */
function linksOf(largest: HierarchyLevel, others: readonly HierarchyLevel[], place: (node: number) => number, weights: Float64Array): readonly ReadonlyMap<number, number>[] {
  const links = Array.from({ length: largest.count }, () => new Map<number, number>());
  weights.forEach((weight, i) => {
    const row = links[(largest.nodeOf[i] ?? 0) - largest.first];
    for (const { nodeOf } of others) {
      const to = place(nodeOf[i] ?? 0);
      row?.set(to, (row.get(to) ?? 0) + weight);
    }
  });
  return links;
}

function add(values: Float64Array, at: number, value: number): void {
  values[at] = (values[at] ?? 0) + value;
}
