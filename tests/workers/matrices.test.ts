import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { publishParts } from '../../activities/publish-table.ts';
import { createMemoryArtifactStore } from '../../adapters/memory/artifact-store.ts';
import { mediaTypes } from '../../contracts/artifacts.ts';
import type { FeatureSet, FeatureSpec } from '../../contracts/features.ts';
import { createMatrices } from '../../workers/matrices.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forecastle-matrices-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('of many feature sets the newest stay on disk, and one that went is laid out again', async () => {
  const artifacts = createMemoryArtifactStore({ cacheFolder: join(folder, 'artifacts') });
  const laidOut: string[] = [];
  const tables = {
    async extractMatrix({ spec, folder: own }: { spec: FeatureSpec; folder: string }) {
      laidOut.push(own);
      await mkdir(own, { recursive: true });
      for (const name of ['series.u32', 'origin.i32', 'values.f32']) await writeFile(join(own, name), '');
      return { folder: own, rows: 0, columns: [], seriesIds: [], spec };
    },
  };
  const matrices = createMatrices({ artifacts, tables, folder: join(folder, 'matrices') });
  const sets: FeatureSet[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
    const file = await artifacts.publishBytes('features', Buffer.from(name), { extension: 'parquet', mediaType: mediaTypes.parquet });
    const table = await publishParts(artifacts, 'features', [{ from: '2024-01-01', rows: 0, file }]);
    const spec = await artifacts.publishJson('features', {});
    sets.push({ ...({} as FeatureSet), table, spec });
  }
  const { signal } = new AbortController();
  for (const set of sets) await matrices.open(set, signal);
  const expected = sets.slice(-4).map(({ table }) => table.sha256).sort();
  await expect.poll(async () => (await readdir(join(folder, 'matrices'))).map((name) => name.split('-')[0]).sort()).toEqual(expected);
  const [first] = sets;
  if (first === undefined) throw new Error('there are six');
  const { matrix } = await matrices.open(first, signal);
  expect((await readdir(matrix.folder)).length).toBe(3);
  expect(laidOut.length).toBe(7);
  // Fewer columns of the same table are a matrix of their own.
  const fewer = await matrices.open({ ...first, spec: await artifacts.publishJson('features', { fewer: true }) }, signal);
  expect(fewer.matrix.folder).not.toBe(matrix.folder);
});
