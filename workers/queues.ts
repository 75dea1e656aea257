import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createAblationActivities } from '../activities/ablation.ts';
import { createChampionActivities } from '../activities/champion.ts';
import { createColdStartActivities } from '../activities/cold-start.ts';
import { createDataActivities } from '../activities/data.ts';
import { createEmbeddingActivities } from '../activities/embedding.ts';
import { createEvaluationActivities } from '../activities/evaluation.ts';
import { createHierarchyActivities } from '../activities/hierarchy.ts';
import { createRegistryActivities } from '../activities/registry.ts';
import { createRunActivities } from '../activities/runs.ts';
import { createSearchActivities } from '../activities/search.ts';
import { createStepRunner } from '../activities/step.ts';
import { createTrainingActivities } from '../activities/training.ts';
import { createTuningActivities } from '../activities/tuning.ts';
import type { WithScratch } from '../activities/artifact-store.ts';
import { compiledEntry } from '../adapters/child-process/compiled-entry.ts';
import { runJob } from '../adapters/child-process/run-job.ts';
import { createDuckdb } from '../adapters/duckdb/create-duckdb.ts';
import { createLightgbmTrainer } from '../adapters/lightgbm/trainer.ts';
import { createMlflow } from '../adapters/mlflow/client.ts';
import { postEvent } from '../adapters/openlineage/post-event.ts';
import { startSender } from '../adapters/openlineage/sender.ts';
import { createStepEvents } from '../adapters/openlineage/step-events.ts';
import { createDatabase } from '../adapters/postgres/database.ts';
import { createS3ArtifactStore } from '../adapters/s3/artifact-store.ts';
import { createS3Place } from '../adapters/source-places/s3-place.ts';
import { createWebPlace } from '../adapters/source-places/web-place.ts';
import { createTemporalGateway } from '../adapters/temporal/client.ts';
import { createTensorflowTuner } from '../adapters/tensorflow/tuning/tuner.ts';
import { createTensorflowTrainer } from '../adapters/tensorflow/trainer.ts';
import type { Config } from '../config/load.ts';
import { claimProcessFolder } from '../infra/local/process-folder.ts';
import { readCodeVersions } from './code-versions.ts';
import { createEncoders } from './encoders.ts';
import type { EdgeStore } from './lineage-interceptor.ts';
import { createMatrices } from './matrices.ts';

export const queueNames = ['pipeline', 'data', 'embedding', 'training'] as const;
export type QueueName = (typeof queueNames)[number];

export interface ComposedQueue {
  readonly activities: object;
  readonly concurrency: number;
  /** Where the interceptor puts what every step made of what. */
  readonly lineage: EdgeStore;
  close(): Promise<void>;
}

/** The activities of one task queue, over the real servers. */
export function composeQueue(queue: QueueName, config: Config): ComposedQueue {
  const folder = claimProcessFolder(join(config.scratchDir, queue));
  const database = createDatabase(config.postgres.url, { max: 6 });
  const artifacts = createS3ArtifactStore({ ...config.s3, cacheFolder: join(config.scratchDir, 'artifacts') });
  const codeVersion = readCodeVersions();
  const { openlineage } = config;
  const events = openlineage && createStepEvents({ outbox: database.lineageOutbox, namespace: openlineage.namespace, now: () => new Date() });
  const steps = createStepRunner({ cache: database.stepCache, rows: database.steps, artifacts, codeVersion, ...(events && { events }) });
  const withScratch: WithScratch = async (use) => {
    const own = await mkdtemp(join(folder, 'work-'));
    try {
      return await use(own);
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  };
  const tables = (more: Pick<Parameters<typeof createDuckdb>[0], 'sandboxEntry' | 'sources'> = {}) => createDuckdb({ ...more, memoryLimitMiB: config.duckdb.memoryLimitMiB, threads: config.duckdb.threads, tempFolder: join(folder, 'duckdb') });
  const closing = (others: readonly { close(): unknown }[]) => async () => {
    await Promise.allSettled([...others, database, artifacts].map(async (one) => one.close()));
    await rm(folder, { recursive: true, force: true });
  };

  const { lineage } = database;
  switch (queue) {
    case 'pipeline': {
      const gateway = createTemporalGateway(config.temporal);
      const { trackingUri, username, password } = config.mlflow;
      const experiments = createMlflow({ trackingUri, ...(username !== undefined && { username }), ...(password !== undefined && { password }) });
      const duckdb = tables();
      const sender = openlineage && startSender({ outbox: database.lineageOutbox, post: (event, signal) => postEvent(openlineage, event, signal), report: (line) => console.warn(line) });
      return {
        activities: {
          ...createRunActivities(database),
          ...createSearchActivities({ cache: database.stepCache, artifacts, codeVersion }),
          ...createRegistryActivities({ ...database, gateway, experiments, artifacts, steps, codeVersion, now: () => new Date() }),
          ...createChampionActivities({ ...database, registry: experiments, artifacts, readForecasts: (file) => duckdb.forecastRows({ file }) }),
        },
        concurrency: 20,
        lineage, close: closing([gateway, duckdb, { close: () => sender?.stop() }]),
      };
    }
    case 'data': {
      // Queries of pipeline files run in a process that can be ended.
      const { roots, httpHosts, postgresHosts, maxBytes, timeoutSeconds, secret, postgresExtension } = config.sources;
      const s3 = createS3Place({ own: config.s3, hosts: httpHosts, maxBytes, timeoutSeconds, secret });
      const duckdb = tables({
        sandboxEntry: compiledEntry(new URL('../adapters/duckdb/validate/sandbox-child.ts', import.meta.url)),
        sources: {
          roots,
          places: { s3, https: createWebPlace({ hosts: httpHosts, maxBytes, timeoutSeconds }) },
          postgres: { extension: postgresExtension, hosts: postgresHosts, timeoutSeconds, secret },
        },
      });
      const { validationResults } = database;
      const deps = { validationResults, ...(events && { events }), tables: duckdb, artifacts, snapshots: database.snapshots, withScratch, steps };
      return { activities: { ...createDataActivities(deps), ...createEvaluationActivities(deps), ...createHierarchyActivities(deps), ...createAblationActivities(deps), ...createColdStartActivities(deps) }, concurrency: 2, lineage, close: closing([duckdb, s3]) };
    }
    case 'embedding': {
      const duckdb = tables();
      const encoders = createEncoders(config);
      return { activities: createEmbeddingActivities({ encoders, tables: duckdb, artifacts, sets: database.embeddingSets, withScratch, steps, rows: database.steps }), concurrency: 1, lineage, close: closing([duckdb, encoders]) };
    }
    case 'training': {
      const duckdb = tables();
      const trainers = { lightgbm: createLightgbmTrainer({ library: config.lightgbm.library, runJob }), lstm: createTensorflowTrainer({ runJob }) };
      const floats = {
        read: async (file: string) => {
          const bytes = await readFile(file);
          return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
        },
        write: (file: string, values: Float32Array) => writeFile(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
      };
      const matrices = createMatrices({ artifacts, tables: duckdb, folder: join(folder, 'matrices') });
      // One thread each, two at a time: on few cores trials beside each other waste less than threads that wait for each other.
      const tuner = createTensorflowTuner({ runJob });
      const deps = { tables: duckdb, floats, artifacts, withScratch, steps };
      return { activities: { ...createTrainingActivities({ ...deps, matrices, trainers, threads: 1 }), ...createTuningActivities({ ...deps, tuner }) }, concurrency: 2, lineage, close: closing([duckdb]) };
    }
  }
}
