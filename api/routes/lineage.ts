import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';

import { BadInput, NotFound } from '../../contracts/failure.ts';
import { lineageSchema } from '../../contracts/http.schema.ts';
import type { Lineage } from '../../contracts/http.schema.ts';
import type { LineageEdge, LineageNode } from '../../contracts/lineage.ts';
import { dayOfIso, isoOfDay } from '../../domain/calendar.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { failures, jsonAnswer } from '../describe-route.ts';
import { explainMissing, findForecast, servedEdge, servedNode } from '../forecast-origin.ts';
import type { ForecastOrigin } from '../forecast-origin.ts';
import type { ActingEnvironment } from '../guards.ts';
import { describeLineage } from '../lineage-notes.ts';
import { edgesOfOneMaking } from '../lineage-of-run.ts';

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
        .describe('Also rows of the source file that the series of a forecast has.'),
      rowLimit: z.coerce.number().int().min(1).max(10_000).default(20).describe('The newest so many of them.'),
    }),
  },
  responses: { 200: jsonAnswer(lineageSchema, 'Edges, nearest first.'), ...failures },
});

/** More than any series of a shop has; a bound all the same. */
const mostRows = 1_000_000;

export function addLineageRoutes(app: OpenAPIHono<ActingEnvironment>, deps: ApiDependencies): void {
  app.openapi(walkLineage, async (c) => {
    const { ref, direction, depth, rows, rowLimit } = c.req.valid('query');
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
    return c.json({ ...lineage, ...(await rowsBehind(deps, forecast, rowLimit)) }, 200);
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

/** The rows of the series in the snapshot that the candidate was made from, up to the day before its first forecast period. */
async function rowsBehind(
  deps: ApiDependencies,
  { pipeline, series, champion }: ForecastOrigin,
  limit: number,
): Promise<Pick<Lineage, 'rows' | 'rowsFrom'>> {
  const candidate = await deps.candidates.find({ pipeline, ref: champion.candidate });
  const found = candidate === undefined ? undefined : await deps.snapshots.find(candidate.snapshot);
  const source = found?.snapshot.sources.find((file) => file.source === 'sales');
  if (candidate === undefined || found === undefined || source === undefined)
    throw new NotFound(
      `the snapshot behind version ${champion.version} of ${pipeline} is not recorded: its rows can't be shown`,
    );
  const days = (await deps.forecasts.read({ pipeline, series, candidate: champion.candidate })).flatMap(({ ds }) => dayOfIso(ds) ?? []);
  // Rows of an incomplete last period are in the snapshot, but no forecast saw them: forecasts begin where what they know ends.
  const to = days.length === 0 ? undefined : isoOfDay(Math.min(...days) - 1);
  const all = await deps.tables.sourceRows({
    sales: await deps.artifacts.fetchFile(found.snapshot.sales),
    series,
    limit: mostRows,
    ...(to !== undefined && { to }),
  });
  return {
    rowsFrom: { snapshot: found.snapshot.digest, uri: source.uri, sha256: source.sha256, total: all.length },
    rows: all.slice(-limit).map((row) => ({ ...row, target: finite(row.target), price: finite(row.price) })),
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null; // JSON has no NaN
}
