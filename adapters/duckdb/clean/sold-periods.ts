import { addPeriods, type PeriodLength, startUnit } from '../../../domain/calendar.ts';
import { PeriodSums, type SaleRows, type SummedPeriods } from '../../../domain/cleaning/period-sums.ts';
import { firstMomentSql, periodSql, startNumberSql, startSql } from '../period-start.ts';
import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';
import { copyNumbers } from '../typed-columns.ts';

/** What was sold per series and period, as columns: series `i` has the rows `offsets[i] … offsets[i + 1] − 1`. */
export interface SoldRuns extends SummedPeriods {
  /** In the order of their UTF-8 bytes. */
  readonly series: readonly string[];
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

/** DuckDB's vectors hold this many rows at most. */
const chunkRows = 2048;

/** Sums the kept rows of sales parts by series and period, as they stream by: a part is sorted by (series, time, file, row). */
export async function soldPeriods(session: Session, { sales, frequency, last, until }: SoldQuestion): Promise<SoldRuns> {
  const unit = startUnit(frequency);
  const period = startNumberSql(periodSql('time', frequency), unit);
  // A period that counts has no row from here on. Rows without a time are never kept.
  const end = firstMomentSql(startSql(String(Math.min(until + 1, addPeriods(last, 1, frequency))), unit), frequency);
  const seen = `FROM ${parquetFiles(sales)} WHERE kept AND time < ${end}`;
  const found = await session.rows(`SELECT series, count(*) AS rows ${seen} GROUP BY series ORDER BY series`);
  const rows = Uint32Array.from(found, (row) => numberIn(row, 'rows'));

  const sums = new PeriodSums();
  const chunk: SaleRows = { ds: new Int32Array(chunkRows), target: new Float64Array(chunkRows), price: new Float64Array(chunkRows), stock: new Float64Array(chunkRows) };
  const number = (column: string): string => `coalesce(CAST(${column} AS DOUBLE), 'nan'::DOUBLE) AS ${column}`;
  // Several parts follow each other in time, each with all its series.
  const order = sales.length > 1 ? 'ORDER BY series, time, file, row' : '';
  let [run, left] = [0, rows[0] ?? 0];
  for await (const vectors of session.chunks(`SELECT ${period} AS ds, ${['target', 'price', 'stock'].map(number).join(', ')} ${seen} ${order}`)) {
    [chunk.ds, chunk.target, chunk.price, chunk.stock].forEach((array, c) => { copyNumbers(vectors.getColumnVector(c), array, 0); });
    for (let at = 0; at < vectors.rowCount;) {
      const to = Math.min(vectors.rowCount, at + left);
      sums.add(chunk, at, to);
      left -= to - at;
      at = to;
      if (left > 0) continue;
      sums.endSeries();
      run += 1;
      left = rows[run] ?? Number.POSITIVE_INFINITY;
    }
  }
  if (run !== rows.length) throw new RangeError(`${String(rows.length)} series of sales were counted, ${String(run)} came`);
  return { series: found.map((row) => textIn(row, 'series')), ...sums.sums() };
}
