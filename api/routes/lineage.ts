import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';

import { BadInput, NotFound } from '../../contracts/failure.ts';
import { lineageSchema } from '../../contracts/http-lineage.schema.ts';
import type { Lineage } from '../../contracts/http-lineage.schema.ts';
import type { LineageEdge, LineageNode } from '../../contracts/lineage.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { failures, jsonAnswer } from '../describe-route.ts';
import { explainMissing, findForecast, servedEdge, servedNode } from '../forecast-origin.ts';
import type { ForecastOrigin } from '../forecast-origin.ts';
import type { ActingEnvironment } from '../guards.ts';
import { describeLineage } from '../lineage-notes.ts';
import { edgesOfOneMaking } from '../lineage-of-run.ts';
import { rowsBehind } from '../rows-behind.ts';

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
        .describe(
          '`<pipeline>/<series>/<ds>` of a forecast, `<pipeline>/v<n>` of a champion, a run id, a digest, a proposal, a source address.',
        ),
      direction: z.enum(['up', 'down']).default('up'),
      depth: z.coerce.number().int().min(1).max(50).default(12),
      rows: z
        .enum(['true', 'false'])
        .default('false')
        .describe('Also rows of the source files that the series of a forecast has.'),
      rowLimit: z.coerce.number().int().min(1).max(10_000).default(20).describe('The newest so many of them.'),
      from: z.iso.date().optional().describe('Rows from this day on.'),
      to: z.iso.date().optional().describe('Rows up to this day, included.'),
    }),
  },
  responses: { 200: jsonAnswer(lineageSchema, 'Edges, nearest first.'), ...failures },
});

export function addLineageRoutes(app: OpenAPIHono<ActingEnvironment>, deps: ApiDependencies): void {
  app.openapi(walkLineage, async (c) => {
    const { ref, direction, depth, rows, rowLimit, from, to } = c.req.valid('query');
    const forecast = await findForecast(deps, ref);
    const start = forecast?.node ?? (await deps.lineage.resolve(ref)) ?? (await runNode(deps, ref));
    if (start === undefined) {
      await explainMissing(deps, ref);
      throw new NotFound(
        `nothing recorded is called "${ref}": give PIPELINE/SERIES/DATE of a forecast, PIPELINE/vN, a run id, a digest, a proposal or a source address`,
      );
    }
    if (rows === 'true' && forecast === undefined)
      throw new BadInput(`rows are shown for a forecast (PIPELINE/SERIES/DATE), not for a ${start.kind}`);
    if (rows === 'false' && (from !== undefined || to !== undefined))
      throw new BadInput('from and to say which rows are shown: ask for rows, too');
    const walked =
      forecast === undefined
        ? await walkFrom(deps, start, direction, depth)
        : direction === 'up'
          ? await aboveForecast(deps, forecast, depth)
          : [];
    const described = await describeLineage(deps, start, direction, walked);
    const notes = forecast === undefined ? described.notes : [noteOf(forecast), ...described.notes];
    const lineage = { start, direction, ...described, notes };
    if (rows === 'false' || forecast === undefined) return c.json(lineage, 200);
    return c.json({ ...lineage, ...(await rowsBehind(deps, forecast, { limit: rowLimit, ...(from !== undefined && { from }), ...(to !== undefined && { to }) })) }, 200);
  });
}

async function runNode(deps: ApiDependencies, ref: string): Promise<LineageNode | undefined> {
  return (await deps.runs.get(ref)) === undefined ? undefined : { kind: 'run', id: ref };
}

/** What was recorded; for a run that found everything in the cache, and so made nothing of its own, what its result says. */
async function walkFrom(
  deps: ApiDependencies,
  start: LineageNode,
  direction: 'up' | 'down',
  depth: number,
): Promise<readonly LineageEdge[]> {
  const found = await deps.lineage.walk(start, direction, depth);
  const walked = direction === 'up' ? edgesOfOneMaking(start, found) : found;
  const result = walked.length > 0 || start.kind !== 'run' ? undefined : (await deps.runs.get(start.id))?.result;
  if (result === undefined) return walked;
  const runId = start.id;
  const [next, edge]: [LineageNode, LineageEdge] =
    direction === 'up' ? fromSnapshot(start, result.snapshot, runId) : intoCandidate(start, result.candidate, runId);
  return [edge, ...(depth === 1 ? [] : await deps.lineage.walk(next, direction, depth - 1))];
}

function fromSnapshot(run: LineageNode, id: string, runId: string): [LineageNode, LineageEdge] {
  const snapshot: LineageNode = { kind: 'snapshot', id };
  return [snapshot, { output: run, input: snapshot, runId, by: 'ingest' }];
}

function intoCandidate(run: LineageNode, id: string, runId: string): [LineageNode, LineageEdge] {
  const candidate: LineageNode = { kind: 'candidate', id };
  return [candidate, { output: candidate, input: run, runId, by: 'register' }];
}

async function aboveForecast(deps: ApiDependencies, forecast: ForecastOrigin, depth: number): Promise<LineageEdge[]> {
  const served = servedNode(forecast.champion);
  const above = depth === 1 ? [] : edgesOfOneMaking(served, await deps.lineage.walk(served, 'up', depth - 1));
  return [servedEdge(forecast, above[0]?.runId ?? ''), ...above];
}

function noteOf({ node, point }: ForecastOrigin): Lineage['notes'][number] {
  const levels = Object.entries(point.quantiles);
  const [low, high] = [levels[0], levels.at(-1)];
  const range =
    low === undefined || high === undefined ? '' : ` (${low[0]}: ${figure(low[1])}, ${high[0]}: ${figure(high[1])})`;
  return { ...node, text: `${figure(point.yHat)}${range}` };
}

function figure(value: number): string {
  return Number(value.toPrecision(6)).toString();
}
