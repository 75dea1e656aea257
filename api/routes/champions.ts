import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';

import { NotFound } from '../../contracts/failure.ts';
import { championHistorySchema } from '../../contracts/http.schema.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { failures, jsonAnswer } from '../describe-route.ts';
import type { ActingEnvironment } from '../guards.ts';
import { requirePipeline } from '../nearest.ts';

const showChampion = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/champion',
  tags: ['champion'],
  summary: 'Who was in production, now or at a moment.',
  request: {
    params: z.object({ pipeline: z.string() }),
    query: z.object({
      at: z.iso.datetime({ offset: true, error: 'must be a time such as 2025-11-24T12:00:00Z' }).optional(),
    }),
  },
  responses: { 200: jsonAnswer(championHistorySchema, 'The champion, and every one there was.'), ...failures },
});

export function addChampionRoutes(app: OpenAPIHono<ActingEnvironment>, deps: ApiDependencies): void {
  app.openapi(showChampion, async (c) => {
    const { pipeline } = c.req.valid('param');
    const { at } = c.req.valid('query');
    await requirePipeline(deps, pipeline);
    const champion = await deps.champions.at(pipeline, at);
    if (champion === undefined) {
      throw new NotFound(
        at === undefined
          ? `${pipeline} has no champion yet: approve a proposal (\`npx forecastle proposals list\`)`
          : `${pipeline} had no champion at ${at}`,
      );
    }
    return c.json({ champion, history: await deps.champions.history(pipeline) }, 200);
  });
}
