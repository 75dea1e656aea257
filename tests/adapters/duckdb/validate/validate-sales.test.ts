import { describe, expect, test } from 'vitest';
import { createSandbox } from '../../../../adapters/duckdb/validate/run-sandboxed.ts';
import { validateSales, type ValidateRequest } from '../../../../adapters/duckdb/validate/validate-sales.ts';
import { validationRuleSchema } from '../../../../contracts/validation.schema.ts';
import type { PeriodLength } from '../../../../domain/calendar.ts';
import { useOwnSession } from '../own-session.ts';
import { salesFile, type SalesRow } from './sales-file.ts';

const scratch = useOwnSession();
/** Queries of rules run in this process here. */
const validate = (request: ValidateRequest) =>
  scratch().use((session) => validateSales(session, request, createSandbox({ memoryLimitMiB: 64, threads: 1, tempFolder: scratch().folder })));
const day = (i: number): string => new Date(Date.UTC(2024, 2, 1 + i, 9)).toISOString().slice(0, 19);

/** Ten kept rows of A and B1 on ten days, and one that takes no part. */
const tenRows: readonly SalesRow[] = Array.from({ length: 11 }, (_, i) => ({
  series: i < 7 ? 'A' : 'B1', time: day(i), target: i === 3 ? null : i, price: i / 2, kept: i < 10, category: i === 5 ? null : `c${i}`,
}));

interface Options {
  readonly rows?: readonly SalesRow[];
  readonly products?: string;
  readonly frequency?: PeriodLength;
}

async function check(rule: Readonly<Record<string, unknown>>, { rows = tenRows, products, frequency = 'week' }: Options = {}) {
  const sales = [await salesFile(scratch(), 'sales', rows)];
  const request = { sales, rules: [validationRuleSchema.parse(rule)], frequency, now: '2024-03-15T10:00:00Z', ...(products && { products }) };
  return (await validate(request)).outcomes[0];
}

describe('a rule over the kept rows', () => {
  test.each([
    [{ column: 'target', rule: 'not-null' }, false, '1 of 10 rows are empty (10 %)'],
    [{ column: 'target', rule: 'not-null', atMost: 0.1 }, true, '1 of 10 rows are empty (10 %)'],
    [{ column: 'target', rule: 'range', min: 1 }, false, '1 of 10 rows lie outside (10 %) (from 0 to 9)'],
    [{ column: 'price', rule: 'range', min: 0, max: 5 }, true, '0 of 10 rows lie outside (from 0 to 4.5)'],
    [{ column: 'time', rule: 'range', min: '2024-03-01', max: '2024-03-09' }, false, '1 of 10 rows lie outside (10 %) (from 2024-03-01 to 2024-03-10)'],
    [{ column: 'time', rule: 'range', max: '2024-03-10' }, true, '0 of 10 rows lie outside (from 2024-03-01 to 2024-03-10)'],
    [{ column: 'series', rule: 'matches', pattern: '^[A-Z]$' }, false, '3 of 10 rows do not match (30 %)'],
    [{ column: 'price', rule: 'type', type: 'integer' }, false, '5 of 10 rows are no whole numbers (50 %)'],
    [{ column: 'target', rule: 'type', type: 'integer' }, true, '0 of 10 rows are no whole numbers'],
    [{ column: 'category', rule: 'type', type: 'number' }, false, '9 of 10 rows are no numbers (90 %)'],
    [{ column: 'category', rule: 'type', type: 'text' }, true, '0 of 10 rows are no readable text'],
    [{ column: 'series', rule: 'accepted-values', values: ['A', 'B1'] }, true, '0 of 10 rows hold other values'],
    [{ column: 'target', rule: 'accepted-values', values: [0, 1, 2] }, false, '6 of 10 rows hold other values (60 %)'],
    [{ columns: ['series'], rule: 'unique' }, false, '8 of 10 rows repeat a key (80 %): 2 keys come more than once'],
    [{ columns: ['series', 'time'], rule: 'unique' }, true, '0 of 10 rows repeat a key'],
    [{ rule: 'monotonic-time' }, true, '0 of 10 rows are older than the row before them in their file'],
    [{ rule: 'row-count', min: 11 }, false, '10 rows'],
    [{ rule: 'row-count', min: 5, max: 10 }, true, '10 rows'],
    [{ rule: 'series-count', min: 3 }, false, '2 series'],
    [{ rule: 'freshness', maxAgeDays: 4 }, false, 'newest row of 2024-03-10, 5 days old'],
    [{ rule: 'freshness', maxAgeDays: 5 }, true, 'newest row of 2024-03-10, 5 days old'],
    [{ rule: 'sql', name: 'cheap', query: 'SELECT * FROM sales WHERE price < 1' }, false, '2 of 10 rows are returned (20 %)'],
    [{ rule: 'sql', name: 'cheap', query: 'SELECT * FROM sales WHERE price < 0 -- none;' }, true, '0 of 10 rows are returned'],
  ])('%j holds: %s', async (rule, holds, found) => {
    const warns = ['freshness', 'monotonic-time'].includes(rule.rule);
    expect(await check(rule)).toMatchObject({ holds, found, kind: rule.rule, rows: 10, severity: warns ? 'warn' : 'block' });
  });

  test('names the first five rows that break it, by file and row, and how many there are', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => ({ file: i % 2, row: 100 - i, target: -i, series: `s${i % 5}` }));
    expect(await check({ column: 'target', rule: 'range', min: 0, severity: 'warn' }, { rows })).toMatchObject({
      column: 'target', broken: 11, severity: 'warn', holds: false,
      examples: [{ file: 0, row: 90 }, { file: 0, row: 92 }, { file: 0, row: 94 }, { file: 0, row: 96 }, { file: 0, row: 98 }],
    });
  });

  test('of equal keys the first row is no repetition', async () => {
    const rows: SalesRow[] = [{ series: 'a', row: 9 }, { series: 'a', row: 4 }, { series: null, row: 1 }, { series: null, row: 2 }, { series: 'a', row: 6, kept: false }];
    expect(await check({ columns: ['series'], rule: 'unique' }, { rows })).toMatchObject({ broken: 1, examples: [{ file: 0, row: 9 }] });
  });

  test('rows that go back in time are found in each file by itself', async () => {
    const rows: SalesRow[] = [0, 3, 1, 2, 9].map((at, i) => ({ time: day(at), row: i + 1 })).concat([{ time: day(0), row: 1 }].map((row) => ({ ...row, file: 1 })));
    expect(await check({ rule: 'monotonic-time' }, { rows })).toMatchObject({ broken: 1, examples: [{ file: 0, row: 3 }], holds: false });
  });

  test('a foreign key is looked up in the products, and those that are missing are named', async () => {
    const products = `${scratch().folder}/products.parquet`;
    await scratch().query(`COPY (SELECT 'A' AS key) TO '${products}' (FORMAT parquet)`);
    expect(await check({ column: 'series', rule: 'foreign-key' }, { products })).toMatchObject({
      holds: false, broken: 3, found: '3 of 10 rows name a product that is not there (30 %): 1 key, such as "B1"', examples: [{ file: 0, row: 8 }, { file: 0, row: 9 }, { file: 0, row: 10 }],
    });
    await expect(check({ column: 'series', rule: 'foreign-key' })).rejects.toMatchObject({ code: 'BadInput', message: expect.stringContaining('no sources.products') as string });
  });

  test('a week with far fewer rows than the others lies outside the band', async () => {
    const rows = [0, 7, 14, 21, 28, 35].flatMap((start) => Array.from({ length: start === 14 ? 2 : 10 }, () => ({ time: day(3 + start) })));
    expect(await check({ rule: 'row-count-band', factor: 3 }, { rows })).toMatchObject({ holds: false, broken: 2, found: '1 weeks outside: 2024-03-18 has 2 where 10 are usual' });
    expect(await check({ rule: 'row-count-band', factor: 6 }, { rows })).toMatchObject({ holds: true, found: '2 to 10 rows a week' });
  });

  test('the band counts by the weeks that the pipeline file has', async () => {
    // Sunday 2024-03-03 and every seventh day after it, at two in the morning: the Saturday of a business that closes at four.
    const rows = [0, 7, 14, 21, 28, 35].flatMap((start) => Array.from({ length: start === 14 ? 2 : 10 }, () => ({ time: `${day(2 + start).slice(0, 10)}T02:00:00` })));
    const outside = async (frequency: PeriodLength) => (await check({ rule: 'row-count-band', factor: 3 }, { rows, frequency }))?.found;
    expect(await outside('week-sunday')).toBe('1 weeks outside: 2024-03-17 has 2 where 10 are usual');
    expect(await outside('week-sunday@04:00')).toBe('1 weeks outside: 2024-03-10 has 2 where 10 are usual');
    expect(await outside('week')).toBe('1 weeks outside: 2024-03-11 has 2 where 10 are usual');
  });

  test('hours are compared by day: nobody expects as many sales at night', async () => {
    const sales = [await salesFile(scratch(), 'hours', Array.from({ length: 60 }, (_, i) => ({ time: `${day(Math.floor(i / 3)).slice(0, 10)}T${String(9 + (i % 3)).padStart(2, '0')}:00:00` })))];
    const { outcomes } = await validate({ sales, rules: [validationRuleSchema.parse({ rule: 'row-count-band', factor: 3 })], frequency: 'hour', now: '2024-03-15' });
    expect(outcomes).toMatchObject([{ holds: true, found: '3 to 3 rows a day' }]);
  });

  test('the figures of the columns are those of the kept rows', async () => {
    const sales = [await salesFile(scratch(), 'sales', tenRows)];
    const { metrics } = await validate({ sales, rules: [], frequency: 'week', now: '2024-03-15' });
    expect(metrics).toMatchObject({
      rows: 10,
      columns: {
        series: { count: 10, nullCount: 0, distinctCount: 2 },
        target: { count: 9, nullCount: 1, sum: 42, min: 0, max: 9 },
        stock: { count: 0, nullCount: 10 },
        category: { count: 9, nullCount: 1, distinctCount: 9 },
      },
    });
  });

  test('a snapshot without rows breaks what asks for rows', async () => {
    const rules = [{ rule: 'row-count' }, { column: 'target', rule: 'not-null' }, { rule: 'freshness', maxAgeDays: 3 }, { rule: 'row-count-band' }].map((rule) => validationRuleSchema.parse(rule));
    const { outcomes } = await validate({ sales: [], rules, frequency: 'week', now: '2024-03-15' });
    expect(outcomes.map(({ holds }) => holds)).toEqual([false, true, false, true]);
  });
});

describe('a rule that can not be checked is refused by its place, words and reason', () => {
  test.each([
    [{ column: 'targets', rule: 'not-null' }, 'validate, rule 1 (targets not-null): there is no column "targets"; did you mean "target"?'],
    [{ column: 'kept', rule: 'not-null' }, 'there is no column "kept"'],
    [{ column: 'series', rule: 'matches', pattern: '((a)' }, 'is no regular expression'],
    [{ column: 'series', rule: 'matches', pattern: '((a{1000}){1000}){1000}' }, 'is no regular expression'],
    [{ column: 'time', rule: 'range', min: 3 }, 'give min and max as dates'],
    [{ column: 'price', rule: 'range', min: '2024-01-01' }, 'give min and max as numbers'],
    [{ column: 'price', rule: 'range' }, 'without min and max nothing is checked'],
    [{ column: 'price', rule: 'type', type: 'date' }, 'holds numbers in every snapshot, so it is never a date'],
    [{ column: 'price', rule: 'accepted-values', values: ['dear'] }, 'give the values as numbers'],
  ])('%j', async (rule, message) => {
    await expect(check(rule)).rejects.toMatchObject({ code: 'BadInput', message: expect.stringContaining(message) as string });
  });

  test('a pattern that makes other engines run for ever is checked in time that grows with the text', async () => {
    const rows = [{ series: `${'a'.repeat(50_000)}!` }];
    expect(await check({ column: 'series', rule: 'matches', pattern: '^(a+)+$' }, { rows })).toMatchObject({ broken: 1 });
  });
});
