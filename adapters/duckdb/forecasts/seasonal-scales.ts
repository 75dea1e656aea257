import type { SeriesScales } from '../../../contracts/prediction-table.ts';
import { numberIn, numberOrNaN, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';

export interface ScalesRequest {
  /** Paths of the parts of a panel, oldest first. */
  readonly panel: readonly string[];
  /** ISO dates. */
  readonly cutoffs: readonly string[];
  /** Periods of the naive forecast's season: 1 takes the period before. */
  readonly season: number;
}

/** The scale of MASE (Hyndman & Koehler 2006) at each cutoff, in the order of `cutoffs`; series sorted, without those that begin later. */
export async function seasonalScales(session: Session, { panel, cutoffs, season }: ScalesRequest): Promise<readonly SeriesScales[]> {
  const all: SeriesScales[] = [];
  for (const cutoff of cutoffs) {
    const rows = await session.rows(
      `SELECT series, count(*) AS periods, CAST(sum(CAST(change AS DECIMAL(38, 6))) AS DOUBLE) / nullif(count(change), 0) AS scale
       FROM (SELECT series, abs(y_raw - lag(y_raw, CAST($season AS BIGINT)) OVER (PARTITION BY series ORDER BY ds)) AS change
             FROM ${parquetFiles(panel)} WHERE ds <= CAST($cutoff AS TIMESTAMP))
       GROUP BY series ORDER BY series`,
      { season, cutoff },
    );
    all.push({
      series: rows.map((row) => textIn(row, 'series')),
      scale: Float64Array.from(rows, (row) => numberOrNaN(row, 'scale') || Number.NaN),
      periods: Uint32Array.from(rows, (row) => numberIn(row, 'periods')),
    });
  }
  return all;
}
