import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { createDuckdb, type Duckdb } from '../../adapters/duckdb/create-duckdb.ts';
import { parquetFiles } from '../../adapters/duckdb/sql-text.ts';
import type { SnapshotManifest } from '../../contracts/data.ts';
import { sourcesSchema } from '../../contracts/sources.schema.ts';
import { query } from '../adapters/duckdb/scratch.ts';
import { ingestLocally, type Journal, type Surroundings } from '../adapters/duckdb/ingest/ingest-locally.ts';
import { surroundings } from './surroundings.ts';

let root = '';
let duckdb: Duckdb;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'forecastle-ingest-'));
  duckdb = createDuckdb({ memoryLimitMiB: 512, threads: 2, tempFolder: join(root, 'spill') });
});
afterAll(async () => {
  await duckdb.close();
  await rm(root, { recursive: true, force: true });
});

let folder: string;
let given: Surroundings;
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'shop-'));
  given = surroundings(folder);
});

const header = 'order,sku,day,units,seen';
const date = (row: number): string => new Date(Date.UTC(2024, 0, row)).toISOString().slice(0, 10);
const days = (first: number, last: number, sku = 'A'): string[] => Array.from({ length: last - first + 1 }, (_, i) => `${sku}${first + i},${sku},${date(first + i)},${i % 5},1`);
const put = (name: string, rows: readonly string[]) => writeFile(join(folder, name), [header, ...rows, ''].join('\n'));

async function ingest(sales: Readonly<Record<string, unknown>> = {}, { journal = [], tables = duckdb, store = given }: { journal?: Journal; tables?: Duckdb; store?: Surroundings } = {}) {
  const sources = sourcesSchema.parse({ sales: { uri: 'sales*.csv', columns: { series: 'sku', time: 'day', target: 'units' }, ...sales } });
  return ingestLocally(tables, store, { sources, baseFolder: folder, frequency: 'day', horizon: 7, folds: 1, now: '2024-12-01T00:00:00Z' }, journal);
}

describe('reading files', () => {
  test('happens once for each; an unchanged snapshot is made of nothing new', async () => {
    await put('sales-1.csv', days(1, 40));
    await put('sales-2.csv', days(41, 80));
    const journal: Journal = [];
    const first = await ingest({}, { journal });
    // Days 41 … 60 of the year are in February with days of the first file.
    expect(journal.filter((line) => !line.startsWith('obtain'))).toEqual(['read sales-1.csv', 'read sales-2.csv', 'merge 2024-02-01']);
    expect(first.snapshot).toMatchObject({ rows: 80, keptRows: 80, series: 1, from: '2024-01-01T00:00:00', to: '2024-03-20T00:00:00' });
    const again: Journal = [];
    expect((await ingest({}, { journal: again })).snapshot).toEqual(first.snapshot);
    expect(again.filter((line) => !line.startsWith('obtain'))).toEqual([]);
  });

  test('of one more file reads that file alone, and makes the parts alone in which it has rows', async () => {
    await put('sales-a.csv', days(1, 50));
    await put('sales-c.csv', days(1, 50, 'C'));
    const first = await ingest();
    await put('sales-b.csv', days(55, 70, 'B'));
    const journal: Journal = [];
    const second = await ingest({}, { journal });
    expect(journal.filter((line) => !line.startsWith('obtain'))).toEqual(['read sales-b.csv', 'merge 2024-02-01']);
    expect(second.sales.length).toBe(3);
    expect(second.sales[0]).toBe(first.sales[0]);
    expect(second.snapshot.sources.map(({ uri, rows }) => [uri, rows])).toEqual([['sales-a.csv', 50], ['sales-b.csv', 16], ['sales-c.csv', 50]]);
  });

  test('happens again where a rate that holds for its rows has changed, not where newer rates were added', async () => {
    await put('sales-1.csv', days(1, 40));
    await put('sales-2.csv', days(41, 80));
    const currency = { column: 'sku', to: 'EUR', rates: { uri: 'rates.csv', columns: { currency: 'code', time: 'from', rate: 'rate' } } };
    const read = async (rates: readonly string[]): Promise<Journal> => {
      await writeFile(join(folder, 'rates.csv'), ['code,from,rate', ...rates, ''].join('\n'));
      const journal: Journal = [];
      await ingest({ currency, columns: { series: 'sku', time: 'day', target: 'units', price: 'seen' } }, { journal });
      return journal.filter((line) => line.startsWith('read'));
    };
    expect(await read(['A,2023-12-01,2'])).toEqual(['read sales-1.csv', 'read sales-2.csv']);
    expect(await read(['A,2023-12-01,2', 'A,2024-04-01,3'])).toEqual([]);
    expect(await read(['A,2023-12-01,2', 'A,2024-03-01,3'])).toEqual(['read sales-2.csv']);
    expect(await read(['A,2023-12-01,1', 'A,2024-03-01,3'])).toEqual(['read sales-1.csv', 'read sales-2.csv']);
  });

  test('does not happen again for a file with another name', async () => {
    await put('sales-a.csv', days(1, 40));
    await put('sales-b.csv', days(41, 60));
    await ingest();
    await rename(join(folder, 'sales-a.csv'), join(folder, 'sales-aa.csv'));
    const journal: Journal = [];
    expect((await ingest({}, { journal })).snapshot.sources[0]?.uri).toBe('sales-aa.csv');
    expect(journal.filter((line) => !line.startsWith('obtain'))).toEqual([]);
  });

  test('after a failure goes on at the file that failed, and until then there is no snapshot', async () => {
    await put('sales-1.csv', days(1, 40));
    await put('sales-2.csv', [...days(41, 60), 'X,A,2024-05-01,many,1']);
    await expect(ingest()).rejects.toMatchObject({ code: 'BadInput', message: 'sales-2.csv row 21, column "units": "many" is not a number; correct it, or filter the row away' });
    expect(await given.database.snapshots.list({ pipeline: 'shop' })).toEqual([]);
    await put('sales-2.csv', days(41, 60));
    const journal: Journal = [];
    await ingest({}, { journal });
    expect(journal.filter((line) => line.startsWith('read'))).toEqual(['read sales-2.csv']);
  });

  test('whose rows say too little together is refused, however they are split', async () => {
    await put('sales-1.csv', days(1, 10));
    await put('sales-2.csv', []);
    await expect(ingest()).rejects.toMatchObject({ message: expect.stringMatching(/^sales\*\.csv: sales from 2024-01-01 to 2024-01-10 are 10 complete days, but horizon 7/) as string });
    await expect(ingest({ filters: [{ column: 'sku', rule: 'in', values: ['Q'] }] })).rejects.toMatchObject({ message: 'sales*.csv: the filters leave none of 10 rows (removed by sku in Q: 10); loosen them' });
    await put('sales-1.csv', []);
    await put('sales-2.csv', []);
    await expect(ingest()).rejects.toMatchObject({ message: expect.stringContaining('has a header but no rows') as string });
  });

  test('that are there twice is refused, unless duplicates are dropped', async () => {
    await put('sales-1.csv', days(1, 60));
    await put('sales-2.csv', days(1, 60));
    await expect(ingest()).rejects.toMatchObject({ code: 'BadInput', message: expect.stringMatching(/^sales-2\.csv holds the same bytes as sales-1\.csv/) as string });
    expect((await ingest({ duplicates: 'drop' })).snapshot.keptRows).toBe(60);
  });

  test.each([
    ['whole rows were added', `${header}\n${days(1, 41).join('\n')}\n`],
    ['half a row was added, which is no fault of the file', `${header}\n${days(1, 40).join('\n')}\nA41`],
  ])('to which %s meanwhile is tried again, and nothing is remembered of it', async (_, content) => {
    await put('sales-1.csv', days(1, 40));
    const meanwhile: Duckdb = { ...duckdb, readSource: async (request) => (await writeFile(join(folder, 'sales-1.csv'), content), duckdb.readSource(request)) };
    const failure = { type: 'Conflict', nonRetryable: false, message: expect.stringMatching(/^sources\.sales\.uri sales-1\.csv: the file changed while it was read/) as string };
    await expect(ingest({}, { tables: meanwhile })).rejects.toMatchObject(failure);
    expect(await given.database.steps.list('run-1')).toMatchObject([{ step: 'ingest', status: 'running', error: failure.message }]);
    expect(await given.database.snapshots.list({ pipeline: 'shop' })).toEqual([]);
    await put('sales-1.csv', days(1, 40));
    const journal: Journal = [];
    expect((await ingest({}, { journal })).snapshot.rows).toBe(40);
    expect(journal).toContain('read sales-1.csv');
  });

  test('that lie elsewhere fetches a version once', async () => {
    await put('sales-1.csv', days(1, 60));
    const remote: Duckdb = { ...duckdb, listSources: async (request) => (await duckdb.listSources(request)).map((file) => ({ ...file, at: { ...file.at, place: 'https' as const } })), obtain: async (file, to) => duckdb.obtain({ ...file, at: { place: 'local', path: join(folder, file.uri) } }, to) };
    const journal: Journal = [];
    await ingest({}, { tables: remote, journal });
    expect(journal).toEqual(['obtain sales-1.csv', 'read sales-1.csv']);
    const again: Journal = [];
    await ingest({}, { tables: remote, journal: again });
    expect(again).toEqual([]);
  });
});

const keyedByOrder = { key: ['order', 'sku'], version: 'seen' };

describe('rows of several files', () => {
  const keyed = keyedByOrder;
  const keptRows = async (sales: readonly string[], order: string) => query(`SELECT CAST(time AS VARCHAR)[:10] AS day, target, kept FROM ${parquetFiles(sales)} WHERE note = '${order}' ORDER BY day, target`);
  const levels = { note: 'order' };

  test('with one key count once: the newest version, also where it is of another month, and the others stay and say so', async () => {
    await put('sales-1.csv', [...days(1, 60), 'X,A,2024-01-10,7,1']);
    await ingest({ ...keyed, levels });
    await put('sales-2.csv', ['X,A,2024-02-03,8,2', 'A5,A,2024-01-05,99,0']);
    const journal: Journal = [];
    const { sales, snapshot } = await ingest({ ...keyed, levels }, { journal });
    expect(await keptRows(sales, 'X')).toEqual([{ day: '2024-01-10', target: 7, kept: false }, { day: '2024-02-03', target: 8, kept: true }]);
    // What arrives later with an older version changes nothing.
    expect(await keptRows(sales, 'A5')).toEqual([{ day: '2024-01-05', target: 4, kept: true }, { day: '2024-01-05', target: 99, kept: false }]);
    expect(snapshot).toMatchObject({ rows: 63, keptRows: 61 });
    expect(journal.filter((line) => line.startsWith('read'))).toEqual(['read sales-2.csv']);
  });

  test('that are exact copies count once where duplicates are dropped', async () => {
    await put('sales-1.csv', days(1, 40));
    await put('sales-2.csv', days(31, 60));
    const whole = surroundings(await mkdtemp(join(root, 'whole-')));
    expect((await ingest({ duplicates: 'drop' })).snapshot).toMatchObject({ rows: 70, keptRows: 60 });
    expect((await ingest({}, { store: whole })).snapshot).toMatchObject({ rows: 70, keptRows: 70 });
  });

  test('cancel each other', async () => {
    await put('sales-1.csv', [...days(1, 40), 'S1,B,2024-01-20,9,1']);
    await put('sales-2.csv', ['C1,B,2024-01-20,-9,1']);
    const returns = { where: [{ column: 'order', rule: 'matches', pattern: '^C' }], action: 'net', by: ['seen'] };
    expect((await ingest({ returns })).snapshot).toMatchObject({ rows: 42, keptRows: 40 });
  });

  test('give the same snapshot in whatever order their files arrive', { timeout: 60_000 }, async () => {
    const row = fc.record({ order: fc.integer({ min: 1, max: 6 }), day: fc.integer({ min: 1, max: 70 }), units: fc.integer({ min: -3, max: 3 }), seen: fc.integer({ min: 0, max: 3 }), file: fc.integer({ min: 0, max: 2 }) });
    const settings = fc.constantFrom({ ...keyed }, { duplicates: 'drop' }, { ...keyed, duplicates: 'drop' }, { returns: { where: [{ column: 'units', rule: 'at-most', value: -1 }], action: 'net', by: ['order'] } });
    await fc.assert(fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), settings, fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), async (rows, sales, arrival) => {
      const own = await mkdtemp(join(root, 'arrival-'));
      folder = own;
      const content = (file: number): string[] => [...(file === 1 ? days(1, 70, 'Z') : []), ...rows.filter((one) => one.file === file).map((one) => `${one.order},A,${date(one.day)},${one.units},${one.seen}`), `end-${file},A,${date(70)},1,1`];
      const store = surroundings(own);
      let last;
      for (const file of arrival) {
        await put(`sales-${file}.csv`, content(file));
        last = await ingest(sales, { store }).catch(() => undefined);
      }
      const fresh = surroundings(await mkdtemp(join(root, 'fresh-')));
      expect(last?.snapshot).toEqual((await ingest(sales, { store: fresh })).snapshot);
    }), { numRuns: 5 });
  });

  test('count as those of one file would', { timeout: 60_000 }, async () => {
    const row = fc.record({ order: fc.integer({ min: 1, max: 5 }), day: fc.integer({ min: 1, max: 40 }), units: fc.integer({ min: -3, max: 3 }), seen: fc.integer({ min: 0, max: 2 }) });
    const settings = fc.constantFrom({}, { ...keyed }, { duplicates: 'drop' }, { returns: { where: [{ column: 'units', rule: 'at-most', value: -1 }], action: 'net', by: ['order'] } });
    const kept = async (sales: readonly string[]) => query(`SELECT series, CAST(time AS VARCHAR) AS at, target, note, version, kept FROM ${parquetFiles(sales)} ORDER BY ALL`);
    await fc.assert(fc.asyncProperty(fc.array(row, { minLength: 2, maxLength: 25 }), fc.nat(25), settings, async (rows, cut, sales) => {
      const text = [...days(1, 60, 'Z'), ...rows.map((one) => `${one.order},A,${date(one.day)},${one.units},${one.seen}`)];
      const at = 60 + Math.min(cut, rows.length);
      const spec = { ...sales, levels: { note: 'order', version: 'seen' } };
      folder = await mkdtemp(join(root, 'one-'));
      await put('sales.csv', text);
      const one = await ingest(spec, { store: surroundings(folder) });
      folder = await mkdtemp(join(root, 'two-'));
      await put('sales-1.csv', text.slice(0, at));
      await put('sales-2.csv', text.slice(at));
      const two = await ingest(spec, { store: surroundings(folder) });
      expect(await kept(two.sales)).toEqual(await kept(one.sales));
    }), { numRuns: 8 });
  });
});

test('merged parts have the same bytes with any number of threads', async () => {
  for (const file of [1, 2, 3]) await put(`sales-${file}.csv`, Array.from({ length: 20_000 }, (_, i) => `${(i * 31 + file) % 30_000},S${i % 50},${date(1 + (i % 71))},${(i % 9) - 2},${(i * file) % 5}`));
  const sales = { ...keyedByOrder, duplicates: 'drop', returns: { where: [{ column: 'units', rule: 'at-most', value: -1 }], action: 'net', by: ['order'] } };
  const digests = [];
  for (const threads of [1, 4]) {
    const own = createDuckdb({ memoryLimitMiB: 512, threads, tempFolder: join(root, 'spill') });
    digests.push((await ingest(sales, { tables: own, store: surroundings(await mkdtemp(join(root, 'threads-'))) })).snapshot.digest);
    await own.close();
  }
  expect(digests[1]).toBe(digests[0]);
});

test.each([['hour', ['2024-12-01', '2025-01-01']], ['day', ['2024-12-01', '2025-01-01']], ['week', ['2024-01-01', '2025-01-01']], ['month', ['2024-01-01', '2025-01-01']]] as const)('rows of each %s lie in one part', async (frequency, parts) => {
  // 2025-01-01 was a Wednesday: its week began in 2024.
  const rows = Array.from({ length: 60 * 24 }, (_, i) => `${i},A,${new Date(Date.UTC(2024, 11, 2, i)).toISOString().slice(0, 16).replace('T', ' ')},1,1`);
  await put('sales-1.csv', [...rows, ...Array.from({ length: 500 }, (_, i) => `x${i},A,${new Date(Date.UTC(2025, 0, 20 + i)).toISOString().slice(0, 10)} 23:59,1,1`)]);
  const sources = sourcesSchema.parse({ sales: { uri: 'sales*.csv', columns: { series: 'sku', time: 'day', target: 'units' } } });
  const { sales, snapshot } = await ingestLocally(duckdb, given, { sources, baseFolder: folder, frequency, horizon: 1, folds: 1, now: '2027-01-01T00:00:00Z' });
  const manifest = (await given.artifacts.readJson(snapshot.manifest)) as SnapshotManifest;
  expect(manifest.parts.slice(0, 2).map(({ from }) => from)).toEqual(parts);
  const [{ wrong } = { wrong: -1 }] = await query(`SELECT count(*) AS wrong FROM (SELECT date_trunc('${frequency}', time) AS period FROM read_parquet([${sales.map((path) => `'${path}'`).join(', ')}], filename = 'part') GROUP BY period HAVING count(DISTINCT part) > 1)`);
  expect(wrong).toBe(0);
});

test('the manifest lists files and parts with their ranges, and its digest is the snapshot', async () => {
  await put('sales-1.csv', [...days(1, 40), ...days(1, 3, 'B')]);
  const { snapshot } = await ingest();
  const manifest = await given.artifacts.readJson(snapshot.manifest);
  expect(snapshot.digest).toBe(snapshot.manifest.sha256);
  expect(manifest).toMatchObject({
    sources: snapshot.sources,
    parts: [
      { from: '2024-01-01', rows: 34, keptRows: 34, firstSeries: 'A', lastSeries: 'B', firstTime: '2024-01-01T00:00:00', lastTime: '2024-01-31T00:00:00', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      { from: '2024-02-01', rows: 9, firstSeries: 'A', lastSeries: 'A' },
    ],
  });
});
