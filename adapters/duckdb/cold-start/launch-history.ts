import { addPeriods, isoOfStart, type PeriodLength, periodsBetween, startUnit } from '../../../domain/calendar.ts';
import type { LaunchHistory } from '../../../domain/cold-start/launches.ts';
import { readSeriesRuns } from '../panel/series-runs.ts';
import { firstMomentSql, startNumberSql } from '../period-start.ts';
import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { exactSum, parquetFiles } from '../sql-text.ts';

export interface LaunchHistoryRequest {
  /** Paths of the parts of a panel, oldest first. */
  readonly panel: readonly string[];
  /** Paths of the tables that name products, with `series` and `known_from`: vectors, statics. */
  readonly products: readonly string[];
  readonly frequency: PeriodLength;
  readonly horizon: number;
  readonly gap: number;
}

export interface FoundLaunches {
  /** Products of the panel by name, then those never sold by name. */
  readonly history: LaunchHistory;
  /** Starts of the panel's first and last period. */
  readonly first: number;
  readonly last: number;
}

/** Reads when products were launched, what they sold then, and which are known but were never sold. */
export async function launchHistory(session: Session, { panel, products, frequency, horizon, gap }: LaunchHistoryRequest): Promise<FoundLaunches> {
  const number = startNumberSql('ds', startUnit(frequency));
  const totals = await session.rows(`SELECT ${number} AS ds, ${exactSum('y_raw')} AS sold FROM ${parquetFiles(panel)} GROUP BY ALL ORDER BY ds`);
  const first = numberIn(totals[0] ?? {}, 'ds');
  const last = numberIn(totals.at(-1) ?? {}, 'ds');
  const periods = periodsBetween(first, last, frequency) + 1;
  const market = new Float64Array(periods).fill(Number.NaN);
  for (const row of totals) {
    if (row['sold'] !== null) market[periodsBetween(first, numberIn(row, 'ds'), frequency)] = numberIn(row, 'sold');
  }

  // Every series goes on until the last period.
  const ages = await session.rows(`SELECT series, CAST(max(age) AS INTEGER) AS age FROM ${parquetFiles(panel.slice(-1))} GROUP BY series ORDER BY series`);
  const never = await neverSold(session, panel, products, isoOfStart(addPeriods(last, 1, frequency), frequency), frequency);
  const series = [...ages.map((row) => textIn(row, 'series')), ...never];
  const launch = new Int32Array(series.length).fill(periods);
  ages.forEach((row, product) => { launch[product] = periods - 1 - numberIn(row, 'age'); });

  const curves = new Float64Array(series.length * horizon).fill(Number.NaN);
  const place = new Map(series.map((name, product) => [name, product]));
  const runs = await readSeriesRuns(session, {
    relation: `(SELECT series, ds, age, y_raw FROM ${parquetFiles(panel)} WHERE age < CAST($horizon AS INTEGER) ORDER BY series, ds)`,
    parameters: { horizon },
    ds: number,
    columns: { age: 'age', yRaw: 'y_raw' },
  });
  runs.series.forEach((name, i) => {
    const product = place.get(name) ?? -1;
    for (let row = runs.offsets[i] ?? 0; row < (runs.offsets[i + 1] ?? 0); row += 1) curves[product * horizon + (runs.columns.age[row] ?? 0)] = runs.columns.yRaw[row] ?? Number.NaN;
  });
  return { history: { series, sold: ages.length, horizon, periods, gap, launch, curves, market }, first, last };
}

/** All series that were ever sold are in the newest part. What becomes known after the panel's end is not there yet. */
async function neverSold(session: Session, panel: readonly string[], products: readonly string[], end: string, frequency: PeriodLength): Promise<readonly string[]> {
  if (products.length === 0) return [];
  const named = products.map((file) => `SELECT series FROM ${parquetFiles([file])} WHERE series IS NOT NULL AND coalesce(known_from, TIMESTAMP '1970-01-01') < ${firstMomentSql('CAST($end AS TIMESTAMP)', frequency)}`).join(' UNION ALL ');
  const rows = await session.rows(`SELECT DISTINCT series FROM (${named}) ANTI JOIN ${parquetFiles(panel.slice(-1))} USING (series) ORDER BY series`, { end });
  return rows.map((row) => textIn(row, 'series'));
}
