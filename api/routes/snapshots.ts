import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';

import {
  snapshotDetailSchema,
  snapshotDiffSchema,
  snapshotListSchema,
  touchedSchema,
} from '../../contracts/http-snapshots.schema.ts';
import { compareSnapshots } from '../compare-snapshots.ts';
import type { ComparedSide } from '../compare-snapshots.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { failures, jsonAnswer } from '../describe-route.ts';
import { findSnapshot, meetingOf, pipelinesMeant, sourceUri } from '../find-snapshot.ts';
import type { ActingEnvironment } from '../guards.ts';
import { requirePipeline } from '../nearest.ts';
import { createProfiles, describeProfile } from '../snapshot-profile.ts';
import { cleaningRun, validationOf } from '../snapshot-runs.ts';
import { touchedIn } from '../touched-cells.ts';

const tags = ['snapshots'];
const ref = z
  .string()
  .describe('Digest or its first characters; or PIPELINE, PIPELINE@latest, PIPELINE@previous.');

const listSnapshots = createRoute({
  method: 'get',
  path: '/v1/snapshots',
  tags,
  summary: 'Dataset versions, newest first.',
  request: { query: z.object({ pipeline: z.string().optional() }) },
  responses: { 200: jsonAnswer(snapshotListSchema, 'Snapshots.'), ...failures },
});
const showSnapshot = createRoute({
  method: 'get',
  path: '/v1/snapshots/{digest}',
  tags,
  summary: 'One dataset version: sources, profile of its columns, totals over time, what the rules found.',
  request: { params: z.object({ digest: ref }) },
  responses: { 200: jsonAnswer(snapshotDetailSchema, 'The snapshot.'), ...failures },
});
const listTouched = createRoute({
  method: 'get',
  path: '/v1/snapshots/{digest}/touched',
  tags,
  summary: 'Cells that cleaning touched in the newest run on a snapshot: counts by rule, and the cells themselves.',
  request: {
    params: z.object({ digest: ref }),
    query: z.object({
      series: z.string().optional(),
      rule: z.string().optional().describe('`outlier`, `removed`, `unknown`, `closed`, `stock-out`, `returned`, `no-sale`.'),
      limit: z.coerce.number().int().min(0).max(100_000).default(20),
    }),
  },
  responses: { 200: jsonAnswer(touchedSchema, 'Touched cells, by series and period.'), ...failures },
});
const diffSnapshots = createRoute({
  method: 'get',
  path: '/v1/snapshots/{a}/diff/{b}',
  tags,
  summary: 'What differs between two dataset versions: schema, rows, series, distributions (PSI, KS).',
  request: { params: z.object({ a: ref, b: ref }) },
  responses: { 200: jsonAnswer(snapshotDiffSchema, 'The differences.'), ...failures },
});

export function addSnapshotRoutes(app: OpenAPIHono<ActingEnvironment>, deps: ApiDependencies): void {
  const profileOf = createProfiles(deps);
  const sideOf = async (given: string): Promise<ComparedSide> => {
    const stored = await findSnapshot(deps, given);
    return { stored, meeting: await meetingOf(deps, stored), profile: await profileOf(stored) };
  };
  app.openapi(listSnapshots, async (c) => {
    const { pipeline } = c.req.valid('query');
    if (pipeline !== undefined) await requirePipeline(deps, pipeline);
    const all = await deps.snapshots.list({});
    // Several pipelines may have the same one.
    const distinct = new Map((await deps.snapshots.list(pipeline === undefined ? {} : { pipeline })).map((stored) => [stored.snapshot.digest, stored]));
    const snapshots = [...distinct.values()].map(({ snapshot, storedAt }) => ({
      ...snapshot,
      storedAt,
      pipelines: [...new Set(all.filter((stored) => stored.snapshot.digest === snapshot.digest).map((stored) => stored.pipeline))].sort(),
    }));
    return c.json({ snapshots }, 200);
  });
  app.openapi(showSnapshot, async (c) => {
    const { digest: given } = c.req.valid('param');
    const { stored, meeting, profile } = await sideOf(given);
    const { snapshot } = stored;
    const meant = pipelinesMeant(given, meeting);
    const validation = await validationOf(deps, meant, snapshot.digest);
    const cleaned = await cleaningRun(deps, meant, snapshot.digest);
    return c.json(
      {
        snapshot,
        ...meeting,
        description: describeProfile(profile),
        profile,
        ...(validation && {
          validation: {
            runId: validation.runId,
            results: validation.outcomes.map((outcome) => ({
              ...outcome,
              examples: outcome.examples.map(({ file, row }) => ({ uri: sourceUri(snapshot, file), row })),
            })),
          },
        }),
        ...(cleaned && { cleanedBy: cleaned.runId }),
      },
      200,
    );
  });
  app.openapi(listTouched, async (c) => {
    const { series, rule, limit } = c.req.valid('query');
    const { digest: given } = c.req.valid('param');
    const stored = await findSnapshot(deps, given);
    const pipelines = pipelinesMeant(given, await meetingOf(deps, stored));
    const question = { digest: stored.snapshot.digest, pipelines, limit, ...(series !== undefined && { series }), ...(rule !== undefined && { rule }) };
    return c.json(await touchedIn(deps, question), 200);
  });
  app.openapi(diffSnapshots, async (c) => {
    const { a, b } = c.req.valid('param');
    return c.json(await compareSnapshots(deps, await sideOf(a), await sideOf(b)), 200);
  });
}
