import { copyFile } from 'node:fs/promises';

import { afterAll, beforeEach, expect, test } from 'vitest';

import { createDuckdb } from '../../adapters/duckdb/create-duckdb.ts';
import { ask, dims, embeddingActivities, fakeEncoder, publishQuery, vectorOf } from './embedding-surroundings.ts';
import { at, attempt, quietEnvironment, surroundings, useFolder } from './surroundings.ts';

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

const reviews = `SELECT * FROM (VALUES
  ('A', TIMESTAMP '2024-01-02', 'good', 5.0::DOUBLE, 7::UBIGINT, 2::UBIGINT), ('A', TIMESTAMP '2024-01-01', 'good', 4.0, 7, 1),
  ('B', TIMESTAMP '2024-01-03', NULL, 2.0, 7, 3), ('B', TIMESTAMP '2024-01-03', '  ' || chr(10) || chr(12288), NULL, 7, 4), ('B', NULL, 'bad', NULL, 7, 5))
  AS t(series, known_from, text, rating, file, row) ORDER BY series, known_from, file, row`;

async function embed(sentiment: boolean) {
  const table = await publishQuery(given, folder(), reviews);
  return attempt(() => embeddingActivities(given, tables(), { text: encoder }).embedReviews({ context: at('embed:reviews'), reviews: table, settings: { model: 'hashes', dtype: 'fp32', sentiment } }));
}

test('every review is a row in the order of time; those without a text have no vector, and equal texts are embedded once', async () => {
  const result = await embed(false);
  expect(result).toMatchObject({ embedded: 2, reused: 1, unreadable: 0, dims });
  expect(result).not.toHaveProperty('sentimentBy');
  expect([...encoder.given].sort()).toEqual(['bad', 'good']);
  const rows = await ask(`SELECT series, row, rating, sentiment, CAST(vector AS FLOAT[${dims}]) AS vector FROM read_parquet('${await given.artifacts.fetchFile(result.vectors)}')`);
  const [good, bad] = [[...vectorOf('good')], [...vectorOf('bad')]];
  expect(rows).toEqual([
    { series: 'A', row: 1n, rating: 4, sentiment: null, vector: good },
    { series: 'A', row: 2n, rating: 5, sentiment: null, vector: good },
    { series: 'B', row: 3n, rating: 2, sentiment: null, vector: null },
    { series: 'B', row: 4n, rating: null, sentiment: null, vector: null },
    { series: 'B', row: 5n, rating: null, sentiment: null, vector: bad },
  ]);
});

test('a model without a classifier gives no sentiment, and the note says so', async () => {
  const result = await embed(true);
  expect(result).not.toHaveProperty('sentimentBy');
  const [row] = await given.database.steps.list(at('embed:reviews').runId);
  expect(row?.note).toContain('no sentiment: no classifier is there for this model');
});

test('sentiments are told from the vectors, once per text', async () => {
  const file = await given.artifacts.fetchFile(await publishQuery(given, folder(), reviews));
  const result = await embed(false);
  const parts = await Promise.all((await given.database.embeddingSets.list('hashes')).map(({ ref }) => given.artifacts.fetchFile(ref)));
  // Two processes may have embedded the same texts.
  const twice = await Promise.all(parts.map(async (part, i) => {
    await copyFile(part, `${folder()}/again-${i}.parquet`);
    return `${folder()}/again-${i}.parquet`;
  }));
  let scored = 0;
  const out = `${folder()}/scored.parquet`;
  const rows = await quietEnvironment().run(() => tables().writeReviewVectors({
    reviews: file, parts: [...parts, ...twice], dims: result.dims, out,
    sentiment: (vectors) => {
      scored += vectors.length / dims;
      return Float32Array.from({ length: vectors.length / dims }, (_, row) => Math.abs(vectors[row * dims] ?? Number.NaN));
    },
  }));
  expect([rows, scored]).toEqual([3, 2]);
  const [good, bad] = [Math.abs(vectorOf('good')[0] ?? 0), Math.abs(vectorOf('bad')[0] ?? 0)];
  expect((await ask(`SELECT sentiment FROM read_parquet('${out}')`)).map(({ sentiment }) => sentiment)).toEqual([good, good, null, null, bad]);
});
