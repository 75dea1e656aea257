import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { parquetFile } from '../../activities/artifact-store.ts';
import { createBuildFeatures } from '../../activities/features.ts';
import { publishTable } from '../../activities/publish-table.ts';
import { createDuckdb, type Duckdb } from '../../adapters/duckdb/create-duckdb.ts';
import type { FeaturesInput } from '../../contracts/data.ts';
import type { FeatureSet, FeatureSpec } from '../../contracts/features.ts';
import { readParts, type TablePart } from '../../contracts/table-parts.ts';
import { momentIn, writeProducts, writeReviews } from '../adapters/duckdb/features/vector-files.ts';
import { writePanelParts } from '../adapters/duckdb/panel-file.ts';
import { useScratch } from '../adapters/duckdb/scratch.ts';
import { type PanelRow, somePanel } from '../domain/features/some-panel.ts';
import { someReviews } from '../domain/features/some-reviews.ts';
import { at, attempt, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
const scratch = useScratch();
let duckdb: Duckdb;
beforeAll(() => {
  duckdb = createDuckdb({ memoryLimitMiB: 256, threads: 2, tempFolder: join(folder(), 'spill') });
});
afterAll(() => duckdb.close());

let given: ReturnType<typeof surroundings>;
let runs = 0;
beforeEach(() => {
  given = surroundings(join(folder(), String((runs += 1))));
});

interface Built {
  readonly features: FeatureSet;
  readonly parts: readonly TablePart[];
  readonly note: string | undefined;
}

/** Builds features of a panel as a run of its own. @param tables stands in for DuckDB */
async function build(panel: readonly PanelRow[], tables: Pick<Duckdb, 'planOrigins' | 'originParts'> = duckdb, vectors: Pick<FeaturesInput, 'modalities' | 'reviews'> = {}): Promise<Built> {
  const { artifacts } = given;
  const runId = `run-${String((runs += 1))}`;
  const files = await writePanelParts(scratch(), runId, panel);
  const table = await publishTable(artifacts, 'primary', files.map((part) => ({ ...part, rows: 0 })));
  const buildFeatures = createBuildFeatures({ ...given, tables });
  const features = await attempt(() => buildFeatures({ context: at('features', runId), panel: table, ...vectors, frequency: 'week', horizon: 3, folds: 2, minHistory: 8 }));
  return { features, parts: await readParts(artifacts, features.table), note: (await given.database.steps.list(runId))[0]?.note };
}

const long = somePanel({ series: 5, periods: 230 });
const upTo = (weeks: number): PanelRow[] => long.filter(({ t }) => t < weeks);

test('new rows make the newest part again and the one whose targets reach into it, and the table is that of a first run', async () => {
  const first = await build(upTo(214));
  expect(first.note).toMatch(/ columns$/);
  const grown = await build(upTo(216));
  expect(grown.note).toMatch(/, 2 of 5 parts new$/);
  expect(grown.parts.slice(0, -1)).toEqual(first.parts.slice(0, -1));
  given = surroundings(join(folder(), 'cold'));
  const cold = await build(upTo(216));
  expect([cold.features.table.sha256, cold.note]).toEqual([grown.features.table.sha256, expect.not.stringContaining('new')]);
});

test('a corrected row makes the parts again that rest on its part: its own, the one after it and the one whose targets reach into it', async () => {
  const before = await build(upTo(216));
  const after = await build(upTo(216).map((row) => (row.t === 110 ? { ...row, largest: row.largest + 1 } : row)));
  expect(after.note).toMatch(/, 3 of 5 parts new$/);
  const changed = after.parts.map(({ file }, i) => file.sha256 !== before.parts[i]?.file.sha256);
  expect(changed).toEqual([false, false, true, false, false]);
});

test('an attempt that was killed goes on at the part that was not finished', async () => {
  let made = 0;
  const dying: Pick<Duckdb, 'planOrigins' | 'originParts'> = {
    planOrigins: duckdb.planOrigins,
    originParts(request) {
      const parts = duckdb.originParts(request);
      return {
        make(span, signal) {
          if (made === 2) throw new Error('killed');
          made += 1;
          return parts.make(span, signal);
        },
      };
    },
  };
  await expect(build(upTo(216), dying)).rejects.toThrow('killed');
  expect((await build(upTo(216))).note).toMatch(/, 3 of 5 parts new$/);
});

test('vectors and reviews are columns, too: what became known in the newest part makes that part again, and no other', async () => {
  const publish = async (file: string) => given.artifacts.publishFile('embeddings', file, parquetFile);
  const vectors = async (name: string, latest: number) => ({
    modalities: [{
      modality: 'image', dims: 2, reduction: 'random-projection',
      vectors: await publish(await writeProducts(scratch(), `${name}-pictures`, [0, 1, 2].map((s) => ({ series: `s${String(s)}`, knownFrom: momentIn(0), vector: [s, 1 - s, s * s] })))),
    }],
    reviews: { vectors: await publish(await writeReviews(scratch(), `${name}-reviews`, someReviews({ periods: 214 }).filter(({ period }) => period <= latest))), dims: 2, reduction: 'pca' },
  }) as const;
  const first = await build(upTo(214), duckdb, await vectors('first', 210));
  const spec = (await given.artifacts.readJson(first.features.spec)) as FeatureSpec;
  expect([...new Set(spec.shared.map(({ group }) => group))]).toEqual(expect.arrayContaining(['image', 'reviews']));
  expect(spec.statics).toEqual(['age', 'price_log', 'image_1', 'image_2']);
  const reviewed = await build(upTo(214), duckdb, await vectors('second', 213));
  expect(reviewed.note).toMatch(/, 1 of 5 parts new$/);
  expect(reviewed.parts.slice(0, -1)).toEqual(first.parts.slice(0, -1));
  expect((await build(upTo(214))).features.columns).toBe(first.features.columns - spec.shared.filter(({ group }) => group === 'image' || group === 'reviews').length);
});
