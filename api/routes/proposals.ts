import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';

import type { Proposal } from '../../contracts/governance.ts';
import {
  decisionOutcomeSchema,
  decisionRequestSchema,
  proposalListSchema,
  proposalSchema,
  proposalStatusSchema,
} from '../../contracts/http.schema.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { changeFailures, changesNeedKey, failures, jsonAnswer, jsonBody } from '../describe-route.ts';
import type { ActingEnvironment } from '../guards.ts';
import { notFound, requirePipeline } from '../nearest.ts';

const byId = z.object({ id: z.string().describe('Id, or its first characters.') });
const tags = ['proposals'];

const listProposals = createRoute({
  method: 'get',
  path: '/v1/proposals',
  tags,
  summary: 'Proposals, newest first.',
  request: { query: z.object({ pipeline: z.string().optional(), status: proposalStatusSchema.optional() }) },
  responses: { 200: jsonAnswer(proposalListSchema, 'Proposals.'), ...failures },
});
const showProposal = createRoute({
  method: 'get',
  path: '/v1/proposals/{id}',
  tags,
  summary: 'One proposal with its gates, evidence and decisions.',
  request: { params: byId },
  responses: { 200: jsonAnswer(proposalSchema, 'The proposal.'), ...failures },
});
const decide = createRoute({
  method: 'post',
  path: '/v1/proposals/{id}/decision',
  tags,
  summary: 'Approve or reject, on the evidence that was seen.',
  ...changesNeedKey,
  request: { params: byId, body: jsonBody(decisionRequestSchema) },
  responses: { 200: jsonAnswer(decisionOutcomeSchema, 'What the decision led to.'), ...changeFailures },
});

export function addProposalRoutes(app: OpenAPIHono<ActingEnvironment>, deps: ApiDependencies): void {
  app.openapi(listProposals, async (c) => {
    const { pipeline, status } = c.req.valid('query');
    if (pipeline !== undefined) await requirePipeline(deps, pipeline);
    const proposals = await deps.proposals.list({
      ...(pipeline !== undefined && { pipeline }),
      ...(status !== undefined && { status }),
    });
    return c.json({ proposals }, 200);
  });
  app.openapi(showProposal, async (c) => c.json(await requireProposal(deps, c.req.valid('param').id), 200));
  app.openapi(decide, async (c) => {
    const { id, pipeline } = await requireProposal(deps, c.req.valid('param').id);
    const { verdict, reason, evidence } = c.req.valid('json');
    return c.json(
      await deps.temporal.decide(pipeline, { proposalId: id, verdict, reason, evidence, actor: c.get('actor') }),
      200,
    );
  });
}

async function requireProposal(deps: ApiDependencies, id: string): Promise<Proposal> {
  const proposal = await deps.proposals.get(id);
  if (proposal !== undefined) return proposal;
  throw notFound(
    'proposal',
    id,
    (await deps.proposals.list({})).map((known) => known.id),
    'there are no proposals yet',
  );
}
