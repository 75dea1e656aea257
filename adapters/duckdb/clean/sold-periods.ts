import { addPeriods, type PeriodLength, startUnit } from '../../../domain/calendar.ts';
import type { SoldPeriods } from '../../../domain/cleaning/clean-series.ts';
import { readSeriesRuns } from '../panel/series-runs.ts';
import { startNumberSql, startSql } from '../period-start.ts';
import type { Session } from '../session.ts';
import { exactSum, parquetFiles } from '../sql-text.ts';

/** What was sold per series and period, as columns: series `i` has the rows `offsets[i] … offsets[i + 1] − 1`. */
export interface SoldRuns extends SoldPeriods {
  readonly series: readonly string[];
  readonly offsets: Uint32Array;
}

export interface SoldQuestion {
  /** Paths of sales parts. */
  readonly sales: readonly string[];
  readonly frequency: PeriodLength;
  /** Start of the last period that is looked at. */
  readonly last: number;
  /** Last day (hour for hours) that is seen. */
  readonly until: number;
}

/** Sums the kept rows of sales parts by series and period. */
export async function soldPeriods(session: Session, { sales, frequency, last, until }: SoldQuestion): Promise<SoldRuns> {
  const unit = startUnit(frequency);
  const end = startSql(String(until + 1), unit);
  const priced = 'target > 0 AND price IS NOT NULL';
  const period = startNumberSql(`date_trunc('${frequency}', time)`, unit);
  const files = parquetFiles(sales);
  // Most tables have no stock, and the last one of a period costs as much as all sums of it.
  const { stocked } = await session.row(`SELECT count(stock) > 0 AS stocked FROM ${files}`);
  const [lowStock, stock] = stocked === true ? ['min(stock)', 'arg_max(stock, (time, file, row)) FILTER (stock IS NOT NULL)'] : ['NULL::DOUBLE', 'NULL::DOUBLE'];
  // Rows without a time are never kept. Integers instead of dates: a third less to hash.
  await session.run(`
    CREATE OR REPLACE TEMP TABLE sold AS
    SELECT series, ds, ${exactSum('target')} AS total, max(target) AS largest, count(target) AS lines, count(*) - count(target) AS untold,
           ${exactSum(`CASE WHEN ${priced} THEN target * price END`)} / ${exactSum(`CASE WHEN ${priced} THEN target END`)} AS price,
           ${lowStock} AS low_stock, ${stock} AS stock
    FROM (SELECT *, ${period} AS ds FROM ${files} WHERE kept AND time < ${end})
    WHERE ds < ${String(addPeriods(last, 1, frequency))} GROUP BY series, ds ORDER BY series, ds`);
  const { columns, ...runs } = await readSeriesRuns(session, {
    relation: 'sold', ds: 'ds',
    columns: { total: 'total', largest: 'largest', lines: 'lines', untold: 'untold', price: 'price', lowStock: 'low_stock', stock: 'stock' },
  });
  await session.run('DROP TABLE sold');
  return { ...runs, ...columns };
}
