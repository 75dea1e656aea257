import { BadInput } from '../../../contracts/failure.ts';
import type { TuningTask } from '../../../contracts/tuning.ts';
import { demandProfile, profileNames } from '../../../domain/tuning/demand-profile.ts';
import { standardised } from '../../../domain/tuning/standardise.ts';
import { numberIn, numberOrNaN, quoted, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { identifier, parquetFiles } from '../sql-text.ts';
import type { TuningSpan } from './tuning-span.ts';

/** Products that can be learnt from, in the order of their names, and what is known of them. */
export interface KnownProducts {
  readonly series: readonly string[];
  readonly task: TuningTask;
}

/** How the products sold up to `span.until` that were sold by then. */
export async function demandTask(session: Session, panel: readonly string[], span: TuningSpan): Promise<KnownProducts> {
  // The columns `known` and `total` count up; all others are of one period.
  const rows = await session.rows(
    `SELECT series, arg_max(known, ds) AS periods, arg_max(total, ds) AS total, count(*) FILTER (WHERE y_raw <= 0) AS idle, arg_max(price, ds) AS price,
       coalesce(arg_max(known, ds) FILTER (WHERE ds <= CAST($earlier AS TIMESTAMP)), 0) AS earlier_periods, coalesce(arg_max(total, ds) FILTER (WHERE ds <= CAST($earlier AS TIMESTAMP)), 0) AS earlier_total
     FROM ${parquetFiles(panel)} WHERE ds <= CAST($until AS TIMESTAMP) GROUP BY series HAVING arg_max(known, ds) > 0 ORDER BY series`,
    { until: span.until, earlier: span.earlier },
  );
  const profiles = rows.flatMap((row) => demandProfile({
    periods: numberIn(row, 'periods'), total: numberIn(row, 'total'), idle: numberIn(row, 'idle'), price: numberOrNaN(row, 'price'),
    earlierPeriods: numberIn(row, 'earlier_periods'), earlierTotal: numberIn(row, 'earlier_total'),
  }));
  return { series: rows.map((row) => textIn(row, 'series')), task: { kind: 'demand', names: profileNames, values: standardised(Float64Array.from(profiles), profileNames.length) } };
}

/** The values of a column of `statics`, known at the cutoff, of the products first sold by `span.until`. @throws BadInput where there is no such column */
export async function likenessTask(session: Session, { panel, statics, column }: { readonly panel: readonly string[]; readonly statics: string | undefined; readonly column: string }, span: TuningSpan): Promise<KnownProducts> {
  const described = statics === undefined ? [] : await session.rows('DESCRIBE SELECT * FROM read_parquet($statics)', { statics });
  const columns = described.map((row) => textIn(row, 'column_name')).filter((name) => name !== 'series' && name !== 'known_from');
  if (statics === undefined || !columns.includes(column)) {
    throw new BadInput(`embeddings.tune.on: ${quoted(column)} is neither "demand" nor a column of sources.products.static${columns.length === 0 ? ', which names none' : ` (${columns.map(quoted).join(', ')})`}`);
  }
  const value = `nullif(trim(CAST(${identifier(column)} AS VARCHAR)), '')`;
  const rows = await session.rows(
    `WITH sold AS (SELECT DISTINCT series FROM ${parquetFiles(panel)} WHERE ds <= CAST($until AS TIMESTAMP)),
          labelled AS (SELECT series, arg_min(${value}, known_from) AS value FROM read_parquet($statics) WHERE ${value} IS NOT NULL AND known_from < CAST($before AS TIMESTAMP) GROUP BY series)
     SELECT series, dense_rank() OVER (ORDER BY value) - 1 AS label FROM labelled JOIN sold USING (series) ORDER BY series`,
    { statics, until: span.until, before: span.knownBefore },
  );
  return { series: rows.map((row) => textIn(row, 'series')), task: { kind: 'alike', column, labels: Uint32Array.from(rows, (row) => numberIn(row, 'label')) } };
}
