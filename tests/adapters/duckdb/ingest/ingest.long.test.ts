import { createHash } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parquetFiles } from '../../../../adapters/duckdb/sql-text.ts';
import { sourcesSchema } from '../../../../contracts/sources.schema.ts';
import { surroundings } from '../../../activities/surroundings.ts';
import { query, useScratch } from '../scratch.ts';
import { ingestLocally } from './ingest-locally.ts';

const scratch = useScratch();
const columns = { series: 'sku', time: 'day', target: 'units', price: 'price' };
const day = (row: number): string => new Date(Date.UTC(2024, 0, row)).toISOString().slice(0, 10);

/** Forty plain days of product A, then the lines that the test is about. */
const lines = (extra: readonly string[]): string =>
  ['invoice,sku,day,units,price,name', ...Array.from({ length: 40 }, (_, i) => `${i + 1},A,${day(i + 1)},2,1.5,Ann`), ...extra].join('\n');

async function ingest(csv: string, sales: Readonly<Record<string, unknown>> = {}, products?: Readonly<Record<string, unknown>>) {
  const { duckdb, folder, file } = scratch();
  await file('orders.csv', csv);
  const sources = sourcesSchema.parse({ sales: { uri: './orders.csv', columns, ...sales }, ...(products && { products: { uri: './orders.csv', key: 'sku', text: ['name'], ...products } }) });
  return ingestLocally(duckdb, surroundings(await mkdtemp(join(folder, 'snapshot-'))), { sources, baseFolder: folder, frequency: 'day', horizon: 4, folds: 2, now: '2024-06-01' });
}
const snapshotRows = (sales: readonly string[]) => query(`SELECT series, row, target, price, returned, kept FROM ${parquetFiles(sales)} WHERE row > 40 ORDER BY row`);
const keptOf = async (sales: readonly string[]) => (await snapshotRows(sales)).map(({ kept }) => kept);

describe('a snapshot', () => {
  test('keeps every row of the source and says which take part', async () => {
    const csv = lines([`C9,A,${day(10)},-2,1.5,Ann`, `50,POST,${day(10)},1,1.5,Post`, `51,A,${day(10)},7,,Ann`]);
    const { snapshot, sales } = await ingest(csv, {
      filters: [{ column: 'sku', rule: 'not-in', values: ['POST'] }, { column: 'units', rule: 'more-than', value: 0 }],
      returns: { where: [{ column: 'invoice', rule: 'matches', pattern: '^C' }] },
    });
    expect(snapshot).toMatchObject({ rows: 43, keptRows: 41, series: 1, from: '2024-01-01T00:00:00', to: '2024-02-09T00:00:00' });
    expect(await snapshotRows(sales)).toEqual([
      { series: 'A', row: 41, target: -2, price: 1.5, returned: true, kept: false },
      { series: 'POST', row: 42, target: 1, price: 1.5, returned: false, kept: false },
      { series: 'A', row: 43, target: 7, price: null, returned: false, kept: true },
    ]);
  });

  test('has a part for each month of days; rows that take no part lie in the nearest one, those without a date in the first', async () => {
    const filters = [{ column: 'sku', rule: 'in', values: ['A'] }];
    const { sales } = await ingest(lines([`50,X,1901-02-03,1,1,x`, '51,X,,1,1,x', '52,X,soon,1,1,x', `53,X,2031-01-01,1,1,x`, `54,X,${day(33)},1,1,x`]), { filters });
    const rows = await Promise.all(sales.map((part) => query(`SELECT row FROM '${part}' WHERE row > 40 ORDER BY row`)));
    expect(rows.map((part) => part.map(({ row }) => row))).toEqual([[41, 42, 43], [44, 45]]);
  });

  test('nets returns where the pipeline says so, past the limit on the quantity', async () => {
    const { sales } = await ingest(lines([`C9,A,${day(10)},-2,1.5,Ann`, `60,A,${day(10)},-3,1.5,Ann`]), {
      filters: [{ column: 'units', rule: 'more-than', value: 0 }],
      returns: { where: [{ column: 'invoice', rule: 'matches', pattern: '^C' }], action: 'net' },
    });
    expect(await keptOf(sales)).toEqual([true, false]);
  });

  test('takes out a return with the one sale that it cancels: same series, period, quantity and values of the named columns', async () => {
    const csv = lines([
      `1,B,${day(10)},7,1.5,Bob`, `2,B,${day(10)},7,1.5,Bob`, `C3,B,${day(10)},-7,1.5,Bob`, // the first of two sales goes
      `4,B,${day(11)},7,1.5,Bob`, `C5,B,${day(12)},-7,1.5,Bob`, // another day
      `6,B,${day(13)},7,1.5,Eve`, `C7,B,${day(13)},-7,1.5,Bob`, // somebody else's
      `8,B,${day(14)},7,1.5,Bob`, `C9,B,${day(14)},-6,1.5,Bob`, // another quantity
    ]);
    const { sales } = await ingest(csv, { returns: { where: [{ column: 'invoice', rule: 'matches', pattern: '^C' }], action: 'net', by: ['name'] } });
    expect(await keptOf(sales)).toEqual([false, true, false, true, true, true, true, true, true]);
  });

  test('drops exact duplicates only where the pipeline says so', async () => {
    const csv = lines([`9,B,${day(9)},2,1.5,Bob`, `9,B,${day(9)},2,1.5,Bob`, `9,B,${day(9)},2,1.6,Bob`]);
    expect((await ingest(csv)).snapshot.keptRows).toBe(43);
    expect(await keptOf((await ingest(csv, { duplicates: 'drop' })).sales)).toEqual([true, false, true]);
  });

  test.each([
    ['the highest version', ['9', '10', '9'], [false, true, false]],
    ['the latest version, where versions are times', ['2024-03-09', '2024-02-10', '2024-03-01'], [true, false, false]],
    ['the later row of one version', ['1', '1', '1'], [false, false, true]],
    ['one with a version before one without', ['', '1', ''], [false, true, false]],
  ])('keeps of several rows with one key %s, whatever their dates', async (_, versions, kept) => {
    const csv = lines(versions.map((version, i) => `K,B,${day(9 + 20 * i)},${String(i)},1.5,${version}`));
    expect(await keptOf((await ingest(csv.replaceAll('Ann', ''), { key: ['invoice', 'sku'], version: 'name' })).sales)).toEqual(kept);
  });

  test('does not bring an older row back when the newest of its key is filtered away', async () => {
    const csv = lines([`K,B,${day(9)},4,1.5,Bob`, `K,B,${day(9)},0,1.5,Bob`]);
    expect(await keptOf((await ingest(csv, { key: ['invoice', 'sku'], filters: [{ column: 'units', rule: 'more-than', value: 0 }] })).sales)).toEqual([false, false]);
  });

  test('keeps the newest of equal rows with a key where duplicates are dropped, too, and takes an incomplete key for none', async () => {
    const csv = lines([`K,B,${day(9)},4,1.5,Bob`, `K,B,${day(9)},4,1.5,Bob`, `,B,${day(9)},4,1.5,Bob`, `,B,${day(9)},5,1.5,Bob`]);
    expect(await keptOf((await ingest(csv, { key: ['invoice', 'sku'], duplicates: 'drop' })).sales)).toEqual([false, true, true, true]);
  });

  test('takes keys that differ in case and blanks as one series unless told not to', async () => {
    const csv = lines([`9, a ,${day(9)},2,1.5,Ann`]);
    expect((await ingest(csv)).snapshot.series).toBe(1);
    expect((await ingest(csv, { normalizeSeries: false })).snapshot.series).toBe(2);
  });

  test('joins the columns of a series by a colon; the first of them names the product', async () => {
    const { sales, texts, products } = await ingest(lines([`9,b,${day(9)},2,1.5,Bob`]), { columns: { ...columns, series: ['sku', 'name'] } }, {});
    expect(await query(`SELECT DISTINCT series FROM ${parquetFiles(sales)} ORDER BY series`)).toEqual([{ series: 'A:ANN' }, { series: 'B:BOB' }]);
    expect(await query(`SELECT series, text FROM '${texts ?? ''}' ORDER BY series`)).toEqual([{ series: 'A:ANN', text: 'Ann' }, { series: 'B:BOB', text: 'Bob' }]);
    expect(await query(`SELECT key FROM '${products ?? ''}'`)).toEqual([{ key: 'A' }, { key: 'B' }]);
  });

  test('has a column for each level', async () => {
    const { sales } = await ingest(lines([]), { levels: { seller: 'name' } });
    expect(await query(`SELECT DISTINCT seller FROM ${parquetFiles(sales)}`)).toEqual([{ seller: 'Ann' }]);
    await expect(ingest(lines([]), { levels: { price: 'name' } })).rejects.toMatchObject({ message: 'sources.sales.levels: "price" is a column of every snapshot; call the level something else' });
  });

  test('holds the earliest text of each series, and none from lines that take no part', async () => {
    const csv = lines([`9,B,${day(9)},2,1.5,renamed`, `9,B,${day(8)},2,1.5,first`, `9,B,${day(7)},0,1.5,damaged`, `9,B,${day(8)},2,1.5,`]);
    const { texts, snapshot } = await ingest(csv, { filters: [{ column: 'units', rule: 'more-than', value: 0 }] }, { time: 'day' });
    expect(await query(`SELECT series, text, CAST(known_from AS VARCHAR) AS "from" FROM '${texts ?? ''}'`)).toEqual([
      { series: 'A', text: 'Ann', from: '2024-01-01 00:00:00' }, { series: 'B', text: 'first', from: '2024-01-08 00:00:00' },
    ]);
    expect(snapshot.sources.map(({ source, rows }) => [source, rows])).toEqual([['sales', 44], ['products', 44]]);
  });

  test('names its sources by the SHA-256 of their bytes, and its rows by the beginning of that', async () => {
    const csv = lines([]);
    const { snapshot, sales } = await ingest(csv);
    const sha256 = createHash('sha256').update(csv).digest('hex');
    const number = Number.parseInt(sha256.slice(0, 12), 16);
    expect(snapshot.sources).toEqual([{ source: 'sales', uri: './orders.csv', sha256, bytes: csv.length, rows: 40, number }]);
    expect(await query(`SELECT DISTINCT file FROM ${parquetFiles(sales)}`)).toEqual([{ file: number }]);
  });

  test('is the same, byte for byte, from CSV and Parquet and with any number of threads', async () => {
    const { folder, withThreads } = scratch();
    const out = (name: string): string => join(folder, name);
    await query(`COPY (SELECT 'S' || (i % 37) AS sku, TIMESTAMP '2024-01-01' + i * INTERVAL 1 MINUTE AS day, i % 11 AS units, (i % 13) / 4 AS price FROM range(150000) t(i)) TO '${out('big.csv')}' (HEADER)`);
    await query(`COPY (SELECT * FROM read_csv('${out('big.csv')}')) TO '${out('big.parquet')}' (FORMAT parquet, ROW_GROUP_SIZE 4096)`);
    const digests = [];
    for (const [uri, threads] of [['big.csv', 1], ['big.csv', 4], ['big.parquet', 3]] as const) {
      const { sales } = sourcesSchema.parse({ sales: { uri, columns } });
      const read = await withThreads(threads).readSource({ file: { uri, path: out(uri) }, number: 7, rates: [], sales, frequency: 'day', now: '2024-12-01', outFolder: out(`big-${uri}-${threads}`) });
      expect(read.spans.map(({ rows, span }) => [span, rows])).toEqual([['2024-01-01', 44_640], ['2024-02-01', 41_760], ['2024-03-01', 44_640], ['2024-04-01', 18_960]]);
      digests.push(await Promise.all(read.spans.map(async ({ part }) => createHash('sha256').update(await readFile(part)).digest('hex'))));
      expect(await query(`SELECT count(*) AS wrong FROM ${parquetFiles(read.spans.map(({ part }) => part))} WHERE time <> TIMESTAMP '2024-01-01' + (row - 1)::BIGINT * INTERVAL 1 MINUTE`)).toEqual([{ wrong: 0 }]);
    }
    expect(digests[1]).toEqual(digests[0]);
    expect(digests[2]).toEqual(digests[0]);
  });
});
