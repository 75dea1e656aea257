import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { BadInput } from '../../contracts/failure.ts';
import { packageRoot } from '../../infra/toolchain/paths.ts';
import { describeSet, useDataPlane } from './data-plane.ts';

const plane = useDataPlane();

describe('Online Retail, in periods that begin elsewhere', () => {
  const uri = join(packageRoot, 'examples/online-retail/data/online_retail.parquet');
  const file = (frequency: string, evaluate = {}) => ({
    name: 'aligned', task: 'forecast', frequency, horizon: 1, evaluate,
    sources: { sales: { uri, columns: { series: 'StockCode', time: 'InvoiceDate', target: 'Quantity' }, filters: [{ column: 'Quantity', rule: 'more-than', value: 0 }] } },
  });
  /** What differs between the panel and the sums of all series by an SQL expression of the period. */
  const differences = (period: string, last: string): string => `
    , ours AS (SELECT CAST(ds AS DATE) AS ds, sum(y_raw) AS sold FROM t GROUP BY ds),
      theirs AS (SELECT CAST(${period} AS DATE) AS ds, sum(Quantity)::DOUBLE AS sold FROM read_parquet('${uri}') WHERE Quantity > 0 GROUP BY 1)
    SELECT (SELECT count(*) FROM ours) AS periods,
      (SELECT count(*) FROM ours FULL JOIN theirs USING (ds) WHERE ds BETWEEN (SELECT min(ds) FROM ours) AND DATE '${last}' AND coalesce(ours.sold, 0) <> coalesce(theirs.sold, 0)) AS different`;

  // Sales from Wednesday 2010-12-01 to Friday 2011-12-09: the periods that they cover in whole.
  test.each([
    ['week', "date_trunc('week', InvoiceDate)", '2010-12-06', '2011-11-28', 52],
    ['week-sunday', "time_bucket(INTERVAL 7 DAY, InvoiceDate, TIMESTAMP '2000-01-02')", '2010-12-05', '2011-11-27', 52],
    ['week-saturday', "time_bucket(INTERVAL 7 DAY, InvoiceDate, TIMESTAMP '2000-01-01')", '2010-12-04', '2011-12-03', 53],
    ['week-wednesday@12:00', "time_bucket(INTERVAL 7 DAY, InvoiceDate, TIMESTAMP '1999-12-29 12:00:00')", '2010-12-01', '2011-11-30', 53],
    ['month-26', 'time_bucket(INTERVAL 1 MONTH, InvoiceDate - INTERVAL 25 DAY) + INTERVAL 25 DAY', '2010-12-26', '2011-10-26', 11],
    ['day@12:00', "time_bucket(INTERVAL 1 DAY, InvoiceDate, TIMESTAMP '2000-01-01 12:00:00')", '2010-11-30', '2011-12-09', 375],
  ] as const)('sums by %s are those of SQL, and incomplete periods are left out', async (frequency, period, from, to, periods) => {
    const { cleaned } = await plane().run(file(frequency, { folds: 1 }));
    expect(cleaned).toMatchObject({ from, to, periods });
    expect(await plane().figures(cleaned.panel, differences(period, to))).toEqual({ periods, different: 0 });
  });

  test.each([['week-sunday@04:00', 'INTERVAL 7 DAY'], ['month-26', 'INTERVAL 1 MONTH'], ['day@12:00', 'INTERVAL 1 DAY']] as const)('the targets of %s are the sales of the next period, across parts of the table', async (frequency, next) => {
    const made = await plane().run(file(frequency, { folds: 1 }));
    const { table } = await plane().features(made);
    const { compared, different } = await plane().figures(table, `SELECT count(*) AS compared, count(*) FILTER (a_1 IS DISTINCT FROM CAST(y_raw AS FLOAT)) AS different
      FROM t JOIN ${await plane().rowsOf(made.cleaned.panel)} AS panel ON t.series = panel.series AND CAST(panel.ds AS DATE) = CAST(CAST(t.origin AS DATE) + ${next} AS DATE)`);
    expect(different).toBe(0);
    expect(compared).toBeGreaterThan(10_000);
  });

  test('the profile of a snapshot counts by the same periods', async () => {
    const { snapshot: { profile } } = await plane().snapshot(file('week-sunday', { folds: 1 }));
    if (profile === undefined) throw new Error('the snapshot has no profile');
    expect(await plane().report(profile)).toMatchObject({ frequency: 'week-sunday', periods: { starts: expect.arrayContaining(['2010-11-28', '2010-12-05', '2011-12-04']) } });
  });
});

describeSet('Avocado prices', 'AvocadoPrices/avocado.parquet', (uri) => {
  const file = (frequency: string) => ({ name: 'avocado', task: 'forecast', frequency, horizon: 4, sources: { sales: { uri, columns: { series: ['region', 'type'], time: 'Date', target: 'Total Volume' } } }, cleaning: { gaps: 'unknown', outliers: { method: 'none' } } });

  test('weeks from Sunday keep the dates of the file', async () => {
    const { cleaned } = await plane().run(file('week-sunday'));
    expect(cleaned).toMatchObject({ from: '2015-01-04', to: '2018-03-25', periods: 169 });
    expect(await plane().figures(cleaned.panel, `SELECT count(*) AS strangers FROM t WHERE y_raw IS NOT NULL AND CAST(ds AS DATE) NOT IN (SELECT CAST(Date AS DATE) FROM read_parquet('${uri}'))`)).toEqual({ strangers: 0 });
  });

  test('dates without a time of day have no days that begin later', async () => {
    const refused = plane().snapshot(file('week-sunday@04:00'));
    await expect(refused).rejects.toThrow(BadInput);
    await expect(refused).rejects.toThrow("no row has a time of day, so days can't begin at 04:00; set frequency: week-sunday");
  });
});
