import { isoOfStart, type PeriodLength, addPeriods } from '../../../domain/calendar.ts';
import { numberOrNaN, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { exactSum, parquetFiles } from '../sql-text.ts';

export interface RecentSalesRequest {
  readonly panel: readonly string[];
  readonly series: readonly string[];
  /** Starts of the newest periods. */
  readonly cutoffs: readonly number[];
  /** Periods that are summed. */
  readonly periods: number;
  readonly frequency: PeriodLength;
}

/** What each series sold in the last `periods` periods up to each cutoff; NaN where it was not yet sold or nothing is known. */
export async function recentSales(session: Session, { panel, series, cutoffs, periods, frequency }: RecentSalesRequest): Promise<readonly Float64Array[]> {
  const place = new Map(series.map((name, i) => [name, i]));
  const answers: Float64Array[] = [];
  for (const cutoff of cutoffs) {
    const sold = new Float64Array(series.length).fill(Number.NaN);
    const rows = await session.rows(
      `SELECT series, ${exactSum('y_raw')} AS sold FROM ${parquetFiles(panel)} WHERE ds BETWEEN CAST($from AS TIMESTAMP) AND CAST($to AS TIMESTAMP) GROUP BY series`,
      { from: isoOfStart(addPeriods(cutoff, 1 - periods, frequency), frequency), to: isoOfStart(cutoff, frequency) },
    );
    for (const row of rows) sold[place.get(textIn(row, 'series')) ?? -1] = numberOrNaN(row, 'sold');
    answers.push(sold);
  }
  return answers;
}
