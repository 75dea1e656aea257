import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { query, useScratch } from '../scratch.ts';

const scratch = useScratch();
const dims = 6;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const vectorsOf = (count: number, seed: number): Float32Array => Float32Array.from({ length: count * dims }, (_, i) => Math.sin(seed + i));

/** Texts of a snapshot: `text 0` … `text n − 1`, each of two series. */
async function textsTable(name: string, count: number): Promise<string> {
  const file = join(scratch().folder, `${name}.parquet`);
  await query(`COPY (SELECT 'S' || lpad(i::VARCHAR, 6, '0') AS series, 'text ' || (i // 2) AS text, TIMESTAMP '2024-01-01' AS known_from FROM range(${2 * count}) t(i)) TO '${file}' (FORMAT parquet)`);
  return file;
}

/** A part of the cache with the texts of these numbers. */
async function part(name: string, numbers: readonly number[], seed: number): Promise<{ readonly out: string; readonly keys: readonly string[]; readonly vectors: Float32Array }> {
  const out = join(scratch().folder, `${name}.parquet`);
  const keys = numbers.map((i) => sha256(`text ${i}`)).sort();
  const vectors = vectorsOf(keys.length, seed);
  await scratch().duckdb.writeCachePart({ out, keys, vectors, dims, problems: new Map() });
  return { out, keys, vectors };
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

test('what was embedded is found by its digest, float for float, and is not missing', async () => {
  const { duckdb, folder } = scratch();
  const texts = await textsTable('found', 3_000);
  const { out, keys, vectors } = await part('found-part', numbers(0, 3_000), 1);
  const [wanted, missing, table] = ['wanted', 'missing', 'table'].map((name) => join(folder, `found-${name}.parquet`)) as [string, string, string];
  expect(await duckdb.writeWanted({ source: { texts }, out: wanted })).toBe(3_000);
  expect(await duckdb.writeMissing({ wanted, parts: [out], out: missing })).toBe(0);
  expect(await duckdb.writeVectors({ source: { texts }, parts: [out], dims, out: table })).toBe(6_000);
  const rows = await query(`SELECT series, sha256, CAST(vector AS FLOAT[${dims}]) AS vector FROM read_parquet('${table}') WHERE series IN ('S000000', 'S005999')`);
  const expected = (i: number): number[] => { const at = keys.indexOf(sha256(`text ${i}`)) * dims; return [...vectors.subarray(at, at + dims)]; };
  expect(rows).toEqual([{ series: 'S000000', sha256: sha256('text 0'), vector: expected(0) }, { series: 'S005999', sha256: sha256('text 2999'), vector: expected(2_999) }]);
});

test('missing items come in the order of their digests, each once', async () => {
  const { duckdb, folder } = scratch();
  const texts = await textsTable('some', 5_000);
  const { out } = await part('some-part', numbers(0, 1_000), 2);
  const [wanted, missing] = [join(folder, 'some-wanted.parquet'), join(folder, 'some-missing.parquet')];
  await duckdb.writeWanted({ source: { texts }, out: wanted });
  expect(await duckdb.writeMissing({ wanted, parts: [out], out: missing })).toBe(4_000);
  const items: { key: string; content: string }[] = [];
  for await (const chunk of duckdb.readItems({ file: missing })) items.push(...chunk);
  expect(items.map(({ key }) => key)).toEqual(numbers(1_000, 5_000).map((i) => sha256(`text ${i}`)).sort());
  expect(items.every(({ key, content }) => sha256(content) === key)).toBe(true);
});

test.each([100_000, 7_000])('the same vectors have the same bytes with any number of threads, written in slices of %i rows', async (rowsPerSlice) => {
  const { folder, withThreads } = scratch();
  const texts = await textsTable('threads', 20_000);
  const { out } = await part('threads-part', numbers(0, 20_000), 3);
  const files = await Promise.all([1, 4].map(async (threads) => {
    const table = join(folder, `threads-${threads}-${rowsPerSlice}.parquet`);
    expect(await withThreads(threads).writeVectors({ source: { texts }, parts: [out], dims, out: table, rowsPerSlice })).toBe(40_000);
    return table;
  }));
  const [one, four] = await Promise.all(files.map((file) => readFile(file)));
  expect(one?.equals(four ?? Buffer.alloc(0))).toBe(true);
  expect((await readdir(folder)).filter((name) => name.includes('slice'))).toEqual([]);
  expect(await query(`SELECT count(*) AS rows, count(*) FILTER (series = 'S' || lpad(n::VARCHAR, 6, '0') AND sha256 = sha256('text ' || (n // 2))) AS own
    FROM (SELECT *, row_number() OVER () - 1 AS n FROM read_parquet('${files[0] ?? ''}'))`)).toEqual([{ rows: 40_000, own: 40_000 }]);
});

test('of two parts with the same text the first one counts, and merged parts hold each text once, in ranges', async () => {
  const { duckdb, folder } = scratch();
  const [a, b] = [await part('twice-a', numbers(0, 600), 4), await part('twice-b', numbers(300, 1_000), 5)];
  const merged = await duckdb.mergeCacheParts({ parts: [a.out, b.out], folder: join(folder, 'merged'), most: 400 });
  expect(merged.map(({ count }) => count)).toEqual([400, 400, 200]);
  const all = numbers(0, 1_000).map((i) => sha256(`text ${i}`)).sort();
  expect(merged.map(({ first, last }) => [first, last])).toEqual([[all[0], all[399]], [all[400], all[799]], [all[800], all[999]]]);
  const rows = await query(`SELECT key, CAST(vector AS FLOAT[${dims}]) AS vector FROM read_parquet([${merged.map(({ file }) => `'${file}'`).join(', ')}])`);
  expect(rows.map(({ key }) => key)).toEqual(all);
  const shared = sha256('text 400');
  const at = a.keys.indexOf(shared) * dims;
  expect(rows.find(({ key }) => key === shared)?.['vector']).toEqual([...a.vectors.subarray(at, at + dims)]);
});

test('an item that can not be read is remembered with its reason, and has no vector', async () => {
  const { duckdb, folder } = scratch();
  const out = join(folder, 'problems.parquet');
  await duckdb.writeCachePart({ out, keys: ['a', 'b', 'c'], vectors: Float32Array.from({ length: 3 * dims }, () => Number.NaN), dims, problems: new Map([[1, 'the file is empty']]) });
  expect(await query(`SELECT key, vector IS NULL AS gone, problem FROM read_parquet('${out}')`)).toEqual([
    { key: 'a', gone: false, problem: null }, { key: 'b', gone: true, problem: 'the file is empty' }, { key: 'c', gone: false, problem: null },
  ]);
});

test('copies of more rows than one page or one flush of the appender are all there', async () => {
  const { duckdb, folder } = scratch();
  const texts = await textsTable('copies', 60_000);
  const out = join(folder, 'views.parquet');
  await duckdb.writeViews({ source: { texts }, copies: 2, out, change: ({ series, content, view }) => ({ key: `${series}-${view}`, content: `${content}!` }) });
  expect(await query(`SELECT count(*) AS rows, count(DISTINCT key) AS keys, count(*) FILTER (key = series || '-' || view) AS own FROM read_parquet('${out}')`)).toEqual([{ rows: 240_000, keys: 240_000, own: 240_000 }]);
  const wanted = join(folder, 'views-wanted.parquet');
  expect(await duckdb.writeWanted({ source: { views: out }, out: wanted })).toBe(240_000);
  expect((await duckdb.keyPrefixes({ wanted })).slice(0, 2)).toEqual(['S000', 'S001']);
});
