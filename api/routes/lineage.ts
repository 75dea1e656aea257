import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';

import { BadInput, NotFound } from '../../contracts/failure.ts';
import { lineageSchema } from '../../contracts/http.schema.ts';
import type { Lineage } from '../../contracts/http.schema.ts';
import type { LineageNode } from '../../contracts/lineage.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { failures, jsonAnswer } from '../describe-route.ts';
import type { ActingEnvironment } from '../guards.ts';

const walkLineage = createRoute({
  method: 'get',
  path: '/v1/lineage',
  tags: ['lineage'],
  summary: 'What something was made from (up), or what was made from it (down).',
  request: {
    query: z.object({
      ref: z
        .string()
        .min(1)
        .describe('`<pipeline>/<series>/<ds>` of a forecast, a run id, a digest, a proposal, a source address.'),
      direction: z.enum(['up', 'down']).default('up'),
      depth: z.coerce.number().int().min(1).max(50).default(12),
      rows: z
        .enum(['true', 'false'])
        .default('false')
        .describe('Also rows of the source file that the series of a forecast has.'),
    }),
  },
  responses: { 200: jsonAnswer(lineageSchema, 'Edges, nearest first.'), ...failures },
});

const shownRows = 20;

export function addLineageRoutes(app: OpenAPIHono<ActingEnvironment>, deps: ApiDependencies): void {
  app.openapi(walkLineage, async (c) => {
    const { ref, direction, depth, rows } = c.req.valid('query');
    const start = await deps.lineage.resolve(ref);
    if (start === undefined)
      throw new NotFound(
        `nothing recorded is called "${ref}": give PIPELINE/SERIES/DATE of a forecast, a run id, a digest, a proposal or a source address`,
      );
    const edges = await deps.lineage.walk(start, direction, depth);
    if (rows === 'false') return c.json({ start, direction, edges }, 200);
    return c.json({ start, direction, edges, rows: await rowsBehind(deps, start) }, 200);
  });
}

async function rowsBehind(deps: ApiDependencies, start: LineageNode): Promise<NonNullable<Lineage['rows']>> {
  if (start.kind !== 'forecast')
    throw new BadInput(`rows are shown for a forecast (PIPELINE/SERIES/DATE), not for a ${start.kind}`);
  const edges = await deps.lineage.walk(start, 'up', 50);
  const node = edges.map(({ input }) => input).find(({ kind }) => kind === 'snapshot');
  const found = node === undefined ? undefined : await deps.snapshots.find(node.id);
  if (found === undefined)
    throw new NotFound(`the snapshot behind ${start.id} is not recorded: its rows can't be shown`);
  // `<pipeline>/<series>/<ds>`; a series may contain slashes.
  const series = start.id.slice(start.id.indexOf('/') + 1, start.id.lastIndexOf('/'));
  const rows = await deps.tables.sourceRows({
    sales: await deps.artifacts.fetchFile(found.snapshot.sales),
    series,
    limit: shownRows,
  });
  return rows.map((row) => ({ ...row, target: finite(row.target), price: finite(row.price) }));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null; // JSON has no NaN
}
