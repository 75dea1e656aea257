import { z } from 'zod';

import { BadInput } from '../../contracts/failure.ts';
import { type LineageEdge, lineageKinds, type LineageNode } from '../../contracts/lineage.ts';
import type { Sql } from './sql.ts';

export interface Lineage {
  /** Repeating it changes nothing. */
  addEdges(edges: readonly LineageEdge[]): Promise<void>;
  /** `up`: what it was made from; `down`: what was made from it. Nearest first. */
  walk(node: LineageNode, direction: 'up' | 'down', depth: number): Promise<LineageEdge[]>;
  /** A node by its id or the first characters of one. @throws BadInput when several begin so */
  resolve(ref: string): Promise<LineageNode | undefined>;
}

const kind = z.enum(lineageKinds);
const edgeRow = z
  .object({ output_kind: kind, output_id: z.string(), input_kind: kind, input_id: z.string(), run_id: z.string(), by: z.string() })
  .transform((row): LineageEdge => ({ output: { kind: row.output_kind, id: row.output_id }, input: { kind: row.input_kind, id: row.input_id }, runId: row.run_id, by: row.by }));
const columns = 'output_kind, output_id, input_kind, input_id, run_id, by';

export function createLineage(sql: Sql): Lineage {
  return {
    async addEdges(edges) {
      if (edges.length === 0) return;
      const column = (of: (edge: LineageEdge) => string) => edges.map(of);
      await sql.run(`insert into lineage_edges (${columns}) select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) on conflict do nothing`, [
        column((e) => e.output.kind), column((e) => e.output.id), column((e) => e.input.kind), column((e) => e.input.id), column((e) => e.runId), column((e) => e.by),
      ]);
    },
    walk({ kind: from, id }, direction, depth) {
      const [near, far] = direction === 'up' ? ['output', 'input'] : ['input', 'output'];
      return sql.many(
        edgeRow,
        `with recursive reached (kind, id, depth) as (
           select $1::text, $2::text collate "C", 0
           union
           select e.${far}_kind, e.${far}_id, r.depth + 1 from reached r join lineage_edges e on e.${near}_id = r.id and e.${near}_kind = r.kind where r.depth < $3
         )
         select ${columns.split(', ').map((name) => `e.${name}`).join(', ')} from lineage_edges e
         join (select kind, id, min(depth) as depth from reached group by kind, id) r on e.${near}_id = r.id and e.${near}_kind = r.kind
         where r.depth < $3 order by r.depth, ${columns}`,
        [from, id, depth],
      );
    },
    async resolve(ref) {
      const nodes = await sql.many(
        z.object({ kind, id: z.string() }),
        `select kind, id from (select output_kind as kind, output_id as id from lineage_edges union select input_kind, input_id from lineage_edges) n
         where starts_with(id, $1) order by length(id), id, kind limit 3`,
        [ref],
      );
      const exact = nodes.find(({ id }) => id === ref);
      if (exact !== undefined) return exact;
      if (nodes.length > 1) throw new BadInput(`several things begin with "${ref}" (${nodes.map((node) => `${node.kind} ${node.id}`).join(', ')}): give more characters`);
      return nodes[0];
    },
  };
}
