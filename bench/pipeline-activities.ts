import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';

import { createDataActivities } from '../activities/data.ts';
import { createEvaluationActivities } from '../activities/evaluation.ts';
import { createHierarchyActivities } from '../activities/hierarchy.ts';
import { createStepRunner } from '../activities/step.ts';
import { createTrainingActivities } from '../activities/training.ts';
import { runJob } from '../adapters/child-process/run-job.ts';
import { createDuckdb } from '../adapters/duckdb/create-duckdb.ts';
import { createLightgbmTrainer } from '../adapters/lightgbm/trainer.ts';
import { createMemoryArtifactStore } from '../adapters/memory/artifact-store.ts';
import { createMemoryDatabase } from '../adapters/memory/database.ts';
import { createTensorflowTrainer } from '../adapters/tensorflow/trainer.ts';
import { createMatrices } from '../workers/matrices.ts';
import { scratchIn } from './scratch.ts';

export interface ComposeOptions {
  /** Every file that the activities write lies in it. */
  readonly folder: string;
  readonly lightgbmLibrary: string;
  /** Threads of DuckDB; a fit has one, as on the training queue. */
  readonly threads: number;
}

/**
 * The activities that workers run, as `workers/queues.ts` puts them together, over their memory twins instead of servers. No result is
 * served from an earlier run: the step cache begins empty.
 */
export function composePipelineActivities({ folder, lightgbmLibrary, threads }: ComposeOptions) {
  const database = createMemoryDatabase();
  const artifacts = createMemoryArtifactStore({ cacheFolder: join(folder, 'artifacts') });
  const tables = createDuckdb({ memoryLimitMiB: 1024, threads, tempFolder: join(folder, 'duckdb') });
  const steps = createStepRunner({ cache: database.stepCache, rows: database.steps, artifacts, codeVersion: () => 'this benchmark' });
  const withScratch = scratchIn(folder);
  const shared = { tables, artifacts, withScratch, steps };
  return {
    ...createDataActivities({ ...shared, snapshots: database.snapshots, validationResults: database.validationResults }),
    ...createEvaluationActivities(shared),
    ...createHierarchyActivities(shared),
    ...createTrainingActivities({
      ...shared,
      matrices: createMatrices({ artifacts, tables, folder: join(folder, 'matrices') }),
      trainers: { lightgbm: createLightgbmTrainer({ library: lightgbmLibrary, runJob }), lstm: createTensorflowTrainer({ runJob }) },
      floats: { read: readFloats, write: (file, values) => writeFile(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)) },
      threads: 1,
    }),
    tables,
    artifacts,
  };
}

export type PipelineActivities = ReturnType<typeof composePipelineActivities>;

/** Calls an activity as a worker would: inside an activity's context, which gives it a signal and takes its heartbeats. */
export function callActivity<Input, Output>(activity: (input: Input) => Promise<Output>, input: Input): Promise<Output> {
  return new MockActivityEnvironment({ attempt: 1 }).run<[Input], Output, (input: Input) => Promise<Output>>(activity, input);
}

async function readFloats(file: string): Promise<Float32Array> {
  const bytes = await readFile(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
