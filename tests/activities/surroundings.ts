import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll } from 'vitest';

import type { WithScratch } from '../../activities/artifact-store.ts';
import { createStepRunner } from '../../activities/step.ts';
import { createMemoryArtifactStore } from '../../adapters/memory/artifact-store.ts';
import { createMemoryDatabase } from '../../adapters/memory/database.ts';
import type { StepContext } from '../../contracts/steps.ts';

/** What surrounds one attempt of an activity; failures that a test provokes stay off the screen. */
export function quietEnvironment(number = 1): MockActivityEnvironment {
  return new MockActivityEnvironment({ attempt: number }, { logger: new DefaultLogger('ERROR') });
}

/** Runs as an attempt of an activity would. */
export function attempt<T>(work: () => Promise<T>, number = 1): Promise<T> {
  return quietEnvironment(number).run<[], T, () => Promise<T>>(work);
}

/** A folder for the test file. */
export function useFolder(): () => string {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forecastle-activities-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return () => folder;
}

/** Everything that activities are given, in memory. */
export function surroundings(folder: string) {
  const database = createMemoryDatabase();
  /** What object storage holds, by URI. */
  const objects = new Map<string, Uint8Array>();
  const artifacts = createMemoryArtifactStore({ cacheFolder: join(folder, 'artifacts'), objects });
  const versions = new Map<string, string>();
  const codeVersion = (activity: string): string => versions.get(activity) ?? 'v1';
  const steps = createStepRunner({ cache: database.stepCache, rows: database.steps, artifacts, codeVersion });
  const withScratch: WithScratch = async (use) => {
    await mkdir(folder, { recursive: true });
    const own = await mkdtemp(join(folder, 'work-'));
    try {
      return await use(own);
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  };
  return { database, objects, artifacts, versions, codeVersion, steps, withScratch };
}

export const at = (step: StepContext['step'], runId = 'run-1'): StepContext => ({ runId, pipeline: 'shop', step });
