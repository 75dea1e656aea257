import { join } from 'node:path';
import type { FeaturesInput } from '../../../contracts/data.ts';
import type { Cutoffs, FeatureSpec } from '../../../contracts/features.ts';
import { addPeriods, isoOfDay, periodsBetween } from '../../../domain/calendar.ts';
import { rollingCutoffs } from '../../../domain/cutoffs.ts';
import { type FeaturePlan, planFeatures } from '../../../domain/feature-spec.ts';
import { refuseShortHistory } from '../clean/history-check.ts';
import { originsSql, periodsSql } from './origin-sql.ts';
import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { exactSum } from '../sql-text.ts';
import { reduceTexts } from './text-features.ts';
import { writeParquet } from '../write-parquet.ts';

export interface OriginTableRequest extends Omit<FeaturesInput, 'context' | 'panel' | 'vectors' | 'minHistory'> {
  /** Path of a panel, and of the text vectors where there are texts. */
  readonly panel: string;
  readonly vectors?: string;
  readonly outFolder: string;
}

export interface OriginTableFile {
  readonly table: string;
  readonly spec: FeatureSpec;
  readonly cutoffs: Cutoffs;
  readonly rows: number;
  readonly series: number;
  /** Features and targets. */
  readonly columns: number;
}

/**
 * One row per series and origin with everything known at the origin, targets beside it: Parquet `series VARCHAR, origin DATE`, then FLOAT
 * columns as listed on `Matrix`, sorted by (series, origin). `top` keeps the series that sold most up to the first fold's cutoff.
 */
export async function buildOriginTable(session: Session, request: OriginTableRequest): Promise<OriginTableFile> {
  const { panel, vectors, textDims, frequency, horizon, folds, top, outFolder } = request;
  await session.run('CREATE OR REPLACE TEMP TABLE panel_rows AS SELECT series, ds, y_raw, y, price, lines, largest FROM read_parquet($panel)', { panel });
  const day = (expression: string): string => `datediff('day', DATE '1970-01-01', ${expression})`;
  const extent = await session.row(`SELECT ${day('min(ds)')} AS low, ${day('max(ds)')} AS high, count(price) AS priced, coalesce(max(lines), 0) AS most_lines FROM panel_rows`);
  const [first, last] = [numberIn(extent, 'low'), numberIn(extent, 'high')];
  const periods = periodsBetween(first, last, frequency) + 1;
  refuseShortHistory({ where: 'sales', frequency, horizon, folds, periods, from: first, to: last });

  const days = rollingCutoffs({ last, horizon, folds, frequency });
  const cutoffs: Cutoffs = { folds: days.folds.map(isoOfDay), test: isoOfDay(days.test), final: isoOfDay(days.final) };
  const firstCutoff = days.folds[0] ?? days.test;
  await session.run(
    `CREATE OR REPLACE TEMP TABLE chosen AS
     SELECT series FROM panel_rows ${top === undefined ? '' : 'WHERE ds <= CAST($cutoff AS DATE)'}
     GROUP BY series ORDER BY ${top === undefined ? '' : `${exactSum('y_raw')} DESC, `}series ${top === undefined ? '' : 'LIMIT CAST($top AS BIGINT)'}`,
    top === undefined ? {} : { cutoff: isoOfDay(firstCutoff), top },
  );
  const dims = await reduceTexts(session, { vectors, dims: textDims, knownBefore: isoOfDay(addPeriods(firstCutoff, 1, frequency)) });

  const plan = planFeatures({
    frequency, horizon, periods, learnable: periodsBetween(first, firstCutoff, frequency) + 1, textDims: dims,
    priced: numberIn(extent, 'priced') > 0, lines: numberIn(extent, 'most_lines') > 1,
  });
  await session.run(`CREATE OR REPLACE TEMP TABLE periods AS ${periodsSql(plan)}`);
  const table = join(outFolder, 'origins.parquet');
  await writeParquet(session, { select: `${originsSql(plan)} ORDER BY series, origin`, out: table });
  const counts = await session.row('SELECT (SELECT count(*) FROM chosen) AS series, (SELECT count(*) FROM panel_rows WHERE series IN (SELECT series FROM chosen)) AS rows');
  const spec = specOf(plan);
  return { table, spec, cutoffs, rows: numberIn(counts, 'rows'), series: numberIn(counts, 'series'), columns: matrixColumns(spec).length };
}

/** Column names of a matrix, in order: shared, per-step, cleaned targets, raw actuals. */
export function matrixColumns({ shared, perStep, horizon }: FeatureSpec): readonly string[] {
  const perHorizon = (name: string): string[] => Array.from({ length: horizon }, (_, i) => `${name}_${String(i + 1)}`);
  return [...shared.map(({ name }) => name), ...perStep.flatMap(({ name }) => perHorizon(name)), ...perHorizon('y'), ...perHorizon('a')];
}

const specOf = ({ frequency, horizon, shared, perStep, sequence, statics }: FeaturePlan): FeatureSpec => ({ frequency, horizon, shared, perStep, sequence, statics });
