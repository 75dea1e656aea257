import { z } from 'zod';

import { BadInput } from '../../contracts/failure.ts';
import type { Candidate } from '../../contracts/governance.ts';
import { artifactRef, evidence, metricRow, recipe, time } from './rows.schema.ts';
import type { Sql } from './sql.ts';

export interface Candidates {
  /**
   * Gives it the pipeline's next version. One whose digest is registered already keeps all that made it; evidence, metrics, report and
   * forecasts become those of this call: what the gates see and what a decision is bound to are the same measurement.
   */
  register(candidate: Omit<Candidate, 'version'>): Promise<Candidate>;
  /** Newest version first. */
  list(pipeline: string): Promise<Candidate[]>;
  /** `ref`: a version (`3`, `v3`) or the first characters of a digest. @throws BadInput when several answer to it */
  find(what: { readonly pipeline?: string; readonly ref: string }): Promise<Candidate | undefined>;
}

const columns = 'digest, pipeline, version, run_id, snapshot, recipe, metrics, report, forecasts, evidence, mlflow_run_id, mlflow_version, created_at';

const candidateRow = z
  .object({
    digest: z.string(), pipeline: z.string(), version: z.number(), run_id: z.string(), snapshot: z.string(), recipe,
    metrics: z.array(metricRow), report: artifactRef, forecasts: artifactRef, evidence,
    mlflow_run_id: z.string(), mlflow_version: z.string(), created_at: time,
  })
  .transform(({ run_id, mlflow_run_id, mlflow_version, created_at, ...same }): Candidate => ({
    ...same, runId: run_id, mlflowRunId: mlflow_run_id, mlflowVersion: mlflow_version, createdAt: created_at,
  }));

export function createCandidates(sql: Sql): Candidates {
  return {
    register: (candidate) =>
      sql.transaction(async (tx) => {
        // Versions have no gaps and no rivals: one registration per pipeline at a time.
        await tx.run(`select pg_advisory_xact_lock(hashtextextended('candidates/' || $1, 0))`, [candidate.pipeline]);
        await tx.run(
          `insert into candidates (${columns})
           select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5::json, $6::json, $7::json, $8::json, $9::json, $10, $11, $12::timestamptz
           from candidates where pipeline = $2
           on conflict (pipeline, digest) do update
           set metrics = excluded.metrics, report = excluded.report, forecasts = excluded.forecasts, evidence = excluded.evidence`,
          [
            candidate.digest, candidate.pipeline, candidate.runId, candidate.snapshot, JSON.stringify(candidate.recipe),
            JSON.stringify(candidate.metrics), JSON.stringify(candidate.report), JSON.stringify(candidate.forecasts),
            JSON.stringify(candidate.evidence), candidate.mlflowRunId, candidate.mlflowVersion, candidate.createdAt,
          ],
        );
        const [stored] = await tx.many(candidateRow, `select ${columns} from candidates where pipeline = $1 and digest = $2`, [
          candidate.pipeline, candidate.digest,
        ]);
        if (stored === undefined) throw new Error(`candidate ${candidate.digest} is gone within its own transaction`);
        return stored;
      }),
    list: (pipeline) => sql.many(candidateRow, `select ${columns} from candidates where pipeline = $1 order by version desc`, [pipeline]),
    async find({ pipeline, ref }) {
      const version = /^v?(\d{1,9})$/.exec(ref)?.[1];
      if (version !== undefined) {
        const found = await sql.many(
          candidateRow,
          `select ${columns} from candidates where version = $1 and ($2::text is null or pipeline = $2) order by pipeline limit 3`,
          [Number(version), pipeline ?? null],
        );
        if (found.length > 1) throw new BadInput(`several pipelines have a version ${version} (${found.map((c) => c.pipeline).join(', ')} …): name the pipeline`);
        if (found[0] !== undefined) return found[0];
      }
      const found = await sql.many(
        candidateRow,
        `select ${columns} from candidates where starts_with(digest, $1) and ($2::text is null or pipeline = $2) order by digest, pipeline limit 2`,
        [ref, pipeline ?? null],
      );
      if (found.length > 1) throw new BadInput(`several candidates begin with "${ref}": give more characters of the digest, or the pipeline`);
      return found[0];
    },
  };
}
