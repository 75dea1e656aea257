import type { LineageEdge, LineageNode } from '../contracts/lineage.ts';

const nameOf = ({ kind, id }: LineageNode): string => `${kind} ${id}`;

/**
 * What of a walk upwards belongs to one making: equal work is shared by many runs, and each of them records it. Of a node's edges those of
 * the run that the walk started in count; where it has none, those of the first run that made it. Every edge comes once, nearest first.
 */
export function edgesOfOneMaking(start: LineageNode, walked: readonly LineageEdge[]): LineageEdge[] {
  const byOutput = new Map<string, LineageEdge[]>();
  for (const edge of walked) byOutput.set(nameOf(edge.output), [...(byOutput.get(nameOf(edge.output)) ?? []), edge]);
  const home = byOutput.get(nameOf(start))?.[0]?.runId;
  const reached = new Set([nameOf(start)]);
  const kept: LineageEdge[] = [];
  // Grows while it is walked.
  for (const name of reached) {
    const edges = byOutput.get(name) ?? [];
    const first = edges.map(({ runId }) => runId).sort()[0];
    const run = edges.some(({ runId }) => runId === home) ? home : first;
    const seen = new Set<string>();
    for (const edge of edges) {
      const input = nameOf(edge.input);
      if (edge.runId !== run || seen.has(`${edge.by} ${input}`)) continue;
      seen.add(`${edge.by} ${input}`);
      kept.push(edge);
      reached.add(input);
    }
  }
  return kept;
}
