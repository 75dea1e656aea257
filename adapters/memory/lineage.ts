import { BadInput } from '../../contracts/failure.ts';
import type { LineageEdge, LineageNode } from '../../contracts/lineage.ts';

const nameOf = ({ kind, id }: LineageNode): string => JSON.stringify([kind, id]);

/** Twin of the lineage in PostgreSQL. */
export function createMemoryLineage() {
  const edges = new Map<string, LineageEdge>();
  return {
    async addEdges(added: readonly LineageEdge[]): Promise<void> {
      for (const edge of added) {
        const key = JSON.stringify([nameOf(edge.output), nameOf(edge.input), edge.runId, edge.by]);
        if (!edges.has(key)) edges.set(key, structuredClone(edge));
      }
    },
    async walk(node: LineageNode, direction: 'up' | 'down', depth: number): Promise<LineageEdge[]> {
      const [near, far] = direction === 'up' ? (['output', 'input'] as const) : (['input', 'output'] as const);
      const seen = new Set<string>();
      const found: LineageEdge[] = [];
      let front = [node];
      for (let step = 0; step < depth && front.length > 0; step++) {
        const names = new Set(front.map(nameOf).filter((name) => !seen.has(name)));
        for (const name of names) seen.add(name);
        const next = [...edges.values()].filter((edge) => names.has(nameOf(edge[near])));
        found.push(...next);
        front = next.map((edge) => edge[far]);
      }
      return structuredClone(found);
    },
    async resolve(ref: string): Promise<LineageNode | undefined> {
      const nodes = new Map(
        [...edges.values()].flatMap(({ output, input }) => [output, input]).map((node) => [nameOf(node), node]),
      );
      const found = [...nodes.values()]
        .filter(({ id }) => id.startsWith(ref))
        .sort((a, b) => a.id.length - b.id.length);
      const exact = found.find(({ id }) => id === ref);
      if (exact === undefined && found.length > 1)
        throw new BadInput(`several things begin with "${ref}": give more characters`);
      return structuredClone(exact ?? found[0]);
    },
  };
}
