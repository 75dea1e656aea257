import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { parquetFile } from '../../activities/artifact-store.ts';
import { compiledEntry } from '../../adapters/child-process/compiled-entry.ts';
import { createMemoryArtifactStore } from '../../adapters/memory/artifact-store.ts';
import type { ArtifactRef } from '../../contracts/artifacts.ts';
import type { EmbedResult } from '../../contracts/embedding.ts';
import { ask } from './embedding-surroundings.ts';
import type { ChildRequest } from './jobs/embedding-child.ts';
import { StoredObjects, storedSets } from './jobs/stored-files.ts';

const entry = compiledEntry(new URL('./jobs/embedding-child.ts', import.meta.url));
const nothing = (): void => undefined;

let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'forecastle-killed-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

/** An empty store with 5,000 texts in it. */
async function storeWithTexts(): Promise<{ readonly store: string; readonly texts: ArtifactRef }> {
  const store = await mkdtemp(join(folder, 'store-'));
  const file = join(store, 'texts.parquet');
  const text = "'review ' || i || repeat(' of a mug that holds what it should', 8 + i % 9)";
  await ask(`COPY (SELECT 'S' || lpad(i::VARCHAR, 5, '0') AS series, ${text} AS text, TIMESTAMP '2024-01-01' AS known_from FROM range(5000) t(i) ORDER BY series) TO '${file}' (FORMAT parquet)`);
  const artifacts = createMemoryArtifactStore({ cacheFolder: join(store, 'copies'), objects: new StoredObjects(join(store, 'objects'), nothing) });
  return { store, texts: await artifacts.publishFile('primary', file, parquetFile) };
}

/** One attempt in a process of its own; undefined when it was killed. */
async function attemptInChild(request: Omit<ChildRequest, 'scratch'>): Promise<EmbedResult | undefined> {
  const scratch = join(request.store, 'scratch');
  await mkdir(scratch, { recursive: true });
  const child = spawn(process.execPath, [entry, JSON.stringify({ ...request, scratch })], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, failed] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { failed += text; });
  const signal = await new Promise((resolve) => { child.once('close', (_, by) => { resolve(by); }); });
  if (signal === 'SIGKILL') return undefined;
  if (out === '') throw new Error(`the child said nothing (${String(signal)}): ${failed}`);
  return JSON.parse(out) as EmbedResult;
}

const embeddedIn = (store: string): string[] => (existsSync(join(store, 'embedded.txt')) ? readFileSync(join(store, 'embedded.txt'), 'utf8').trimEnd().split('\n') : []);

/** Digests of the texts in the parts that are listed. */
async function listedIn(store: string): Promise<ReadonlySet<string>> {
  const artifacts = createMemoryArtifactStore({ cacheFolder: join(store, 'copies'), objects: new StoredObjects(join(store, 'objects'), nothing) });
  const files = await Promise.all((await storedSets(join(store, 'sets'), nothing).list('hashes')).map(({ ref }) => artifacts.fetchFile(ref)));
  const keys = await Promise.all(files.map((file) => ask(`SELECT key FROM read_parquet('${file}')`)));
  return new Set(keys.flat().map(({ key }) => String(key)));
}

test('5,000 texts are the same vectors after ten kills, and no batch that was finished is embedded again', async () => {
  const calm = await storeWithTexts();
  const expected = await attemptInChild(calm);
  expect(embeddedIn(calm.store)).toHaveLength(5_000);
  expect(expected).toMatchObject({ embedded: 5_000, reused: 0 });

  const { store, texts } = await storeWithTexts();
  const kills = [
    { event: 'batch', count: 1 }, { event: 'batch', count: 9 }, { event: 'stored', count: 1 }, { event: 'listed', count: 1 }, { event: 'batch', count: 25 },
    { event: 'listed', count: 2 }, { event: 'stored', count: 1 }, { event: 'batch', count: 17 }, { event: 'listed', count: 1 }, { event: 'batch', count: 3 },
  ] as const;
  for (const killAt of kills) {
    const finished = await listedIn(store);
    const before = embeddedIn(store).length;
    expect(await attemptInChild({ store, texts, killAt })).toBeUndefined();
    const now = embeddedIn(store).slice(before);
    const digests = await ask(`SELECT sha256(text) AS key FROM (SELECT unnest([${[...now, ''].map((text) => `'${text}'`).join(', ')}]) AS text)`);
    expect(digests.filter(({ key }) => finished.has(String(key)))).toEqual([]);
  }
  const finished = await listedIn(store);
  expect(finished.size).toBeGreaterThan(2_000);
  const before = embeddedIn(store).length;
  const result = await attemptInChild({ store, texts });
  expect(embeddedIn(store).length - before).toBe(5_000 - finished.size);
  expect(result).toMatchObject({ embedded: 5_000 - finished.size, reused: finished.size });
  expect(result?.vectors.sha256).toBe(expected?.vectors.sha256);
});
