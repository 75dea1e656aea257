import { addPeriods, isoOfStart, type PeriodLength, periodsBetween, startOfIso, startUnit } from '../../../domain/calendar.ts';
import { readSeriesRuns } from '../panel/series-runs.ts';
import { startNumberSql } from '../period-start.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';

export interface PastSalesRequest {
  /** Paths of the parts of a panel, oldest first. */
  readonly panel: readonly string[];
  readonly series: readonly string[];
  /** ISO date of the newest period. */
  readonly cutoff: string;
  /** How many periods, the newest included. */
  readonly periods: number;
  readonly frequency: PeriodLength;
}

/** What was sold in the last periods up to a cutoff: [series, periods], oldest first; NaN where that is unknown or before a series began. */
export async function pastSales(session: Session, { panel, series, cutoff, periods, frequency }: PastSalesRequest): Promise<Float64Array> {
  const last = startOfIso(cutoff, frequency) ?? Number.NaN;
  const first = addPeriods(last, 1 - periods, frequency);
  const { series: found, offsets, ds, columns } = await readSeriesRuns(session, {
    relation: `(SELECT series, ds, y_raw FROM ${parquetFiles(panel)} WHERE ds BETWEEN CAST($first AS TIMESTAMP) AND CAST($cutoff AS TIMESTAMP) ORDER BY series, ds)`,
    parameters: { first: isoOfStart(first, frequency), cutoff },
    ds: startNumberSql('ds', startUnit(frequency)),
    columns: { yRaw: 'y_raw' },
  });
  const place = new Map(series.map((id, i) => [id, i]));
  const values = new Float64Array(series.length * periods).fill(Number.NaN);
  found.forEach((id, i) => {
    const at = place.get(id);
    if (at === undefined) return;
    for (let row = offsets[i] ?? 0; row < (offsets[i + 1] ?? 0); row += 1) values[at * periods + periodsBetween(first, ds[row] ?? 0, frequency)] = columns.yRaw[row] ?? Number.NaN;
  });
  return values;
}
