import { type PeriodLength, periodsBetween, startUnit } from '../../../domain/calendar.ts';
import { periodSql, startNumberSql } from '../period-start.ts';
import { textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { identifier, parquetFiles } from '../sql-text.ts';
import { copyNumbers, textsOf } from '../typed-columns.ts';

export interface StaticsRequest {
  /** Path of the statics of a snapshot. */
  readonly statics: string;
  readonly series: readonly string[];
  readonly frequency: PeriodLength;
  /** Start of the panel's first period. */
  readonly first: number;
}

export interface StaticAttributes {
  /** In the order of the pipeline file. */
  readonly names: readonly string[];
  /** Per attribute one text per series; undefined where it has none. */
  readonly values: readonly (readonly (string | undefined)[])[];
  /** Per series the number of the period in which its attributes became known; negative before the panel. */
  readonly knownIn: Int32Array;
}

/** Attributes of series; of several rows the first counts. */
export async function staticAttributes(session: Session, { statics, series, frequency, first }: StaticsRequest): Promise<StaticAttributes> {
  const described = await session.rows(`DESCRIBE SELECT * EXCLUDE (series, known_from) FROM ${parquetFiles([statics])}`);
  const names = described.map((row) => textIn(row, 'column_name'));
  const place = new Map(series.map((name, i) => [name, i]));
  const values = names.map(() => new Array<string | undefined>(series.length).fill(undefined));
  const knownIn = new Int32Array(series.length);
  const start = startNumberSql(periodSql("coalesce(known_from, TIMESTAMP '1970-01-01')", frequency), startUnit(frequency));
  const columns = names.map((name) => `CAST(${identifier(name)} AS VARCHAR)`);
  const sql = `SELECT ${['series', start, ...columns].join(', ')} FROM ${parquetFiles([statics])} WHERE series IS NOT NULL
               QUALIFY row_number() OVER (PARTITION BY series ORDER BY ${['known_from NULLS FIRST', ...names.map(identifier)].join(', ')}) = 1`;
  for await (const chunk of session.chunks(sql)) {
    const places = textsOf(chunk.getColumnVector(0)).map((name) => place.get(name) ?? -1);
    const starts = new Int32Array(chunk.rowCount);
    copyNumbers(chunk.getColumnVector(1), starts, 0);
    places.forEach((at, i) => { if (at >= 0) knownIn[at] = periodsBetween(first, starts[i] ?? 0, frequency); });
    values.forEach((list, attribute) => {
      textsOf(chunk.getColumnVector(2 + attribute)).forEach((value, i) => {
        const at = places[i] ?? -1;
        if (at >= 0 && value.trim() !== '') list[at] = value;
      });
    });
  }
  return { names, values, knownIn };
}
