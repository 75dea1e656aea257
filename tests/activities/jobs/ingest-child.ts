import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

import { createIngest } from '../../../activities/ingest.ts';
import { createStepRunner } from '../../../activities/step.ts';
import { createDuckdb } from '../../../adapters/duckdb/create-duckdb.ts';
import { createMemoryArtifactStore } from '../../../adapters/memory/artifact-store.ts';
import type { Snapshot } from '../../../contracts/data.ts';
import { sourcesSchema } from '../../../contracts/sources.schema.ts';

// One attempt to ingest `sales*.csv` of a folder, in a process that can be killed. What it stores outlives it, in the folder `store`.

/** What the parent asks for, as JSON in the only argument. */
export interface ChildRequest {
  readonly sources: string;
  /** Where the store lies. */
  readonly store: string;
  /** Where half-made things lie. */
  readonly scratch: string;
  /** The process kills itself while it stores this object, counted from 1. */
  readonly killAt?: number;
}

export interface ChildAnswer {
  readonly read: readonly string[];
  readonly digest?: string;
  readonly rows?: number;
  readonly code?: string;
  readonly message?: string;
}

/** Files whose names are hashes or addresses, each there whole or not at all. */
function keep(folder: string, name: string, content: Uint8Array | string): void {
  const file = join(folder, encodeURIComponent(name));
  writeFileSync(`${file}.part`, content);
  renameSync(`${file}.part`, file);
}

class StoredObjects extends Map<string, Uint8Array> {
  private stored = 0;
  private readonly folder: string;
  private readonly killAt: number | undefined;
  constructor(folder: string, killAt: number | undefined) {
    super();
    this.folder = folder;
    this.killAt = killAt;
  }
  override get(key: string): Uint8Array | undefined {
    const file = join(this.folder, encodeURIComponent(key));
    return existsSync(file) ? readFileSync(file) : undefined;
  }
  override has(key: string): boolean {
    return this.get(key) !== undefined;
  }
  override set(key: string, value: Uint8Array): this {
    this.stored += 1;
    if (this.stored === this.killAt) {
      writeFileSync(join(this.folder, `${encodeURIComponent(key)}.part`), value.subarray(0, value.length / 2));
      process.kill(process.pid, 'SIGKILL');
    }
    keep(this.folder, key, value);
    return this;
  }
}

async function main({ sources: folder, store, scratch, killAt }: ChildRequest): Promise<ChildAnswer> {
  const at = (name: string): string => {
    mkdirSync(join(store, name), { recursive: true });
    return join(store, name);
  };
  const artifacts = createMemoryArtifactStore({ cacheFolder: join(scratch, 'copies'), objects: new StoredObjects(at('objects'), killAt) });
  const cached = (key: string): unknown => {
    const file = join(at('steps'), key);
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  };
  const steps = createStepRunner({
    artifacts, codeVersion: () => 'v1',
    rows: { begin: async () => undefined, complete: async () => undefined, fail: async () => undefined },
    cache: { get: async (key) => cached(key), put: async (key, { outputs }) => (keep(at('steps'), key, JSON.stringify(outputs)), cached(key)) },
  });
  const duckdb = createDuckdb({ memoryLimitMiB: 256, threads: 2, tempFolder: join(scratch, 'spill') });
  const read: string[] = [];
  const ingest = createIngest({
    tables: { ...duckdb, readSource: (request) => (read.push(request.file.uri), duckdb.readSource(request)) }, artifacts, steps,
    snapshots: { put: async (_, { digest }) => keep(at('snapshots'), digest, '') },
    async withScratch(use) {
      const own = await mkdtemp(join(scratch, 'work-'));
      return use(own).finally(() => rm(own, { recursive: true, force: true }));
    },
  });
  const sources = sourcesSchema.parse({ sales: { uri: 'sales*.csv', columns: { series: 'sku', time: 'day', target: 'units' } } });
  try {
    const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    const { digest, rows } = await environment.run<[], Snapshot, () => Promise<Snapshot>>(() => ingest({ context: { runId: 'run-1', pipeline: 'shop', step: 'ingest' }, sources, baseFolder: folder, frequency: 'day', horizon: 7, folds: 1, now: '2030-01-01' }));
    return { read, digest, rows };
  } catch (error) {
    return { read, message: error instanceof Error ? error.message : String(error), ...(error instanceof Error && 'code' in error && { code: String(error.code) }) };
  } finally {
    await duckdb.close();
  }
}

// Written at once, so that nothing of it is lost at the end.
process.stdout.write(`${JSON.stringify(await main(JSON.parse(process.argv[2] ?? '{}') as ChildRequest))}\n`);
