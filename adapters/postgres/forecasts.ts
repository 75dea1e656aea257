import { z } from 'zod';

import { checkedRows } from '../forecast-rows.ts';
import type { ForecastPoint, ForecastSet } from '../forecast-rows.ts';
import { count } from './rows.schema.ts';
import type { Sql } from './sql.ts';

export interface Forecasts {
  /**
   * All of a candidate's forecasts, in one transaction; repeating it changes nothing.
   * @throws BadInput for rows that can't be forecasts, Conflict for two of one series and date; what was stored before stays
   */
  replace(set: ForecastSet): Promise<void>;
  /** Of the pipeline's champion, or of the named candidate; empty when there are none. */
  read(what: { readonly pipeline: string; readonly series: string; readonly candidate?: string }): Promise<ForecastPoint[]>;
  seriesOf(pipeline: string, filter: { readonly prefix?: string; readonly limit: number }): Promise<string[]>;
}

const idRow = z.object({ id: count });
const pointRow = z
  .object({ ds: z.string(), y_hat: z.number(), quantiles: z.array(z.number()), quantile_levels: z.array(z.number()) })
  .transform((row): ForecastPoint => ({ ds: row.ds, yHat: row.y_hat, quantiles: Object.fromEntries(row.quantile_levels.map((level, i) => [String(level), row.quantiles[i] ?? Number.NaN])) }));

const currentSet = `select s.id from forecast_sets s where s.pipeline = $1 and s.candidate = coalesce($2::text,
  (select candidate from champions c where c.pipeline = $1 and c.until is null))`;

export function createForecasts(sql: Sql): Forecasts {
  return {
    replace: (forecasts) =>
      sql.transaction(async (tx) => {
        const { pipeline, candidate, quantileLevels } = forecasts;
        const [set] = await tx.many(
          idRow,
          `insert into forecast_sets (pipeline, candidate, quantile_levels) values ($1, $2, $3)
           on conflict (pipeline, candidate) do update set quantile_levels = excluded.quantile_levels, replaced_at = clock_timestamp() returning id`,
          [pipeline, candidate, quantileLevels],
        );
        if (set === undefined) throw new Error('the forecast set was not stored');
        await tx.run('delete from forecasts where set_id = $1', [set.id]);
        for await (const batch of checkedRows(forecasts)) {
          // One quantile array per row travels as text: unnest would flatten an array of arrays.
          await tx.run(
            `insert into forecasts (set_id, series, ds, y_hat, quantiles)
             select $1, r.series, r.ds, r.y_hat, r.quantiles::double precision[] from unnest($2::text[], $3::text[], $4::double precision[], $5::text[]) as r (series, ds, y_hat, quantiles)`,
            [set.id, batch.map(({ series }) => series), batch.map(({ ds }) => ds), batch.map(({ yHat }) => yHat), batch.map(({ quantiles }) => `{${quantiles.join(',')}}`)],
          );
        }
      }),
    read: ({ pipeline, series, candidate }) =>
      sql.many(
        pointRow,
        `select f.ds, f.y_hat, f.quantiles, s.quantile_levels from forecasts f join forecast_sets s on s.id = f.set_id
         where f.set_id = (${currentSet}) and f.series = $3 order by f.ds`,
        [pipeline, candidate ?? null, series],
      ),
    seriesOf: async (pipeline, { prefix, limit }) =>
      (
        await sql.many(
          z.object({ series: z.string() }),
          `select distinct series from forecasts where set_id = (${currentSet}) and ($3::text is null or starts_with(series, $3)) order by series limit $4`,
          [pipeline, null, prefix ?? null, limit],
        )
      ).map(({ series }) => series),
  };
}
