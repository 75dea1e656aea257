import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sourcesSchema } from '../../../../contracts/sources.schema.ts';
import { query, useScratch } from '../scratch.ts';

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
  return duckdb.ingest({ sources, baseFolder: folder, frequency: 'day', horizon: 4, folds: 2, now: '2024-06-01', outFolder: join(folder, 'snapshot') });
}
const snapshotRows = (sales: string) => query(`SELECT series, row, target, price, returned, kept FROM '${sales}' WHERE row > 40 ORDER BY row`);

describe('a snapshot', () => {
  test('keeps every row of the source and says which take part', async () => {
    const csv = lines([`C9,A,${day(10)},-2,1.5,Ann`, `50,POST,${day(10)},1,1.5,Post`, `51,A,${day(10)},7,,Ann`]);
    const result = await ingest(csv, {
      filters: [{ column: 'sku', rule: 'not-in', values: ['POST'] }, { column: 'units', rule: 'more-than', value: 0 }],
      returns: { where: [{ column: 'invoice', rule: 'matches', pattern: '^C' }] },
    });
    expect(result).toMatchObject({ rows: 43, keptRows: 41, series: 1, from: '2024-01-01T00:00:00', to: '2024-02-09T00:00:00' });
    expect(await snapshotRows(result.sales)).toEqual([
      { series: 'A', row: 41, target: -2, price: 1.5, returned: true, kept: false },
      { series: 'POST', row: 42, target: 1, price: 1.5, returned: false, kept: false },
      { series: 'A', row: 43, target: 7, price: null, returned: false, kept: true },
    ]);
  });

  test('nets returns where the pipeline says so, past the limit on the quantity', async () => {
    const { sales } = await ingest(lines([`C9,A,${day(10)},-2,1.5,Ann`, `60,A,${day(10)},-3,1.5,Ann`]), {
      filters: [{ column: 'units', rule: 'more-than', value: 0 }],
      returns: { where: [{ column: 'invoice', rule: 'matches', pattern: '^C' }], action: 'net' },
    });
    expect((await snapshotRows(sales)).map(({ kept }) => kept)).toEqual([true, false]);
  });

  test('drops exact duplicates only where the pipeline says so', async () => {
    const csv = lines([`9,B,${day(9)},2,1.5,Bob`, `9,B,${day(9)},2,1.5,Bob`, `9,B,${day(9)},2,1.6,Bob`]);
    expect((await ingest(csv)).keptRows).toBe(43);
    expect((await snapshotRows((await ingest(csv, { duplicates: 'drop' })).sales)).map(({ kept }) => kept)).toEqual([true, false, true]);
  });

  test('takes keys that differ in case and blanks as one series unless told not to', async () => {
    const csv = lines([`9, a ,${day(9)},2,1.5,Ann`]);
    expect((await ingest(csv)).series).toBe(1);
    expect((await ingest(csv, { normalizeSeries: false })).series).toBe(2);
  });

  test('holds the earliest text of each series, and none from lines that take no part', async () => {
    const csv = lines([`9,B,${day(9)},2,1.5,renamed`, `9,B,${day(8)},2,1.5,first`, `9,B,${day(7)},0,1.5,damaged`, `9,B,${day(8)},2,1.5,`]);
    const { texts, files } = await ingest(csv, { filters: [{ column: 'units', rule: 'more-than', value: 0 }] }, { time: 'day' });
    const read = await scratch().duckdb.readTexts({ file: texts ?? '' });
    expect(read).toEqual({ series: ['A', 'B'], text: ['Ann', 'first'], knownFrom: ['2024-01-01T00:00:00', '2024-01-08T00:00:00'] });
    expect(files.map(({ source, rows }) => [source, rows])).toEqual([['sales', 44], ['products', 44]]);
  });

  test('names its sources by the SHA-256 of their bytes', async () => {
    const csv = lines([]);
    const { files } = await ingest(csv);
    expect(files).toEqual([{ source: 'sales', uri: './orders.csv', sha256: createHash('sha256').update(csv).digest('hex'), bytes: csv.length, rows: 40 }]);
  });

  test('is the same, byte for byte, from CSV and Parquet and with any number of threads', async () => {
    const { folder, withThreads } = scratch();
    const out = (name: string): string => join(folder, name);
    await query(`COPY (SELECT 'S' || (i % 37) AS sku, TIMESTAMP '2024-01-01' + i * INTERVAL 1 MINUTE AS day, i % 11 AS units, (i % 13) / 4 AS price FROM range(150000) t(i)) TO '${out('big.csv')}' (HEADER)`);
    await query(`COPY (SELECT * FROM read_csv('${out('big.csv')}')) TO '${out('big.parquet')}' (FORMAT parquet, ROW_GROUP_SIZE 4096)`);
    const digests = [];
    for (const [uri, threads] of [['big.csv', 1], ['big.csv', 4], ['big.parquet', 3]] as const) {
      const sources = sourcesSchema.parse({ sales: { uri, columns } });
      const { sales } = await withThreads(threads).ingest({ sources, baseFolder: folder, frequency: 'day', horizon: 4, folds: 2, now: '2024-12-01', outFolder: out(`big-${uri}-${threads}`) });
      digests.push(createHash('sha256').update(await readFile(sales)).digest('hex'));
    }
    expect(new Set(digests).size).toBe(1);
    expect(await query(`SELECT count(*) AS wrong FROM '${out('big-big.csv-4/sales.parquet')}' WHERE time <> TIMESTAMP '2024-01-01' + (row - 1)::BIGINT * INTERVAL 1 MINUTE`)).toEqual([{ wrong: 0 }]);
  });
});
