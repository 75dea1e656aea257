import { VARCHAR } from '@duckdb/node-api';

import { addPeriods, type PeriodLength, startUnit } from '../../../domain/calendar.ts';
import { fillTable } from '../fill-table.ts';
import { firstMomentSql, startNumberSql, startSql } from '../period-start.ts';
import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { identifier, parquetFiles } from '../sql-text.ts';

export interface StartedSeries {
  /** Sorted by their UTF-8 bytes. */
  readonly series: readonly string[];
  /** Start of each one's first period. */
  readonly starts: readonly number[];
}

/** All series of a panel, which its newest part names, and when each began. */
export async function panelSeries(session: Session, { newest, frequency }: { readonly newest: string; readonly frequency: PeriodLength }): Promise<StartedSeries> {
  const found = await session.rows(
    `SELECT series, ${startNumberSql('ds', startUnit(frequency))} AS start, age FROM ${parquetFiles([newest])} WHERE ds = (SELECT max(ds) FROM ${parquetFiles([newest])}) ORDER BY series`);
  return { series: found.map((row) => textIn(row, 'series')), starts: found.map((row) => addPeriods(numberIn(row, 'start'), -numberIn(row, 'age'), frequency)) };
}

export interface LevelsRequest {
  /** Parts of a snapshot's sales, oldest first; one is asked for only while values are missing. */
  readonly sales: readonly (() => Promise<string>)[];
  readonly series: readonly string[];
  /** Names of declared levels. */
  readonly levels: readonly string[];
  /** Last day (for hours: hour) whose rows are seen. */
  readonly until?: number;
  readonly frequency: PeriodLength;
}

/** The newest value of each level per series over the rows that count, in the order of `series`; undefined where no row has one. */
export async function seriesLevels(session: Session, { sales, series, levels, until, frequency }: LevelsRequest): Promise<Readonly<Record<string, readonly (string | undefined)[]>>> {
  const labels = Object.fromEntries(levels.map((level) => [level, Array.from<string | undefined>({ length: series.length })]));
  const place = new Map(series.map((id, i) => [id, i]));
  let missing = series;
  const unit = startUnit(frequency);
  for (const file of sales.toReversed()) {
    if (missing.length === 0 || levels.length === 0) break;
    const wanted = missing;
    await fillTable(session, 'wanted', wanted.length, [{ name: 'series', type: VARCHAR, value: (row) => wanted[row] ?? null }]);
    const seen = until === undefined ? '' : ` AND time < ${firstMomentSql(startSql('CAST($end AS INTEGER)', unit), frequency)}`;
    // A row without a value says nothing of the level: arg_max passes it over.
    const newest = levels.map((level, i) => `arg_max(${identifier(level)}, (time, file, row)) AS l${String(i)}`);
    const rows = await session.rows(
      `SELECT series, ${newest.join(', ')} FROM ${parquetFiles([await file()])} SEMI JOIN wanted USING (series) WHERE kept AND time IS NOT NULL${seen} GROUP BY series`,
      until === undefined ? {} : { end: until + 1 },
    );
    for (const row of rows) {
      const at = place.get(textIn(row, 'series')) ?? -1;
      levels.forEach((level, i) => {
        const value = row[`l${String(i)}`];
        const column = labels[level];
        if (column !== undefined && typeof value === 'string') column[at] ??= value;
      });
    }
    missing = wanted.filter((id) => levels.some((level) => labels[level]?.[place.get(id) ?? -1] === undefined));
  }
  return labels;
}
