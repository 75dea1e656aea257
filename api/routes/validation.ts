import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';

import { runValidationSchema } from '../../contracts/http.schema.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { failures, jsonAnswer } from '../describe-route.ts';
import { sourceUri } from '../find-snapshot.ts';
import type { ActingEnvironment } from '../guards.ts';
import { notFound } from '../nearest.ts';

const showValidation = createRoute({
  method: 'get',
  path: '/v1/runs/{id}/validation',
  tags: ['runs'],
  summary: 'What the rules of the pipeline file found in the data of a run, also where they blocked it.',
  request: { params: z.object({ id: z.string() }) },
  responses: { 200: jsonAnswer(runValidationSchema, 'The rules, in the order of the pipeline file.'), ...failures },
});

export function addValidationRoutes(app: OpenAPIHono<ActingEnvironment>, deps: ApiDependencies): void {
  app.openapi(showValidation, async (c) => {
    const { id: runId } = c.req.valid('param');
    const found = await deps.validationResults.ofRun(runId);
    if (found === undefined) {
      if ((await deps.runs.get(runId)) === undefined)
        throw notFound('run', runId, (await deps.runs.list({ limit: 1000 })).map((known) => known.runId), 'there are no runs yet');
      return c.json({ runId, results: [] }, 200);
    }
    const snapshot = (await deps.snapshots.find(found.snapshot))?.snapshot;
    const results = found.outcomes.map((outcome) => ({
      ...outcome,
      examples: outcome.examples.map(({ file, row }) => ({ uri: snapshot === undefined ? `file ${String(file)}` : sourceUri(snapshot, file), row })),
    }));
    return c.json({ runId, snapshot: found.snapshot, results }, 200);
  });
}
