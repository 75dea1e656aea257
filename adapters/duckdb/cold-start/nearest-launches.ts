import { INTEGER, VARCHAR } from '@duckdb/node-api';

import type { PeriodLength } from '../../../domain/calendar.ts';
import { fillTable } from '../fill-table.ts';
import { firstMomentSql } from '../period-start.ts';
import type { Parameters, Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';
import { copyNumbers } from '../typed-columns.ts';

/** Products that are compared with earlier ones at one cutoff. Products are numbers: places in `series`. */
export interface Comparison {
  /** ISO start of the period after the cutoff: vectors of candidates that became known then or later don't take part. */
  readonly until: string;
  readonly targets: Uint32Array;
  /** Per target the ISO start of the period before which its own vector must be known. */
  readonly ownUntil: readonly string[];
  readonly candidates: Uint32Array;
  /** Candidates wanted per target. */
  readonly nearest: number;
}

export interface NearestRequest {
  /** Path of the vectors of one modality. */
  readonly vectors: string;
  readonly series: readonly string[];
  readonly frequency: PeriodLength;
  readonly comparisons: readonly Comparison[];
}

/** Candidates of one target, most alike first. */
export type NearestProducts = ReadonlyMap<number, readonly number[]>;

/**
 * Exact search for the candidates whose vectors have the largest cosine with a target's: all of them are compared. A product's first vector
 * counts; one that is not finite or has no length is none.
 */
export async function nearestLaunches(session: Session, { vectors, series, frequency, comparisons }: NearestRequest): Promise<readonly NearestProducts[]> {
  if (!(await loadVectors(session, vectors, series))) return comparisons.map(() => new Map());
  const answers: NearestProducts[] = [];
  for (const comparison of comparisons) {
    await fillComparison(session, comparison, frequency);
    // Equal vectors: the candidate of the lower number.
    const found = await nearestByTarget(session, `
      SELECT target, CAST(unnest(list_transform(best, one -> -one.behind)) AS INTEGER) AS candidate, generate_subscripts(best, 1) AS place
      FROM (SELECT t.n AS target, max(struct_pack(likeness := array_inner_product(t.unit, c.unit), behind := -c.n), CAST($nearest AS BIGINT)) AS best
            FROM (SELECT n, unit FROM product_vectors JOIN compared USING (n) WHERE NOT is_candidate AND known_from < until) t
            CROSS JOIN (SELECT n, unit FROM product_vectors JOIN compared USING (n) WHERE is_candidate AND known_from < until) c
            GROUP BY t.n)
      ORDER BY target, place`, { nearest: comparison.nearest });
    answers.push(found);
  }
  return answers;
}

/** @param sql gives targets and their candidates, sorted by target, the most alike first */
async function nearestByTarget(session: Session, sql: string, parameters: Parameters): Promise<NearestProducts> {
  const found = new Map<number, number[]>();
  for await (const chunk of session.chunks(sql, parameters)) {
    const [targets, candidates] = [new Int32Array(chunk.rowCount), new Int32Array(chunk.rowCount)];
    copyNumbers(chunk.getColumnVector(0), targets, 0);
    copyNumbers(chunk.getColumnVector(1), candidates, 0);
    targets.forEach((target, i) => {
      const near = found.get(target) ?? [];
      near.push(candidates[i] ?? 0);
      found.set(target, near);
    });
  }
  return found;
}

export interface LikenessRequest {
  readonly vectors: string;
  readonly series: readonly string[];
  readonly frequency: PeriodLength;
  readonly comparisons: readonly Comparison[];
  /** Pairs of a target and a candidate. */
  readonly targets: Uint32Array;
  readonly candidates: Uint32Array;
}

/** Cosines of the vectors of pairs, in their order; NaN where one of the two has none that was known in time. */
export async function vectorLikeness(session: Session, { vectors, series, frequency, comparisons, targets, candidates }: LikenessRequest): Promise<Float64Array> {
  const likeness = new Float64Array(targets.length).fill(Number.NaN);
  if (!(await loadVectors(session, vectors, series))) return likeness;
  const until = new Map<number, { readonly target: string; readonly candidate: string }>();
  for (const { until: candidate, targets: some, ownUntil } of comparisons) some.forEach((target, i) => until.set(target, { target: ownUntil[i] ?? candidate, candidate }));
  await fillTable(session, 'pairs', targets.length, [
    { name: 'pair', type: INTEGER, value: (row) => row },
    { name: 'target', type: INTEGER, value: (row) => targets[row] ?? null },
    { name: 'candidate', type: INTEGER, value: (row) => candidates[row] ?? null },
    { name: 'own_until', type: VARCHAR, value: (row) => until.get(targets[row] ?? -1)?.target ?? null },
    { name: 'until', type: VARCHAR, value: (row) => until.get(targets[row] ?? -1)?.candidate ?? null },
  ]);
  let at = 0;
  for await (const chunk of session.chunks(
    `SELECT coalesce(CAST(array_inner_product(t.unit, c.unit) AS DOUBLE), 'nan'::DOUBLE)
     FROM pairs LEFT JOIN product_vectors t ON t.n = target AND t.known_from < ${firstMomentSql('CAST(own_until AS TIMESTAMP)', frequency)}
     LEFT JOIN product_vectors c ON c.n = candidate AND c.known_from < ${firstMomentSql('CAST(until AS TIMESTAMP)', frequency)} ORDER BY pair`,
  )) {
    copyNumbers(chunk.getColumnVector(0), likeness, at);
    at += chunk.rowCount;
  }
  return likeness;
}

/** Fills `product_vectors` with the first vector of each series, of length 1. @returns whether there is any */
async function loadVectors(session: Session, file: string, series: readonly string[]): Promise<boolean> {
  await fillTable(session, 'numbered', series.length, [
    { name: 'series', type: VARCHAR, value: (row) => series[row] ?? null },
    { name: 'n', type: INTEGER, value: (row) => row },
  ]);
  const [longest] = await session.rows(`SELECT max(len(vector)) AS width FROM ${parquetFiles([file])}`);
  const width = longest?.['width'];
  if (typeof width !== 'number' || width === 0) return false;
  const array = `FLOAT[${String(width)}]`;
  await session.run(
    `CREATE OR REPLACE TEMP TABLE product_vectors AS
     SELECT n, known_from, CAST(list_transform(numbers, x -> x / length) AS ${array}) AS unit
     FROM (SELECT n, coalesce(known_from, TIMESTAMP '1970-01-01') AS known_from, CAST(vector AS DOUBLE[]) AS numbers, sqrt(list_inner_product(CAST(vector AS DOUBLE[]), CAST(vector AS DOUBLE[]))) AS length
           FROM ${parquetFiles([file])} JOIN numbered USING (series) WHERE len(vector) = ${String(width)})
     WHERE isfinite(length) AND length > 0
     QUALIFY row_number() OVER (PARTITION BY n ORDER BY known_from) = 1`,
  );
  return true;
}

async function fillComparison(session: Session, { until, targets, ownUntil, candidates }: Comparison, frequency: PeriodLength): Promise<void> {
  await fillTable(session, 'compared_texts', targets.length + candidates.length, [
    { name: 'n', type: INTEGER, value: (row) => (row < targets.length ? targets[row] : candidates[row - targets.length]) ?? null },
    { name: 'is_candidate', type: INTEGER, value: (row) => Number(row >= targets.length) },
    { name: 'until', type: VARCHAR, value: (row) => (row < targets.length ? ownUntil[row] : until) ?? null },
  ]);
  await session.run(`CREATE OR REPLACE TEMP TABLE compared AS SELECT n, CAST(is_candidate AS BOOLEAN) AS is_candidate, ${firstMomentSql('CAST(until AS TIMESTAMP)', frequency)} AS until FROM compared_texts`);
}
