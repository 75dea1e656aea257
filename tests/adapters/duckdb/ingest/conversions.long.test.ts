import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parquetFiles } from '../../../../adapters/duckdb/sql-text.ts';
import { sourcesSchema } from '../../../../contracts/sources.schema.ts';
import { surroundings } from '../../../activities/surroundings.ts';
import { query, useScratch } from '../scratch.ts';
import { ingestLocally } from './ingest-locally.ts';

const scratch = useScratch();
const columns = { series: 'sku', time: 'at', target: 'units', price: 'price', stock: 'left' };
const day = (row: number): string => new Date(Date.UTC(2024, 0, row)).toISOString().slice(0, 10);

/** Forty plain days of product A, then the lines that the test is about: time, units, price, stock, unit, currency of product B. */
const lines = (extra: readonly string[]): string =>
  ['sku,at,units,price,left,unit,money', ...Array.from({ length: 40 }, (_, i) => `A,${day(i + 1)},2,1.5,9,piece,EUR`), ...extra.map((line) => `B,${line}`)].join('\n');

async function readB(extra: readonly string[], sales: Readonly<Record<string, unknown>>, select: string) {
  const { duckdb, folder, file } = scratch();
  await file('orders.csv', lines(extra));
  const sources = sourcesSchema.parse({ sales: { uri: 'orders.csv', columns, ...sales } });
  const { sales: parts } = await ingestLocally(duckdb, surroundings(await mkdtemp(join(folder, 'snapshot-'))), { sources, baseFolder: folder, frequency: 'day', horizon: 4, folds: 2, now: '2024-06-01' });
  return query(`SELECT ${select} FROM ${parquetFiles(parts)} WHERE series = 'B' ORDER BY row`);
}
const refusal = (extra: readonly string[], sales: Readonly<Record<string, unknown>>) => readB(extra, sales, '*').then(() => 'read', (error: unknown) => (error instanceof Error ? error.message : ''));

describe('units', () => {
  const units = { column: 'unit', to: 'piece', factors: { dozen: 12 } };
  test('multiply quantities and stock, and divide prices', async () => {
    expect(await readB([`${day(2)},3,24,5,dozen,EUR`, `${day(3)},3,24,5,piece,EUR`], { units }, 'target, price, stock')).toEqual([{ target: 36, price: 2, stock: 60 }, { target: 3, price: 24, stock: 5 }]);
  });
  test('without a factor, or not written, are refused with their row; rows that take no part may have any', async () => {
    expect(await refusal([`${day(2)},3,24,5,gross,EUR`], { units })).toBe('orders.csv row 41, column "unit": the unit "gross" has no factor; add it to sources.sales.units.factors');
    expect(await refusal([`${day(2)},3,24,5,,EUR`], { units })).toBe('orders.csv row 41, column "unit": the unit is empty; fill it in, or filter such rows away');
    expect(await refusal([`${day(2)},3,24,5,gross,EUR`], { units, filters: [{ column: 'sku', rule: 'in', values: ['A'] }] })).toBe('read');
  });
});

describe('currencies', () => {
  test('with fixed rates multiply prices', async () => {
    const currency = { column: 'money', to: 'EUR', rates: { USD: 0.5 } };
    expect(await readB([`${day(2)},3,24,5,piece,USD`, `${day(2)},3,24,5,piece,EUR`, `${day(2)},3,,5,piece,XXX`], { currency }, 'price')).toEqual([{ price: 12 }, { price: 24 }, { price: null }]);
    expect(await refusal([`${day(2)},3,24,5,piece,GBP`], { currency })).toBe('orders.csv row 41, column "money": there is no rate for GBP on 2024-01-02; add one to sources.sales.currency.rates');
  });
  test('with dated rates take the last one at or before the row, of a later line where two have one time', async () => {
    await scratch().file('rates.csv', ['code,from,rate', 'USD,2024-01-05,0.5', 'USD,2024-01-10,0.75', 'USD,2024-01-10,0.8', 'GBP,2024-01-01,2'].join('\n'));
    const currency = { column: 'money', to: 'EUR', rates: { uri: 'rates.csv', columns: { currency: 'code', time: 'from', rate: 'rate' } } };
    const rows = [`${day(5)},1,10,5,piece,USD`, `${day(9)},1,10,5,piece,USD`, `${day(10)},1,10,5,piece,USD`, `${day(30)},1,10,5,piece,GBP`, `${day(30)},1,10,5,piece,EUR`];
    expect(await readB(rows, { currency }, 'price')).toEqual([{ price: 5 }, { price: 5 }, { price: 8 }, { price: 20 }, { price: 10 }]);
    expect(await refusal([`${day(4)},1,10,5,piece,USD`], { currency })).toContain('there is no rate for USD on 2024-01-04');
    await scratch().file('rates.csv', 'code,from,rate\nUSD,2024-01-05,0\n');
    expect(await refusal([`${day(5)},1,10,5,piece,USD`], { currency })).toMatch(/^rates\.csv row 1: a rate needs a currency, a date and a number above 0/);
  });
});

describe('time zones', () => {
  const at = async (times: readonly string[], zones: Readonly<Record<string, string>>) =>
    (await readB(times.map((time) => `${time},1,1,1,piece,EUR`), zones, 'CAST(time AS VARCHAR) AS time')).map(({ time }) => time);

  test('do nothing to times that are written where the business is', async () => {
    const times = ['2024-01-05 23:30:00', '2024-03-31 01:30:00'];
    expect(await at(times, {})).toEqual(times);
    expect(await at(times, { timezone: 'Europe/London' })).toEqual(times);
  });
  test.each([['DATE', {}, '2024-01-05 00:00:00'], ['TIMESTAMP', {}, '2024-01-05 23:30:00'], ['TIMESTAMP', { recordedIn: 'UTC' }, '2024-01-06 07:30:00'], ['TIMESTAMPTZ', {}, '2024-01-06 07:30:00']])('turn columns of type %s into local time %j', async (type, more, expected) => {
    const { duckdb, folder } = scratch();
    const path = join(folder, 'typed.parquet');
    await query(`SET TimeZone = 'UTC'; COPY (SELECT 'A' AS sku, CAST('2024-01-05 23:30:00' AS ${type}) AS at, 1 AS units) TO '${path}' (FORMAT parquet)`);
    const { sales } = sourcesSchema.parse({ sales: { uri: 'typed.parquet', columns: { series: 'sku', time: 'at', target: 'units' }, timezone: 'Asia/Shanghai', ...more } });
    const { spans } = await duckdb.readSource({ file: { uri: 'typed.parquet', path }, number: 1, rates: [], sales, frequency: 'day', now: '2024-06-01', outFolder: await mkdtemp(join(folder, 'typed-')) });
    expect(spans[0]?.firstTime).toBe(expected.replace(' ', 'T'));
  });
  test('turn moments into days of the business', async () => {
    expect(await at(['2024-01-05T23:30:00Z', '2024-01-05T23:30+09:00', '2024-01-05 23:30:00-05'], { timezone: 'Asia/Shanghai' })).toEqual(['2024-01-06 07:30:00', '2024-01-05 22:30:00', '2024-01-06 12:30:00']);
  });
  test('turn times recorded elsewhere into days of the business, and leave dates alone', async () => {
    expect(await at(['2024-01-05 23:30:00', '2024-01-05'], { timezone: 'Asia/Shanghai', recordedIn: 'UTC' })).toEqual(['2024-01-06 07:30:00', '2024-01-05 00:00:00']);
  });
  test('read an hour that clocks skipped as if they had not, and of an hour that came twice the later one', async () => {
    expect(await at(['2024-03-31 01:30:00', '2023-10-29 01:30:00', '2023-10-29 00:59:00'], { timezone: 'UTC', recordedIn: 'Europe/London' }))
      .toEqual(['2024-03-31 01:30:00', '2023-10-29 01:30:00', '2023-10-28 23:59:00']);
  });
  test('repeat an hour of the business when its clocks go back', async () => {
    expect(await at(['2023-10-29T00:30:00Z', '2023-10-29T01:30:00Z'], { timezone: 'Europe/London' })).toEqual(['2023-10-29 01:30:00', '2023-10-29 01:30:00']);
  });
  test('that do not exist, or that say half of it, are refused', async () => {
    expect(await refusal([], { timezone: 'Europe/Lundon' })).toBe('sources.sales.timezone: "Europe/Lundon" is no time zone; give one of the time zone database, for instance Europe/London or Asia/Shanghai');
    expect(await refusal([], { recordedIn: 'UTC' })).toContain('set sources.sales.timezone, too');
  });
});
