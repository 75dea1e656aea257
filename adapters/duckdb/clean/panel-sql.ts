import type { PeriodLength } from '../../../domain/calendar.ts';
import { exactSum } from '../sql-text.ts';

/** Interval of one period, as SQL. */
export const intervalOf: Readonly<Record<PeriodLength, string>> = { hour: 'INTERVAL 1 HOUR', day: 'INTERVAL 1 DAY', week: 'INTERVAL 7 DAY', month: 'INTERVAL 1 MONTH' };

/** Fewest past periods that an outlier limit rests on. */
export const outlierHistory = 8;

export interface PanelSql {
  readonly frequency: PeriodLength;
  /** Leave periods without a row empty instead of zero. */
  readonly dropMissing: boolean;
  readonly outliers: 'clip' | 'mark' | 'none';
}

/**
 * From the temporary table `sale_rows (series, ds, target, price)` to the panel. Parameters `first`, `last` (ISO dates of the complete
 * periods) and `factor`. Prices of an incomplete first period still are the last known ones afterwards.
 */
export function panelSql({ frequency, dropMissing, outliers }: PanelSql): string {
  const missing = dropMissing ? 'NULL' : '0';
  const priced = 'FILTER (target > 0 AND price IS NOT NULL)';
  const limited = outliers === 'none' ? 'false' : `known >= ${String(outlierHistory)} AND quartiles[2] > quartiles[1] AND y_raw > upper_limit`;
  return `
    WITH sums AS (
      SELECT series, ds, ${exactSum('target')} AS total, count(*) AS lines, max(target) AS largest,
             CAST(sum(CAST(target * price AS DECIMAL(38, 6))) ${priced} AS DOUBLE) / CAST(sum(CAST(target AS DECIMAL(38, 6))) ${priced} AS DOUBLE) AS paid
      FROM sale_rows GROUP BY series, ds
    ), grid AS (
      SELECT series, CAST(unnest(generate_series(CAST(min(ds) AS TIMESTAMP), CAST(CAST($last AS DATE) AS TIMESTAMP), ${intervalOf[frequency]})) AS DATE) AS ds
      FROM sums GROUP BY series
    ), filled AS (
      SELECT series, ds, total IS NULL AS empty, coalesce(total, ${missing}) AS y_raw, coalesce(lines, 0) AS lines, coalesce(largest, 0) AS largest,
             last_value(paid IGNORE NULLS) OVER (PARTITION BY series ORDER BY ds ROWS UNBOUNDED PRECEDING) AS price
      FROM grid LEFT JOIN sums USING (series, ds)
    ), complete AS (
      SELECT * FROM filled WHERE ds >= CAST($first AS DATE)
    ), limits AS (
      SELECT *, quantile_cont(y_raw, [0.25, 0.75]) OVER past AS quartiles, count(y_raw) OVER past AS known
      FROM complete
      WINDOW past AS (PARTITION BY series ORDER BY ds ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ), judged AS (
      SELECT *, ${limited} AS outlier FROM (SELECT *, quartiles[2] + CAST($factor AS DOUBLE) * (quartiles[2] - quartiles[1]) AS upper_limit FROM limits)
    )
    SELECT series, ds, y_raw,
           greatest(${outliers === 'clip' ? 'CASE WHEN outlier THEN upper_limit ELSE y_raw END' : 'y_raw'}, CASE WHEN y_raw IS NULL THEN NULL ELSE 0 END) AS y,
           price, CAST(CASE WHEN outlier OR y_raw < 0 THEN 2 WHEN empty THEN 1 ELSE 0 END AS UTINYINT) AS touched,
           CAST(lines AS UINTEGER) AS lines, CAST(largest AS DOUBLE) AS largest
    FROM judged`;
}
