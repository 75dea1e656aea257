import type { ColumnShift } from '../../../contracts/snapshot-diff.ts';
import { createKolmogorovSmirnov, kolmogorovProbability } from '../../../domain/distribution/kolmogorov-smirnov.ts';
import { populationStability } from '../../../domain/distribution/population-stability.ts';
import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';
import { copyNumbers } from '../typed-columns.ts';
import { type SalesColumn, valueOf } from './sales-columns.ts';

interface Sides {
  readonly filesA: readonly string[];
  readonly filesB: readonly string[];
}

type Bins = ColumnShift['bins'];

/** How a column's kept values moved. Values are counted first: statistics need them once each, not row by row. */
export async function columnShift(session: Session, column: SalesColumn, { filesA, filesB }: Sides): Promise<ColumnShift> {
  const counted = (files: readonly string[], side: 'a' | 'b'): string =>
    `SELECT v, ${side === 'a' ? 'n AS a, 0 AS b' : '0 AS a, n AS b'} FROM (SELECT ${valueOf(column)} AS v, count(*) AS n FROM ${parquetFiles(files)} WHERE kept GROUP BY v)`;
  await session.run(`CREATE OR REPLACE TEMP TABLE compared_values AS
    SELECT v, CAST(sum(a) AS BIGINT) AS a, CAST(sum(b) AS BIGINT) AS b FROM (${counted(filesA, 'a')} UNION ALL ${counted(filesB, 'b')}) GROUP BY v`);
  const totals = await session.row(`SELECT coalesce(sum(a) FILTER (v IS NOT NULL), 0) AS a, coalesce(sum(b) FILTER (v IS NOT NULL), 0) AS b,
    coalesce(sum(a) FILTER (v IS NULL), 0) AS missing_a, coalesce(sum(b) FILTER (v IS NULL), 0) AS missing_b FROM compared_values`);
  const [rowsA, rowsB] = [numberIn(totals, 'a'), numberIn(totals, 'b')];
  const bins = column.kind === 'time' ? [] : column.kind === 'number' ? await decileBins(session, rowsA) : await valueBins(session);
  const psi = populationStability(bins.map(({ a }) => a), bins.map(({ b }) => b));
  const ks = column.kind === 'number' ? await statistic(session, rowsA, rowsB) : undefined;
  await session.run('DROP TABLE compared_values');
  return {
    name: column.name, kind: column.kind, missingA: numberIn(totals, 'missing_a'), missingB: numberIn(totals, 'missing_b'), bins,
    ...(psi !== undefined && { psi }),
    ...(ks !== undefined && { ks, ksProbability: kolmogorovProbability(ks, rowsA, rowsB) }),
  };
}

/** Bins between the deciles of the first sample: `≤ 2`, `> 2 to 5`, … Deciles that coincide make one edge. */
async function decileBins(session: Session, rowsA: number): Promise<Bins> {
  const found = await session.rows(`WITH below AS (SELECT v, sum(a) OVER (ORDER BY v) AS reached FROM compared_values WHERE v IS NOT NULL)
    SELECT DISTINCT (SELECT min(v) FROM below WHERE reached * 10 >= k * CAST($rows AS BIGINT)) AS edge FROM range(1, 10) t(k) ORDER BY edge`, { rows: rowsA });
  const edges = found.flatMap(({ edge }) => (typeof edge === 'number' ? [edge] : []));
  if (rowsA === 0 || edges.length === 0) return [];
  const bin = `CASE ${edges.map((_, i) => `WHEN v <= $e${String(i)} THEN ${String(i)}`).join(' ')} ELSE ${String(edges.length)} END`;
  const rows = await session.rows(`SELECT ${bin} AS bin, sum(a) AS a, sum(b) AS b FROM compared_values WHERE v IS NOT NULL GROUP BY bin`,
    Object.fromEntries(edges.map((edge, i) => [`e${String(i)}`, edge])));
  const counts = new Map(rows.map((row) => [numberIn(row, 'bin'), { a: numberIn(row, 'a'), b: numberIn(row, 'b') }]));
  const label = (i: number): string => {
    const [low, high] = [edges[i - 1], edges[i]];
    if (low === undefined) return `≤ ${figure(high ?? Number.NaN)}`;
    return high === undefined ? `> ${figure(low)}` : `> ${figure(low)} to ${figure(high)}`;
  };
  // Where the last decile is the largest value, nothing of the first sample lies above it, and perhaps nothing of the second.
  return Array.from({ length: edges.length + 1 }, (_, i) => ({ label: label(i), ...(counts.get(i) ?? { a: 0, b: 0 }) })).filter(({ a, b }) => a + b > 0);
}

function figure(value: number): string {
  return Number(value.toPrecision(6)).toLocaleString('en-US', { maximumSignificantDigits: 6 });
}

const namedValues = 20;

async function valueBins(session: Session): Promise<Bins> {
  const rows = await session.rows(`SELECT value, sum(a) AS a, sum(b) AS b FROM (
      SELECT CASE WHEN row_number() OVER (ORDER BY a DESC, v) <= ${String(namedValues)} AND a > 0 THEN CAST(v AS VARCHAR) END AS value, a, b FROM compared_values WHERE v IS NOT NULL)
    GROUP BY value ORDER BY value IS NULL, a DESC, value`);
  return rows.map((row) => ({ label: row['value'] === null ? 'all others' : textIn(row, 'value'), a: numberIn(row, 'a'), b: numberIn(row, 'b') }));
}

async function statistic(session: Session, rowsA: number, rowsB: number): Promise<number | undefined> {
  const test = createKolmogorovSmirnov(rowsA, rowsB);
  for await (const chunk of session.chunks('SELECT CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM compared_values WHERE v IS NOT NULL ORDER BY v')) {
    const [a, b] = [new Float64Array(chunk.rowCount), new Float64Array(chunk.rowCount)];
    copyNumbers(chunk.getColumnVector(0), a, 0);
    copyNumbers(chunk.getColumnVector(1), b, 0);
    test.add(a, b);
  }
  return test.statistic();
}
