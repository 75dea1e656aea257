import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parquetFiles } from '../../../../adapters/duckdb/sql-text.ts';
import { type Sources } from '../../../../contracts/pipeline.schema.ts';
import { sourcesSchema } from '../../../../contracts/sources.schema.ts';
import { surroundings } from '../../../activities/surroundings.ts';
import { query, useScratch } from '../scratch.ts';
import { ingestLocally } from './ingest-locally.ts';

const scratch = useScratch();
const columns = { series: 'sku', time: 'day', target: 'units' };

/** A file of 60 good days of one product, with lines replaced (row number → line). */
function goodCsv(replaced: Readonly<Record<number, string>> = {}, header = 'sku,day,units'): string {
  const line = (row: number): string => `A,${new Date(Date.UTC(2024, 0, row)).toISOString().slice(0, 10)},${String(row % 7)}`;
  return [header, ...Array.from({ length: 60 }, (_, i) => replaced[i + 1] ?? line(i + 1))].join('\n') + '\n';
}

interface Attempt {
  readonly csv?: string | Uint8Array;
  readonly sales?: Readonly<Record<string, unknown>>;
  readonly horizon?: number;
  readonly now?: string;
  readonly outFolder?: string;
}

async function ingest({ csv = goodCsv(), sales = {}, horizon = 7, now = '2024-06-01', outFolder = join(scratch().folder, randomUUID()) }: Attempt) {
  const { duckdb, folder, file } = scratch();
  await file('sales.csv', csv);
  await mkdir(outFolder);
  const sources: Sources = sourcesSchema.parse({ sales: { uri: 'sales.csv', columns, ...sales } });
  const { snapshot, sales: parts } = await ingestLocally(duckdb, surroundings(outFolder), { sources, baseFolder: folder, frequency: 'day', horizon, folds: 3, now });
  return { ...snapshot, parts };
}

/** The message of the refusal; it must be one line, and nothing may be left behind. */
async function refusal(attempt: Attempt): Promise<string> {
  const outFolder = join(scratch().folder, randomUUID());
  const error = await ingest({ ...attempt, outFolder }).then(() => undefined, (reason: unknown) => reason);
  expect(error).toMatchObject({ code: expect.stringMatching(/BadInput|DatasetMissing/) as string, retryable: false });
  const written = await readdir(outFolder).catch(() => []);
  expect(written.filter((name) => name.startsWith('work-'))).toEqual([]);
  const message = error instanceof Error ? error.message : '';
  expect(message).not.toContain('\n');
  return message;
}

describe('bad input is refused with file, place and remedy', () => {
  test('a missing file', async () => {
    expect(await refusal({ sales: { uri: 'nowhere.csv' } })).toMatch(/^sources\.sales\.uri nowhere\.csv: there is no file .*nowhere\.csv; correct the path/);
  });
  test('an address in a place that this process has no way to', async () => {
    expect(await refusal({ sales: { uri: 's3://bucket/sales.csv' } })).toContain('s3://bucket/sales.csv: this process reads local files only');
  });
  test('an empty file', async () => {
    expect(await refusal({ csv: '' })).toBe('sales.csv: the file is empty; export it again');
  });
  test('a header without rows', async () => {
    expect(await refusal({ csv: 'sku,day,units\n' })).toBe('sales.csv: the file has a header but no rows; export it again');
  });
  test('a wrong column, with the nearest right name', async () => {
    expect(await refusal({ sales: { columns: { ...columns, target: 'unit' } } })).toBe('sales.csv: there is no column "unit" (columns.target); did you mean "units"? The file has "sku", "day", "units"');
  });
  test('text in a number column', async () => {
    expect(await refusal({ csv: goodCsv({ 17: 'A,2024-01-17,many' }) })).toBe('sales.csv row 17, column "units": "many" is not a number; correct it, or filter the row away');
  });
  test('numbers so large that their sums would not fit, before or after conversion; but those that fit are taken', async () => {
    expect(await refusal({ csv: goodCsv({ 17: 'A,2024-01-17,1e400' }) })).toBe('sales.csv row 17, column "units": "1e400" is too large, 1e15 is the most; correct it, or filter the row away');
    expect(await refusal({ csv: goodCsv({ 17: 'A,2024-01-17,1e308' }) })).toBe('sales.csv row 17, column "units": 1e+308 is too large, 1e15 is the most; correct it, or filter the row away');
    expect(await refusal({ csv: goodCsv({ 17: 'A,2024-01-17,-2e15' }) })).toContain('row 17, column "units": -2000000000000000.0 is too large');
    expect((await ingest({ csv: goodCsv({ 17: 'A,2024-01-17,1e15' }) })).rows).toBe(60);
  });
  test('a decimal comma', async () => {
    const csv = goodCsv({ 9: 'A,2024-01-09,"12,5"' });
    expect(await refusal({ csv })).toBe('sales.csv row 9, column "units": "12,5" is not a number (decimal comma? set csv.decimal: \',\')');
    expect((await ingest({ csv, sales: { csv: { decimal: ',' } } })).keptRows).toBe(60);
  });
  test('an unreadable date', async () => {
    expect(await refusal({ csv: goodCsv({ 30: 'A,2024-02-31,4' }) })).toBe('sales.csv row 30, column "day": "2024-02-31" is not a date; correct it, or set csv.timeFormat (for instance \'%d/%m/%Y %H:%M\')');
  });
  test('an empty date and an empty key', async () => {
    expect(await refusal({ csv: goodCsv({ 30: 'A,,4' }) })).toContain('sales.csv row 30, column "day": the date is empty');
    expect(await refusal({ csv: goodCsv({ 31: ',2024-01-31,4' }) })).toContain('sales.csv row 31, column "sku": the series key is empty');
  });
  test('dates that could be read either way round', async () => {
    const csv = 'sku,day,units\n' + Array.from({ length: 12 }, (_, i) => `A,0${String((i % 9) + 1)}/02/2024,1\n`).join('');
    expect(await refusal({ csv })).toContain('every date can be read as day/month and as month/day; set csv.timeFormat');
  });
  test('a date in the future', async () => {
    expect(await refusal({ now: '2024-02-15' })).toBe('sales.csv row 48, column "day": 2024-02-17 lies in the future (the run started on 2024-02-15); correct the date or its format (csv.timeFormat), or filter the row away');
  });
  test('filters that leave nothing, with what each removed', async () => {
    const filters = [{ column: 'sku', rule: 'in', values: ['B'] }, { column: 'units', rule: 'more-than', value: 3 }];
    expect(await refusal({ sales: { filters } })).toBe('sales.csv: the filters leave none of 60 rows (removed by sku in B: 60; units more-than 3: 35); loosen them');
  });
  test('a pattern that is no regular expression', async () => {
    expect(await refusal({ sales: { filters: [{ column: 'sku', rule: 'matches', pattern: '(' }] } })).toContain('filter on "sku": "(" is no regular expression');
  });
  test('a horizon longer than the history, and a series of one row', async () => {
    expect(await refusal({ horizon: 12 })).toBe('sales.csv: sales from 2024-01-01 to 2024-02-29 are 60 complete days, but horizon 12 with 3 folds needs 64; shorten horizon, use fewer folds (evaluate.folds), or give a longer history');
    expect(await refusal({ csv: 'sku,day,units\nA,2024-01-01,3\n' })).toContain('are 1 complete day, but horizon 7 with 3 folds needs 39');
  });
  test('a line with too many fields', async () => {
    expect(await refusal({ csv: goodCsv({ 40: 'A,2024-02-09,3,surplus' }) })).toBe('sales.csv line 41: 4 fields where the header has 3; mend the line, or set csv.delimiter');
    expect(await refusal({ csv: goodCsv({ 40: 'A,2024-02-09' }) })).toBe('sales.csv line 41: 2 fields where the header has 3; mend the line, or set csv.delimiter');
  });
  test('two columns of one name', async () => {
    expect(await refusal({ csv: goodCsv({}, 'sku,day,day') })).toContain('the header has two columns "day"');
    expect(await refusal({ csv: goodCsv({}, 'sku,day,Day') })).toContain('the header has columns "day" and "Day" that differ in case only');
  });
  test('an encoding that does not fit, or does not exist', async () => {
    const latin1 = Buffer.from(goodCsv({ 5: 'É,2024-01-05,3' }), 'latin1');
    expect(await refusal({ csv: latin1 })).toContain('the text is not UTF-8; set csv.encoding');
    expect(await refusal({ csv: latin1, sales: { csv: { encoding: 'utf-16le' } } })).toMatch(/not utf-16le|no column/);
    expect(await refusal({ sales: { csv: { encoding: 'klingon' } } })).toContain('unknown csv.encoding "klingon"; use one of utf-8, latin1');
  });
  test('a damaged Parquet file', async () => {
    expect(await refusal({ csv: 'PAR1 but nothing else of one' })).toBe('sales.csv: the Parquet file is damaged; export it again');
    const withoutMetadata = Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(200, 7), Buffer.from([200, 0, 0, 0]), Buffer.from('PAR1')]);
    expect(await refusal({ csv: withoutMetadata })).toBe('sales.csv: the Parquet file is damaged; export it again');
  });
  test('a file of another kind, told by its first bytes', async () => {
    expect(await refusal({ csv: Buffer.from('PK\x03\x04 and so on', 'latin1') })).toContain('the workbook is damaged');
    expect(await refusal({ csv: Buffer.from('\x1f\x8b\x08\x00', 'latin1') })).toContain("the file is damaged: gzip can't unpack it");
    expect(await refusal({ csv: Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 37) % 256)) })).toContain('this is neither CSV nor Parquet');
    const utf16 = Buffer.from(`\uFEFF${goodCsv()}`, 'utf16le');
    expect(await refusal({ csv: utf16 })).toBe('sales.csv: the text is UTF-16, not UTF-8; set csv.encoding: utf-16le');
    expect((await ingest({ csv: utf16, sales: { csv: { encoding: 'utf-16le' } } })).rows).toBe(60);
  });
  test('a file that its reader may not open', async () => {
    // Root may read everything: it becomes somebody else for the moment.
    const isRoot = process.geteuid?.() === 0;
    const { duckdb, folder, file } = scratch();
    const path = await file('locked.csv', goodCsv());
    await chmod(path, 0o000);
    await chmod(folder, 0o755);
    const sources: Sources = sourcesSchema.parse({ sales: { uri: path, columns } });
    if (isRoot) process.seteuid?.(65_534);
    const reason = await duckdb.listSources({ sources, baseFolder: folder }).catch((error: unknown) => error).finally(() => { if (isRoot) process.seteuid?.(0); });
    expect(reason).toMatchObject({ code: 'BadInput', message: `sources.sales.uri ${path}: ${path} can't be read (EACCES); let the user who runs the workers read it, or give another file` });
  });
  test('a NUL character in a key, and control characters shown as what they are', async () => {
    expect(await refusal({ csv: goodCsv({ 8: 'A\0B,2024-01-08,3' }) })).toContain('sales.csv row 8, column "sku": the series key holds a NUL character');
    expect(await refusal({ csv: goodCsv({ 8: 'A,2024-01-08,"3\n4"' }) })).toContain('sales.csv row 8, column "units": "3\\u{a}4" is not a number');
  });
  test('a key that names orders, so that every series has one row', async () => {
    const csv = ['sku,day,units', ...Array.from({ length: 60 }, (_, i) => `order-${String(i)},${new Date(Date.UTC(2024, 0, i + 1)).toISOString().slice(0, 10)},2`)].join('\n');
    expect(await refusal({ csv })).toBe('sales.csv, column "sku": each of 60 series has sales on a single day, which nothing can be learnt from; name the column that tells products apart (columns.series), or give a longer history');
  });
  test('a file without its header line, or with another delimiter', async () => {
    expect(await refusal({ csv: goodCsv().slice('sku,day,units\n'.length) })).toContain('there is no column "sku" (columns.series); is the header line missing?');
    expect(await refusal({ csv: goodCsv(), sales: { csv: { delimiter: ';' } } })).toContain('is csv.delimiter the right one?');
  });
});

describe('what is unusual but right is read', () => {
  test('a sale of today where the day begins before it does in Greenwich', async () => {
    expect((await ingest({ now: '2024-02-28T13:00:00Z' })).keptRows).toBe(60);
  });
  test('columns without a name, as an index or a spreadsheet leaves them', async () => {
    const csv = goodCsv({}, 'sku,day,units').split('\n').map((line, i) => (line === '' ? '' : `${i === 0 ? '' : String(i)},${line},`)).join('\n');
    expect((await ingest({ csv })).rows).toBe(60);
  });
  test('rows that the filters leave out may hold anything', async () => {
    const csv = goodCsv({ 60: 'Total,sum of all,many' });
    expect((await ingest({ csv, sales: { filters: [{ column: 'sku', rule: 'matches', pattern: '^.$' }] } })).keptRows).toBe(59);
  });
  test('quotes, line ends of Windows, a byte order mark and empty lines', async () => {
    const csv = '\uFEFF' + goodCsv({ 7: '"A ""x"", y",2024-01-07,5', 8: '"B\nC",2024-01-08,5', 9: '' }, 'sku,"day",units').replaceAll('\n', '\r\n');
    const { parts, rows } = await ingest({ csv });
    expect(rows).toBe(59);
    expect(await query(`SELECT series, row FROM ${parquetFiles(parts)} WHERE target = 5 AND row < 10 ORDER BY row`)).toEqual([{ series: 'A', row: 5 }, { series: 'A "X", Y', row: 7 }, { series: 'B\r\nC', row: 8 }]);
  });
  test('latin-1, GBK, semicolons, decimal commas and day-first dates', async () => {
    const latin1 = Buffer.from(goodCsv({ 5: 'É,2024-01-05,3' }), 'latin1');
    const read = await ingest({ csv: latin1, sales: { csv: { encoding: 'latin-1'.replace('-', '') } } });
    expect(await query(`SELECT DISTINCT series FROM ${parquetFiles(read.parts)} ORDER BY 1`)).toEqual([{ series: 'A' }, { series: 'É' }]);
    const gbk = Buffer.concat([Buffer.from(goodCsv({ 60: '' })), Buffer.from([0xc2, 0xcc, 0xb2, 0xe8]), Buffer.from(',2024-02-29,3\n')]);
    expect(await query(`SELECT DISTINCT series FROM ${parquetFiles((await ingest({ csv: gbk, sales: { csv: { encoding: 'gbk' } } })).parts)} ORDER BY 1`)).toEqual([{ series: 'A' }, { series: '绿茶' }]);
    const german = ['sku;day;units', ...Array.from({ length: 60 }, (_, i) => `A;${new Date(Date.UTC(2024, 0, i + 1)).toLocaleDateString('de-DE', { timeZone: 'UTC' })};1.000,5`)].join('\n');
    const { parts } = await ingest({ csv: german, sales: { csv: { decimal: ',' } } });
    expect(await query(`SELECT count(DISTINCT time) AS days, min(target) AS low, max(target) AS high FROM ${parquetFiles(parts)}`)).toEqual([{ days: 60, low: 1000.5, high: 1000.5 }]);
  });
});
