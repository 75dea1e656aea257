import { expect, test } from 'vitest';

import { soldPeriods, type SoldQuestion } from '../../../../adapters/duckdb/clean/sold-periods.ts';
import { dayOfIso, startOfIso } from '../../../../domain/calendar.ts';
import { useSessions } from '../panel/use-sessions.ts';

const { path, inSession, query } = useSessions();

/** Sales as a snapshot has them, sorted; some rows are not kept, some lack a target, a price or a stock. */
async function sales(name: string, from: string, rows: number): Promise<string> {
  const out = path(name);
  await inSession((session) => session.run(`
    COPY (SELECT 's' || (hash(i) % 37) AS series, TIMESTAMP '${from}' + (hash(i * 3) % 120_000) * INTERVAL 1 MINUTE AS time,
                 CASE WHEN i % 13 = 0 THEN NULL ELSE ((hash(i * 5) % 9_000)::DOUBLE - 400) / 100 END AS target, CASE WHEN i % 7 = 0 THEN NULL ELSE (hash(i * 7) % 999)::DOUBLE / 100 END AS price,
                 CASE WHEN i % 3 = 0 THEN NULL ELSE (hash(i * 11) % 50)::DOUBLE END AS stock, i % 17 <> 0 AS kept, 0::USMALLINT AS file, i::UBIGINT AS row
          FROM range(${String(rows)}) AS t(i) ORDER BY series, time, file, row) TO '${out}' (FORMAT parquet)`));
  return out;
}

/** The same by grouping in SQL. */
function grouped(files: readonly string[], period: string, condition: string) {
  const exact = (expression: string): string => `CAST(sum(CAST(${expression} AS DECIMAL(38, 6))) AS DOUBLE)`;
  const priced = 'FILTER (target > 0 AND price IS NOT NULL)';
  return query(`
    SELECT series, ds, ${exact('target')} AS total, max(target) AS largest, count(target) AS lines, count(*) - count(target) AS untold,
           CAST(sum(CAST(target * price AS DECIMAL(38, 6))) ${priced} AS DOUBLE) / CAST(sum(CAST(target AS DECIMAL(38, 6))) ${priced} AS DOUBLE) AS price,
           min(stock) AS "lowStock", arg_max(stock, (time, file, row)) FILTER (stock IS NOT NULL) AS stock
    FROM (SELECT *, ${period} AS ds FROM read_parquet([${files.map((file) => `'${file}'`).join(', ')}]) WHERE kept AND ${condition}) GROUP BY series, ds ORDER BY series, ds`);
}

async function summed(question: SoldQuestion, threads: number) {
  const { series, offsets, ds, ...columns } = await inSession((session) => soldPeriods(session, question), threads);
  return series.flatMap((name, i) => Array.from(ds.subarray(offsets[i], offsets[i + 1]), (start, k) => ({
    series: name, ds: start, ...Object.fromEntries(Object.entries(columns).map(([column, values]) => {
      const value = values[(offsets[i] ?? 0) + k] ?? Number.NaN;
      return [column, Number.isNaN(value) ? null : value];
    })),
  })));
}

const days = (start: string): string => `CAST(datediff('day', DATE '1970-01-01', CAST(${start} AS DATE)) AS INTEGER)`;
const day = (iso: string): number => dayOfIso(iso) ?? Number.NaN;

test.each([
  ['day', days('time'), day('2024-03-10'), day('2024-03-20'), `time < TIMESTAMP '2024-03-11'`],
  ['week', days("date_trunc('week', time)"), day('2024-03-11'), day('2024-03-13'), `time < TIMESTAMP '2024-03-14'`],
  ['month', days("date_trunc('month', time)"), day('2024-02-01'), day('2024-03-20'), `time < TIMESTAMP '2024-03-01'`],
  ['day@04:00', days("time_bucket(INTERVAL 1 DAY, time, TIMESTAMP '2000-01-01 04:00:00')"), day('2024-03-10'), day('2024-03-20'), `time < TIMESTAMP '2024-03-11 04:00:00'`],
  ['week-sunday', days("time_bucket(INTERVAL 7 DAY, time, TIMESTAMP '2000-01-02')"), day('2024-03-10'), day('2024-03-12'), `time < TIMESTAMP '2024-03-13'`],
  ['week-friday@18:30', days("time_bucket(INTERVAL 7 DAY, time, TIMESTAMP '1999-12-31 18:30:00')"), day('2024-03-08'), day('2024-03-20'), `time < TIMESTAMP '2024-03-15 18:30:00'`],
  ['month-26', days("time_bucket(INTERVAL 1 MONTH, time - INTERVAL 25 DAY) + INTERVAL 25 DAY"), day('2024-01-26'), day('2024-03-20'), `time < TIMESTAMP '2024-02-26'`],
  ['hour', "CAST(datediff('hour', TIMESTAMP '1970-01-01', time) AS INTEGER)", startOfIso('2024-02-03T05:00', 'hour') ?? 0, startOfIso('2024-02-03T09:00', 'hour') ?? 0, `time < TIMESTAMP '2024-02-03 06:00:00'`],
] as const)('sales by the %s are summed as SQL sums them', async (frequency, period, last, until, condition) => {
  const file = await sales('sales.parquet', '2024-01-02', 40_000);
  const expected = await grouped([file], period, condition);
  expect(expected.length).toBeGreaterThanOrEqual(37 * 2);
  expect(await summed({ sales: [file], frequency, last, until }, 4)).toEqual(expected);
});

test('rows of several parts meet in their series', async () => {
  const files = [await sales('early.parquet', '2023-10-01', 3_000), await sales('late.parquet', '2024-01-01', 5_000)];
  expect(await summed({ sales: files, frequency: 'week', last: day('2024-06-03'), until: day('2024-06-09') }, 3)).toEqual(await grouped(files, days("date_trunc('week', time)"), 'true'));
});

test('there may be nothing', async () => {
  expect(await summed({ sales: [await sales('none.parquet', '2024-01-01', 100)], frequency: 'day', last: day('2020-01-01'), until: day('2020-01-01') }, 2)).toEqual([]);
});
