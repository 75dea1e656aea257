import { z } from 'zod';

import { NotFound } from '../../contracts/failure.ts';
import { pipelineSchema } from '../../contracts/pipeline.schema.ts';
import type { RetrainInput, RunActivities } from '../../contracts/runs.ts';
import type { RunStatus } from '../../contracts/steps.ts';
import type { RunDetail, RunRecord } from '../records.ts';
import { retrainResult, time } from './rows.schema.ts';
import type { Sql } from './sql.ts';
import type { Steps } from './steps.ts';

export type RunEnd = Parameters<RunActivities['finishRun']>[0];

export interface Runs {
  /** Repeating it changes nothing; a run that had failed or was cancelled is running again. */
  start(input: RetrainInput): Promise<void>;
  /** @throws NotFound when the run was never started */
  finish(end: RunEnd): Promise<void>;
  /** For a run that is resumed at its failed step. @throws NotFound */
  reopen(runId: string): Promise<void>;
  get(runId: string): Promise<RunDetail | undefined>;
  /** What the run was asked to do. */
  input(runId: string): Promise<RetrainInput | undefined>;
  /** Newest first. */
  list(filter: { readonly pipeline?: string; readonly status?: RunStatus; readonly limit: number }): Promise<RunRecord[]>;
}

const columns = 'run_id, pipeline, status, actor, cutoff, requested_at, finished_at, result, error, code';

const runRow = z
  .object({
    run_id: z.string(), pipeline: z.string(), status: z.enum(['running', 'done', 'failed', 'cancelled']), actor: z.string(),
    cutoff: z.string().nullable(), requested_at: time, finished_at: time.nullable(), result: retrainResult.nullable(),
    error: z.string().nullable(), code: z.string().nullable(),
  })
  .transform((row): RunRecord => ({
    runId: row.run_id, pipeline: row.pipeline, status: row.status, actor: row.actor, requestedAt: row.requested_at,
    ...(row.cutoff !== null && { cutoff: row.cutoff }),
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    ...(row.result !== null && { result: row.result }),
    ...(row.error !== null && { error: row.error }),
    ...(row.code !== null && { code: row.code }),
  }));

const inputRow = z
  .object({
    input: z.object({
      runId: z.string(), pipeline: pipelineSchema, baseFolder: z.string(), actor: z.string(),
      cutoff: z.string().exactOptional(), requestedAt: z.string(),
    }),
  })
  .transform((row): RetrainInput => row.input);

export function createRuns(sql: Sql, steps: Pick<Steps, 'list'>): Runs {
  return {
    async start(input) {
      await sql.run(
        `insert into runs (run_id, pipeline, status, actor, cutoff, requested_at, input) values ($1, $2, 'running', $3, $4, $5, $6)
         on conflict (run_id) do update set status = 'running', finished_at = null, result = null, error = null, code = null
           where runs.status in ('failed', 'cancelled')`,
        [input.runId, input.pipeline.name, input.actor, input.cutoff ?? null, input.requestedAt, JSON.stringify(input)],
      );
    },
    async finish({ runId, status, result, error, code }) {
      const touched = await sql.run(
        `update runs set status = $2, result = $3, error = $4, code = $5, finished_at = coalesce(finished_at, clock_timestamp())
         where run_id = $1`,
        [runId, status, result === undefined ? null : JSON.stringify(result), error ?? null, code ?? null],
      );
      if (touched === 0) throw unknownRun(runId);
    },
    async reopen(runId) {
      const touched = await sql.run(
        `update runs set status = 'running', finished_at = null, result = null, error = null, code = null where run_id = $1`,
        [runId],
      );
      if (touched === 0) throw unknownRun(runId);
    },
    async get(runId) {
      const run = await sql.maybe(runRow, `select ${columns} from runs where run_id = $1`, [runId]);
      return run && { ...run, steps: await steps.list(runId) };
    },
    input: (runId) => sql.maybe(inputRow, 'select input from runs where run_id = $1', [runId]),
    list: ({ pipeline, status, limit }) =>
      sql.many(
        runRow,
        `select ${columns} from runs
         where ($1::text is null or pipeline = $1) and ($2::text is null or status = $2)
         order by requested_at desc, run_id desc limit $3`,
        [pipeline ?? null, status ?? null, limit],
      ),
  };
}

function unknownRun(runId: string): NotFound {
  return new NotFound(`no run ${runId}: \`npx forecastle runs list\` shows the runs there are`);
}
