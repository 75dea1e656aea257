import { z } from 'zod';

// What we read of MLflow's REST answers (2.0 API of server 3.17); other fields are ignored.

export const experimentAnswer = z.object({
  experiment: z.object({ experiment_id: z.string(), lifecycle_stage: z.string() }),
});
export const createdExperiment = z.object({ experiment_id: z.string() });

const run = z.object({ info: z.object({ run_id: z.string(), start_time: z.number() }) });
export const runAnswer = z.object({ run });
/** An empty list is left out of the answer. */
export const foundRuns = z.object({ runs: z.array(run).default([]) });

const modelVersion = z.object({ version: z.string() });
export const versionAnswer = z.object({ model_version: modelVersion });
export const foundVersions = z.object({ model_versions: z.array(modelVersion).default([]) });

/** Where only success counts. */
export const anyAnswer = z.unknown();

export const errorAnswer = z.object({ error_code: z.string(), message: z.string().default('') });
