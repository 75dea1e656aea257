import { addPeriods, isoOfStart, type PeriodLength } from '../../../domain/calendar.ts';
import type { Session } from '../session.ts';
import { exactSum, parquetFiles } from '../sql-text.ts';
import { copyNumbers, textsOf } from '../typed-columns.ts';

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
    const sql = `SELECT series, coalesce(${exactSum('y_raw')}, 'nan'::DOUBLE) AS sold FROM ${parquetFiles(panel)} WHERE ds BETWEEN CAST($from AS TIMESTAMP) AND CAST($to AS TIMESTAMP) GROUP BY series`;
    for await (const chunk of session.chunks(sql, { from: isoOfStart(addPeriods(cutoff, 1 - periods, frequency), frequency), to: isoOfStart(cutoff, frequency) })) {
      const sums = new Float64Array(chunk.rowCount);
      copyNumbers(chunk.getColumnVector(1), sums, 0);
      textsOf(chunk.getColumnVector(0)).forEach((name, i) => {
        const at = place.get(name);
        if (at !== undefined) sold[at] = sums[i] ?? Number.NaN;
      });
    }
    answers.push(sold);
  }
  return answers;
}
