import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

import { createEmbeddingActivities } from '../../../activities/embedding.ts';
import { createStepRunner } from '../../../activities/step.ts';
import { createDuckdb } from '../../../adapters/duckdb/create-duckdb.ts';
import { createMemoryArtifactStore } from '../../../adapters/memory/artifact-store.ts';
import type { EmbedResult } from '../../../contracts/embedding.ts';
import type { ArtifactRef } from '../../../contracts/artifacts.ts';
import { fakeEncoder } from '../embedding-surroundings.ts';
import { StoredObjects, storedSets } from './stored-files.ts';

// One attempt to embed a table of texts, in a process that can be killed. What it stores outlives it, in the folder `store`.

/** What the parent asks for, as JSON in the only argument. */
export interface ChildRequest {
  readonly store: string;
  readonly scratch: string;
  readonly texts: ArtifactRef;
  /** The process kills itself at the n-th of these, counted from 1: as a batch begins, when an object was stored, when a part was listed. */
  readonly killAt?: { readonly event: KillEvent; readonly count: number };
}
export type KillEvent = 'batch' | 'stored' | 'listed';

async function embed({ store, scratch, texts, killAt }: ChildRequest): Promise<EmbedResult> {
  const counts: Record<KillEvent, number> = { batch: 0, stored: 0, listed: 0 };
  const happens = (event: KillEvent): void => {
    counts[event] += 1;
    if (event === killAt?.event && counts[event] === killAt.count) process.kill(process.pid, 'SIGKILL');
  };
  const artifacts = createMemoryArtifactStore({ cacheFolder: join(scratch, 'artifacts'), objects: new StoredObjects(join(store, 'objects'), () => { happens('stored'); }) });
  const duckdb = createDuckdb({ memoryLimitMiB: 256, threads: 1, tempFolder: join(scratch, 'duckdb') });
  const nothing = async (): Promise<void> => undefined;
  const encoder = fakeEncoder<string>('hashes', (text) => {
    appendFileSync(join(store, 'embedded.txt'), `${text}\n`);
    return text;
  }, { batch: 50, before: async () => { happens('batch'); } });
  const activities = createEmbeddingActivities({
    encoders: { text: async () => encoder, media: async () => Promise.reject(new Error('only texts here')) },
    tables: duckdb, artifacts, sets: storedSets(join(store, 'sets'), () => { happens('listed'); }), rows: { mark: nothing },
    steps: createStepRunner({ cache: { get: nothing, put: async (_, { outputs }) => outputs }, rows: { begin: nothing, complete: nothing, fail: nothing }, artifacts, codeVersion: () => 'v1' }),
    async withScratch(use) {
      const own = await mkdtemp(join(scratch, 'work-'));
      return use(own).finally(() => rm(own, { recursive: true, force: true }));
    },
  });
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const context = { runId: 'run-1', pipeline: 'shop', step: 'embed:text' } as const;
  const result = await environment.run<[], EmbedResult, () => Promise<EmbedResult>>(() => activities.embedTexts({ context, texts, settings: { model: 'hashes', dtype: 'fp32' } }));
  await duckdb.close();
  return result;
}

// Written at once, so that nothing of it is lost at the end.
process.stdout.write(JSON.stringify(await embed(JSON.parse(process.argv[2] ?? '{}') as ChildRequest)));
