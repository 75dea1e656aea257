import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';

import type { Candidate } from '../../contracts/governance.ts';
import { candidateListSchema, comparisonSchema } from '../../contracts/http.schema.ts';
import type { CandidateView, Comparison } from '../../contracts/http.schema.ts';
import { compareCandidates } from '../compare-candidates.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { failures, jsonAnswer } from '../describe-route.ts';
import type { ActingEnvironment } from '../guards.ts';
import { notFound, requirePipeline } from '../nearest.ts';

const tags = ['candidates'];

const listCandidates = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/candidates',
  tags,
  summary: 'Candidates of a pipeline, newest first.',
  request: { params: z.object({ pipeline: z.string() }) },
  responses: { 200: jsonAnswer(candidateListSchema, 'Candidates.'), ...failures },
});
const compare = createRoute({
  method: 'get',
  path: '/v1/candidates/compare',
  tags,
  summary: 'Two candidates side by side.',
  request: {
    query: z.object({
      a: z.string().min(1).describe('Version, or first characters of the digest.'),
      b: z.string().min(1),
      pipeline: z.string().optional().describe('Needed where versions are compared and several pipelines have them.'),
    }),
  },
  responses: { 200: jsonAnswer(comparisonSchema, 'Metrics and differences.'), ...failures },
});

export function addCandidateRoutes(app: OpenAPIHono<ActingEnvironment>, deps: ApiDependencies): void {
  app.openapi(listCandidates, async (c) => {
    const { pipeline } = c.req.valid('param');
    await requirePipeline(deps, pipeline);
    return c.json({ candidates: (await deps.candidates.list(pipeline)).map(candidateView) }, 200);
  });
  app.openapi(compare, async (c) => {
    const { a, b, pipeline } = c.req.valid('query');
    if (pipeline !== undefined) await requirePipeline(deps, pipeline);
    const comparison: Comparison = compareCandidates(
      await requireCandidate(deps, a, pipeline),
      await requireCandidate(deps, b, pipeline),
    );
    return c.json(comparison, 200);
  });
}

/** @throws NotFound with the versions there are */
export async function requireCandidate(deps: ApiDependencies, ref: string, pipeline?: string): Promise<Candidate> {
  const found = await deps.candidates.find({ ref, ...(pipeline !== undefined && { pipeline }) });
  if (found !== undefined) return found;
  const known =
    pipeline === undefined
      ? []
      : (await deps.candidates.list(pipeline)).map(({ version, digest }) =>
          /^v?\d{1,9}$/.test(ref) ? String(version) : digest.slice(0, 12),
        );
  throw notFound('candidate', ref, known, 'list them with GET /v1/pipelines/{pipeline}/candidates');
}

function candidateView({ recipe, ...candidate }: Candidate): CandidateView {
  return { ...candidate, weights: recipe.weights };
}
