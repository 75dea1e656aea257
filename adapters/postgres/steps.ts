import { z } from 'zod';

import { stepNames } from '../../contracts/steps.ts';
import type { StepContext, StepName, StepState, StepStatus } from '../../contracts/steps.ts';
import type { RunActivities } from '../../contracts/runs.ts';
import { time } from './rows.schema.ts';
import type { Sql } from './sql.ts';

export type StepMark = Parameters<RunActivities['markStep']>[0];

export interface Steps {
  begin(context: StepContext, begun: { readonly attempt: number }): Promise<void>;
  complete(context: StepContext, completed: { readonly cached: boolean; readonly seconds: number; readonly note?: string }): Promise<void>;
  /** `final: false` leaves the step running, with the error of the attempt that another one follows. A finished step stays finished. */
  fail(context: StepContext, failed: { readonly error: string; readonly final: boolean }): Promise<void>;
  /** For steps that are not one activity. An absent note keeps the former one; absent seconds are counted from `running`. */
  mark(mark: StepMark): Promise<void>;
  /** In the order of the DAG; steps that have not begun are absent. */
  list(runId: string): Promise<StepState[]>;
}

const statuses = ['waiting', 'running', 'done', 'cached', 'skipped', 'failed', 'cancelled'] as const satisfies readonly StepStatus[];
const isStepName = (name: string): name is StepName => (stepNames as readonly string[]).includes(name);

const stepRow = z
  .object({
    step: z.string().refine(isStepName), status: z.enum(statuses), started_at: time.nullable(), seconds: z.number().nullable(),
    attempt: z.number().nullable(), note: z.string().nullable(), error: z.string().nullable(),
  })
  .transform((row): StepState => ({
    step: row.step, status: row.status,
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(row.seconds !== null && { seconds: row.seconds }),
    ...(row.attempt !== null && { attempt: row.attempt }),
    ...(row.note !== null && { note: row.note }),
    ...(row.error !== null && { error: row.error }),
  }));

export function createSteps(sql: Sql): Steps {
  return {
    async begin({ runId, step }, { attempt }) {
      await sql.run(
        `insert into steps (run_id, step, status, started_at, attempt) values ($1, $2, 'running', clock_timestamp(), $3)
         on conflict (run_id, step) do update set status = 'running', attempt = excluded.attempt, seconds = null, error = null,
           started_at = case when steps.status = 'running' then steps.started_at else excluded.started_at end`,
        [runId, step, attempt],
      );
    },
    async complete({ runId, step }, { cached, seconds, note }) {
      await sql.run(
        `insert into steps (run_id, step, status, started_at, seconds, note)
           values ($1, $2, $3, clock_timestamp() - make_interval(secs => $4), $4, $5)
         on conflict (run_id, step) do update set status = excluded.status, seconds = excluded.seconds, error = null,
           started_at = coalesce(steps.started_at, excluded.started_at), note = coalesce(excluded.note, steps.note)`,
        [runId, step, cached ? 'cached' : 'done', seconds, note ?? null],
      );
    },
    async fail({ runId, step }, { error, final }) {
      // A former attempt that was thought lost may report late: what is finished stays finished.
      await sql.run(
        `insert into steps (run_id, step, status, started_at, error) values ($1, $2, $3, clock_timestamp(), $4)
         on conflict (run_id, step) do update set status = excluded.status, error = excluded.error,
           seconds = case when excluded.status = 'failed' then extract(epoch from clock_timestamp() - steps.started_at) end
           where steps.status not in ('done', 'cached')`,
        [runId, step, final ? 'failed' : 'running', error],
      );
    },
    async mark({ runId, step, status, seconds, note, error }) {
      await sql.run(
        `insert into steps (run_id, step, status, started_at, note, error, seconds)
           values ($1, $2, $3::text, case when $3::text = 'running' then clock_timestamp() end, $4, $5, $6)
         on conflict (run_id, step) do update set status = excluded.status, error = excluded.error,
           note = coalesce(excluded.note, steps.note),
           started_at = case when excluded.status = 'running' and steps.status <> 'running' then clock_timestamp() else steps.started_at end,
           seconds = case when excluded.status in ('waiting', 'running') then null
                          else coalesce($6, steps.seconds, extract(epoch from clock_timestamp() - steps.started_at)) end`,
        [runId, step, status, note ?? null, error ?? null, seconds ?? null],
      );
    },
    async list(runId) {
      const states = await sql.many(stepRow, 'select step, status, started_at, seconds, attempt, note, error from steps where run_id = $1', [runId]);
      return states.sort((a, b) => stepNames.indexOf(a.step) - stepNames.indexOf(b.step));
    },
  };
}
