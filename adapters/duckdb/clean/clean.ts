import { join } from 'node:path';
import type { CleanInput } from '../../../contracts/data.ts';
import { BadInput } from '../../../contracts/failure.ts';
import { dayOfIso, isoOfDay } from '../../../domain/calendar.ts';
import { completePeriods } from './complete-periods.ts';
import { refuseShortHistory } from './history-check.ts';
import { panelSql } from './panel-sql.ts';
import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { writeParquet } from '../write-parquet.ts';

export interface CleanRequest extends Omit<CleanInput, 'context' | 'snapshot' | 'cleaning'> {
  /** Path of a snapshot's sales file. */
  readonly sales: string;
  readonly cleaning: Pick<CleanInput['cleaning'], 'missing' | 'outliers'>;
  readonly outFolder: string;
}

/** One period of one series beyond its limits; `used` is its value in training. */
export interface UnusualPeriod {
  readonly series: string;
  readonly ds: string;
  readonly sold: number;
  readonly used: number;
}

/** What cleaning touched, in numbers; the panel marks every period (`touched`). */
export interface CleanReport {
  readonly rules: CleanRequest['cleaning'];
  /** Kept rows in periods that the data do not cover in whole. */
  readonly droppedRows: number;
  readonly filled: number;
  readonly outliers: number;
  /** Periods with more returned than sold, taken as 0 in training. */
  readonly negative: number;
  readonly unitsClipped: number;
  /** The twenty that were changed most, then those that sold most. */
  readonly largestOutliers: readonly UnusualPeriod[];
}

export interface Cleaned {
  /** Path of the panel, documented on `CleanResult`. */
  readonly panel: string;
  readonly report: CleanReport;
  readonly series: number;
  readonly periods: number;
  readonly filled: number;
  readonly outliers: number;
  readonly droppedRows: number;
  readonly from: string;
  readonly to: string;
}

/**
 * Turns sales rows into the regular grid of complete periods, from each series' first sale to the last period. Outlier limits are as of
 * each period: third quartile + factor × interquartile range of the series' own earlier periods, once there are eight and they vary.
 */
export async function clean(session: Session, request: CleanRequest): Promise<Cleaned> {
  const { sales, cleaning, frequency, horizon, folds, outFolder } = request;
  const cutoff = cutoffDay(request.cutoff);
  const usable = 'kept AND target IS NOT NULL';
  const complete = await completePeriods(session, { relation: 'read_parquet($sales)', condition: usable, frequency, cutoff, parameters: { sales } });
  refuseShortHistory({
    ...(request.cutoff === undefined ? { where: 'sales' } : { where: `sales up to the cutoff ${request.cutoff}`, longer: 'take a later cutoff' }),
    frequency, horizon, folds, periods: complete.count, from: complete.from, to: complete.to,
  });
  const [first, last] = [isoOfDay(complete.first), isoOfDay(complete.last)];

  const seen = `${usable} AND CAST(time AS DATE) <= CAST($until AS DATE)`;
  const period = `CAST(date_trunc('${frequency}', time) AS DATE)`;
  const until = isoOfDay(cutoff ?? complete.to);
  await session.run(`CREATE OR REPLACE TEMP TABLE sale_rows AS SELECT series, ${period} AS ds, target, price FROM read_parquet($sales) WHERE ${seen} AND ${period} <= CAST($last AS DATE)`, { sales, until, last });
  const { method, action, factor } = cleaning.outliers;
  const select = panelSql({ frequency, dropMissing: cleaning.missing === 'drop', outliers: method === 'none' ? 'none' : action });
  await session.run(`CREATE OR REPLACE TEMP TABLE panel AS ${select}`, { first, last, factor });

  const panel = join(outFolder, 'panel.parquet');
  await writeParquet(session, { select: 'SELECT * FROM panel ORDER BY series, ds', out: panel });
  const dropped = await session.row(
    `SELECT count(*) AS rows FROM read_parquet($sales) WHERE ${seen} AND (${period} < CAST($first AS DATE) OR ${period} > CAST($last AS DATE))`, { sales, until, first, last });
  const report = await reportOf(session, cleaning, numberIn(dropped, 'rows'));
  const { series } = await session.row('SELECT count(DISTINCT series) AS series FROM panel');
  const { filled, outliers, droppedRows } = report;
  return { panel, report, series: numberIn({ series: series ?? null }, 'series'), periods: complete.count, filled, outliers, droppedRows, from: first, to: last };
}

function cutoffDay(cutoff: string | undefined): number | undefined {
  if (cutoff === undefined) return undefined;
  const day = dayOfIso(cutoff);
  if (day === undefined) throw new BadInput(`cutoff "${cutoff}" is not a date; write it as 2011-10-31`);
  return day;
}

async function reportOf(session: Session, rules: CleanRequest['cleaning'], droppedRows: number): Promise<CleanReport> {
  const counts = await session.row(`
    SELECT count(*) FILTER (touched = 1) AS filled, count(*) FILTER (touched = 2 AND y_raw >= 0) AS outliers, count(*) FILTER (y_raw < 0) AS negative,
           coalesce(CAST(sum(CAST(y_raw - y AS DECIMAL(38, 6))) FILTER (y_raw > y) AS DOUBLE), 0) AS clipped
    FROM panel`);
  const unusual = await session.rows(`
    SELECT series, CAST(ds AS VARCHAR) AS ds, y_raw, y FROM panel WHERE touched = 2 ORDER BY abs(y_raw - y) DESC, y_raw DESC, series, ds LIMIT 20`);
  return {
    rules: { missing: rules.missing, outliers: rules.outliers },
    droppedRows,
    filled: numberIn(counts, 'filled'),
    outliers: numberIn(counts, 'outliers'),
    negative: numberIn(counts, 'negative'),
    unitsClipped: numberIn(counts, 'clipped'),
    largestOutliers: unusual.map((row) => ({ series: textIn(row, 'series'), ds: textIn(row, 'ds'), sold: numberIn(row, 'y_raw'), used: numberIn(row, 'y') })),
  };
}
