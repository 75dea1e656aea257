import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';

import { snapshotDetailSchema, snapshotListSchema } from '../../contracts/http.schema.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { failures, jsonAnswer } from '../describe-route.ts';
import type { ActingEnvironment } from '../guards.ts';
import { notFound, requirePipeline } from '../nearest.ts';

const tags = ['snapshots'];

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
  summary: 'One dataset version: sources, columns, totals over time.',
  request: { params: z.object({ digest: z.string().describe('Digest or its first characters.') }) },
  responses: { 200: jsonAnswer(snapshotDetailSchema, 'The snapshot.'), ...failures },
});

export function addSnapshotRoutes(app: OpenAPIHono<ActingEnvironment>, deps: ApiDependencies): void {
  app.openapi(listSnapshots, async (c) => {
    const { pipeline } = c.req.valid('query');
    if (pipeline !== undefined) await requirePipeline(deps, pipeline);
    const stored = await deps.snapshots.list(pipeline === undefined ? {} : { pipeline });
    // Several pipelines may have the same one.
    const distinct = new Map(stored.map(({ snapshot }) => [snapshot.digest, snapshot]));
    return c.json({ snapshots: [...distinct.values()] }, 200);
  });
  app.openapi(showSnapshot, async (c) => {
    const { digest } = c.req.valid('param');
    const found = await deps.snapshots.find(digest);
    if (found === undefined) {
      const known = (await deps.snapshots.list({})).map(({ snapshot }) => snapshot.digest.slice(0, 12));
      throw notFound('snapshot', digest, known, 'there are none yet');
    }
    const { snapshot } = found;
    return c.json(
      {
        snapshot,
        description: await deps.tables.describeTable({ file: await deps.artifacts.fetchFile(snapshot.sales) }),
      },
      200,
    );
  });
}
