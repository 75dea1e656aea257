import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';

import { BadInput, Conflict } from '../../contracts/failure.ts';
import {
  cancelledRunSchema,
  runDetailSchema,
  runListSchema,
  runStatusSchema,
  startRunRequestSchema,
  startedRunSchema,
} from '../../contracts/http.schema.ts';
import type { RunDetail, StepView } from '../../contracts/http.schema.ts';
import type { RetrainInput } from '../../contracts/runs.ts';
import { stepNames } from '../../contracts/steps.ts';
import type { StepState } from '../../contracts/steps.ts';
import { resolveSpace } from '../../domain/search-spaces.ts';
import type { ApiDependencies, RunRow } from '../dependencies.ts';
import { changeFailures, changesNeedKey, failures, jsonAnswer, jsonBody } from '../describe-route.ts';
import type { ActingEnvironment } from '../guards.ts';
import { notFound, requirePipeline } from '../nearest.ts';
import { createSettleRuns } from '../settle-runs.ts';

const byId = z.object({ id: z.string() });
const tags = ['runs'];

const startRun = createRoute({
  method: 'post',
  path: '/v1/runs',
  tags,
  summary: 'Start a run of a pipeline.',
  ...changesNeedKey,
  request: { body: jsonBody(startRunRequestSchema) },
  responses: { 202: jsonAnswer(startedRunSchema, 'Asked for; the run goes on by itself.'), ...changeFailures },
});
const listRuns = createRoute({
  method: 'get',
  path: '/v1/runs',
  tags,
  summary: 'Runs, newest first.',
  request: {
    query: z.object({
      pipeline: z.string().optional(),
      status: runStatusSchema.optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(20),
    }),
  },
  responses: { 200: jsonAnswer(runListSchema, 'Runs.'), ...failures },
});
const showRun = createRoute({
  method: 'get',
  path: '/v1/runs/{id}',
  tags,
  summary: 'One run with its steps and its result.',
  request: { params: byId },
  responses: { 200: jsonAnswer(runDetailSchema, 'The run.'), ...failures },
});
const cancelRun = createRoute({
  method: 'post',
  path: '/v1/runs/{id}/cancel',
  tags,
  summary: 'Ask a run to stop.',
  ...changesNeedKey,
  request: { params: byId },
  responses: { 200: jsonAnswer(cancelledRunSchema, 'Asked to stop.'), ...changeFailures },
});
const retryRun = createRoute({
  method: 'post',
  path: '/v1/runs/{id}/retry',
  tags,
  ...changesNeedKey,
  summary: 'Start a new run of the same input; finished steps come from the cache, so it resumes at the failed one.',
  request: { params: byId },
  responses: { 202: jsonAnswer(startedRunSchema, 'The new run.'), ...changeFailures },
});

export function addRunRoutes(app: OpenAPIHono<ActingEnvironment>, deps: ApiDependencies): void {
  const settle = createSettleRuns(deps);
  const requireRun = async (runId: string): Promise<RunWithSteps> => {
    const run = await findRun(deps, runId);
    return (await settle([run])) === 0 ? run : findRun(deps, runId);
  };
  app.openapi(startRun, async (c) => {
    const { pipeline, baseFolder, cutoff, seed } = c.req.valid('json');
    const chosen = seed === undefined ? pipeline : { ...pipeline, search: { ...pipeline.search, seed } };
    refuseWrongParameters(chosen);
    return c.json(
      await begin(deps, {
        pipeline: chosen,
        baseFolder,
        actor: c.get('actor'),
        ...(cutoff !== undefined && { cutoff }),
      }),
      202,
    );
  });
  app.openapi(listRuns, async (c) => {
    const { pipeline, status, limit } = c.req.valid('query');
    if (pipeline !== undefined) await requirePipeline(deps, pipeline);
    const filter = { limit, ...(pipeline !== undefined && { pipeline }), ...(status !== undefined && { status }) };
    const runs = await deps.runs.list(filter);
    const settled = (await settle(runs)) === 0 ? runs : await deps.runs.list(filter);
    return c.json({ runs: settled.map(runView) }, 200);
  });
  app.openapi(showRun, async (c) => c.json(detailView(await requireRun(c.req.valid('param').id)), 200));
  app.openapi(cancelRun, async (c) => {
    const { runId, pipeline, status } = await requireRun(c.req.valid('param').id);
    if (status !== 'running') throw new Conflict(`run ${runId} is ${status} already: there is nothing to stop`);
    await deps.temporal.cancelRun(pipeline, runId);
    return c.json({ runId, cancelling: true }, 200);
  });
  app.openapi(retryRun, async (c) => {
    const { runId, status } = await requireRun(c.req.valid('param').id);
    if (status === 'running') throw new Conflict(`run ${runId} is still running: cancel it first, or wait`);
    const input = await deps.runs.input(runId);
    if (input === undefined)
      throw new Conflict(`what run ${runId} was asked to do isn't kept: start it from its pipeline file`);
    const { pipeline, baseFolder, cutoff } = input;
    return c.json(
      await begin(deps, { pipeline, baseFolder, actor: c.get('actor'), ...(cutoff !== undefined && { cutoff }) }),
      202,
    );
  });
}

/** The row comes first: a run can be looked at from the moment its id is known, even while no worker takes it. */
async function begin(
  deps: ApiDependencies,
  asked: Omit<RetrainInput, 'runId' | 'requestedAt'>,
): Promise<{ runId: string; workflowId: string }> {
  const now = deps.now();
  const input: RetrainInput = { ...asked, runId: deps.newRunId(now), requestedAt: now.toISOString() };
  await deps.runs.start(input);
  try {
    const { workflowId } = await deps.temporal.startRetrain(input);
    return { runId: input.runId, workflowId };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof Error && 'code' in error ? { code: String(error.code) } : {};
    await deps.runs.finish({ runId: input.runId, status: 'failed', error: message, ...code });
    throw error;
  }
}

function refuseWrongParameters({ search }: RetrainInput['pipeline']): void {
  for (const family of ['lightgbm', 'lstm'] as const) {
    const [problem] = resolveSpace(family, search.space[family]).problems;
    if (problem !== undefined) throw new BadInput(`pipeline: ${problem}`);
  }
}

type RunWithSteps = RunRow & { readonly steps: readonly StepState[] };

async function findRun(deps: ApiDependencies, runId: string): Promise<RunWithSteps> {
  const run = await deps.runs.get(runId);
  if (run !== undefined) return run;
  throw notFound(
    'run',
    runId,
    (await deps.runs.list({ limit: 1000 })).map((known) => known.runId),
    'there are no runs yet',
  );
}

function runView({
  runId,
  pipeline,
  status,
  actor,
  requestedAt,
  finishedAt,
  cutoff,
  code,
  error,
}: RunRow): RunDetail['run'] {
  return { runId, pipeline, status, actor, requestedAt, finishedAt, cutoff, code, error };
}

function detailView({ steps, ...run }: RunWithSteps): RunDetail {
  const known = new Map(steps.map((step) => [step.step, step]));
  const view = (name: StepState['step']): StepView => {
    const step = known.get(name) ?? { step: name, status: 'waiting' };
    // A step whose worker was stopped with the run had nobody left to say so.
    return step.status === 'running' && run.status !== 'running' ? { ...step, status: 'cancelled' } : step;
  };
  return { run: runView(run), steps: stepNames.map(view), result: run.result };
}
