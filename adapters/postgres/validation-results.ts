import { z } from 'zod';

import type { RuleOutcome, RunValidation } from '../../contracts/data.ts';
import { count } from './rows.schema.ts';
import type { Sql } from './sql.ts';

export interface ValidationResults {
  /** Repeating it for a run changes nothing. */
  put(results: RunValidation): Promise<void>;
  /** In the order of the pipeline file; undefined when the run has none (yet). */
  ofRun(runId: string): Promise<RunValidation | undefined>;
}

const kinds = ['not-null', 'type', 'range', 'matches', 'accepted-values', 'unique', 'foreign-key', 'monotonic-time', 'row-count', 'row-count-band', 'series-count', 'freshness', 'sql'] as const satisfies readonly RuleOutcome['kind'][];

const resultRow = z.object({
  pipeline: z.string(),
  snapshot: z.string(),
  rule: z.string(),
  kind: z.enum(kinds),
  column_name: z.string().nullable(),
  severity: z.enum(['warn', 'block']),
  holds: z.boolean(),
  found: z.string(),
  broken: count,
  rows: count,
  examples: z.array(z.object({ file: count, row: count })),
});

export function createValidationResults(sql: Sql): ValidationResults {
  return {
    async put({ runId, pipeline, snapshot, outcomes }) {
      await sql.transaction(async (inOne) => {
        for (const [position, { rule, kind, column, severity, holds, found, broken, rows, examples }] of outcomes.entries()) {
          await inOne.run(
            `insert into validation_results (run_id, position, pipeline, snapshot, rule, kind, column_name, severity, holds, found, broken, rows, examples)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (run_id, position) do nothing`,
            [runId, position, pipeline, snapshot, rule, kind, column ?? null, severity, holds, found, broken, rows, JSON.stringify(examples)],
          );
        }
      });
    },
    async ofRun(runId) {
      const found = await sql.many(
        resultRow,
        `select pipeline, snapshot, rule, kind, column_name, severity, holds, found, broken, rows, examples from validation_results where run_id = $1 order by position`,
        [runId],
      );
      const [first] = found;
      if (first === undefined) return undefined;
      const outcomes = found.map(({ pipeline: _, snapshot: __, column_name: column, ...outcome }): RuleOutcome => ({ ...outcome, ...(column !== null && { column }) }));
      return { runId, pipeline: first.pipeline, snapshot: first.snapshot, outcomes };
    },
  };
}
