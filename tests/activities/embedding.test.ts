import { createHash } from 'node:crypto';

import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeEach, expect, test } from 'vitest';

import { parquetFile } from '../../activities/artifact-store.ts';
import { createDuckdb } from '../../adapters/duckdb/create-duckdb.ts';
import type { EmbedTextsInput } from '../../contracts/embedding.ts';
import { ask, dims, embeddingActivities, fakeEncoder, publishQuery, textsSql, vectorOf } from './embedding-surroundings.ts';
import { at, attempt, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
let duckdb: ReturnType<typeof createDuckdb> | undefined;
const tables = () => (duckdb ??= createDuckdb({ memoryLimitMiB: 512, threads: 2, tempFolder: `${folder()}/spill` }));
afterAll(() => duckdb?.close());

let given: ReturnType<typeof surroundings>;
let encoder: ReturnType<typeof fakeEncoder<string>>;
beforeEach(() => {
  given = surroundings(folder());
  encoder = fakeEncoder<string>('hashes', (text) => text);
});
const settings = { model: 'hashes', dtype: 'fp32' } as const;

async function embed(texts: Readonly<Record<string, string>>, more: Pick<EmbedTextsInput, 'views'> = {}) {
  const table = await publishQuery(given, folder(), textsSql(texts));
  return attempt(() => embeddingActivities(given, tables(), { text: encoder }).embedTexts({ context: at('embed:text'), texts: table, settings, ...more }));
}

test('a text is embedded once over all runs, whatever series have it', async () => {
  expect(await embed({ A: 'red mug', B: 'blue mug', C: 'red mug' })).toMatchObject({ embedded: 2, reused: 1, unreadable: 0, dims, encoder: 'hashes' });
  expect(await embed({ A: 'red mug', D: 'hat' })).toMatchObject({ embedded: 1, reused: 1 });
  expect([...encoder.given].sort()).toEqual(['blue mug', 'hat', 'red mug']);
});

test('the table has a row per series with the digest of its text, and DuckDB compares its vectors', async () => {
  const { vectors } = await embed({ B: 'blue mug', A: 'red mug', C: "a mug's handle" });
  const file = await given.artifacts.fetchFile(vectors);
  const rows = await ask(`SELECT series, known_from, sha256, array_cosine_similarity(CAST(vector AS FLOAT[${dims}]), [${vectorOf('red mug').join(',')}]::FLOAT[${dims}]) AS likeness FROM read_parquet('${file}')`);
  expect(rows.map(({ series }) => series)).toEqual(['A', 'B', 'C']);
  expect(rows[0]).toMatchObject({ known_from: new Date('2024-01-01T00:00:00Z'), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown });
  expect(rows[0]?.['likeness']).toBeCloseTo(1, 6);
  expect(rows[1]?.['likeness']).toBeLessThan(0.999);
  const stored = await ask(`SELECT CAST(vector AS FLOAT[${dims}]) AS vector FROM read_parquet('${file}') WHERE series = 'C'`);
  expect(stored).toEqual([{ vector: [...vectorOf("a mug's handle")] }]);
});

test('the language of the texts chooses the model where none is named', async () => {
  const asked: unknown[] = [];
  const table = await publishQuery(given, folder(), textsSql({ A: '红色杯子', B: '蓝色杯子' }));
  await attempt(() => embeddingActivities(given, tables(), { text: encoder, asked }).embedTexts({ context: at('embed:text'), texts: table, settings: { dtype: 'int8' } }));
  expect(asked).toEqual([{ model: 'bge-small-zh-v1.5', dtype: 'int8' }]);
});

test('vectors that have gone from the store are made again, and are there again for the next run', async () => {
  await embed({ A: 'red mug' });
  const [part] = await given.database.embeddingSets.list('hashes');
  given.objects.delete(part?.ref.uri ?? '');
  const elsewhere = surroundings(`${folder()}/elsewhere`);
  given = { ...elsewhere, database: given.database, objects: given.objects };
  expect(await embed({ A: 'red mug', B: 'hat' })).toMatchObject({ embedded: 2, reused: 0 });
  expect(await embed({ B: 'hat', C: 'red mug' })).toMatchObject({ embedded: 0, reused: 2 });
});

test('copies are changed by turns, alike for the same seed, and embedded once', async () => {
  const texts = { A: 'a red mug with a handle', B: 'a blue hat with feathers' };
  const views: EmbedTextsInput['views'] = { settings: { text: ['character-swap', 'word-drop'], image: [], copies: 2, strength: 0.5 }, seed: 7 };
  const first = await embed(texts, { views });
  const rows = await ask(`SELECT series, view, CAST(vector AS FLOAT[${dims}]) AS vector FROM read_parquet('${await given.artifacts.fetchFile(first.views ?? first.vectors)}')`);
  expect(rows.map(({ series, view }) => [series, view])).toEqual([['A', 0], ['A', 1], ['B', 0], ['B', 1]]);
  const changed = encoder.given.filter((text) => !Object.values(texts).includes(text));
  expect(changed.length).toBe(4);
  expect(rows.map(({ vector }) => vector)).toEqual(expect.arrayContaining(changed.map((text) => [...vectorOf(text)])));
  expect(new Set(rows.map(({ vector }) => String(vector))).size).toBe(4);
  const again = await embed({ ...texts, C: 'a hat' }, { views });
  expect(again.embedded).toBe(3);
  const other = await embed(texts, { views: { ...views, seed: 8 } });
  expect(other.views?.sha256).not.toBe(first.views?.sha256);
  expect(other.vectors).toEqual(first.vectors);
});

test('many small parts become few, and every vector is found in them', async () => {
  const texts = Object.fromEntries(Array.from({ length: 66 }, (_, i) => [`S${String(i).padStart(2, '0')}`, `mug number ${i}`]));
  const [last, ...others] = Object.values(texts).reverse();
  for (const [i, text] of others.entries()) {
    const [out, key] = [`${folder()}/small-${i}.parquet`, createHash('sha256').update(text).digest('hex')];
    await tables().writeCachePart({ out, keys: [key], vectors: vectorOf(text), dims, problems: new Map() });
    await given.database.embeddingSets.add('hashes', { ref: await given.artifacts.publishFile('embeddings', out, parquetFile), count: 1, first: key, last: key });
  }
  expect(await embed(texts)).toMatchObject({ embedded: 1, reused: 65 });
  const parts = await given.database.embeddingSets.list('hashes');
  expect(parts.map(({ count }) => count)).toEqual([66]);
  const all = await embed({ ...texts, T: last ?? '' });
  expect(all).toMatchObject({ embedded: 0, reused: 67 });
  const rows = await ask(`SELECT series, CAST(vector AS FLOAT[${dims}]) AS vector FROM read_parquet('${await given.artifacts.fetchFile(all.vectors)}')`);
  expect(rows).toEqual([...Object.entries(texts), ['T', last ?? '']].map(([series, text = '']) => ({ series, vector: [...vectorOf(text)] })));
});

test('how far it is stands in the heartbeat and in the row of the run', async () => {
  const environment = new MockActivityEnvironment();
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => { beats.push(details); });
  const texts = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`S${i}`, `mug ${i}`]));
  const table = await publishQuery(given, folder(), textsSql(texts));
  const notes: string[] = [];
  const rows = { ...given.database.steps, mark: async (mark: Parameters<typeof given.database.steps.mark>[0]) => { notes.push(mark.note ?? ''); } };
  const activities = embeddingActivities({ ...given, database: { ...given.database, steps: rows } }, tables(), { text: encoder });
  await environment.run(() => activities.embedTexts({ context: at('embed:text'), texts: table, settings }));
  expect(beats).toEqual([{ done: 0, of: 100 }, { done: 64, of: 100 }, { done: 100, of: 100 }]);
  expect(notes).toEqual(['0 of 100 texts']);
});
