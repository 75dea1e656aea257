import type { PartColumn, PartProfile, PeriodTotals, ValueCount } from '../../../contracts/profile.ts';
import { type PeriodLength, startUnit } from '../../../domain/calendar.ts';
import { keptHashes } from '../../../domain/distribution/distinct-values.ts';
import { bucketOffset, bucketsPerOctave } from '../../../domain/distribution/value-buckets.ts';
import { periodSql } from '../period-start.ts';
import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { exactSum, parquetFiles } from '../sql-text.ts';
import { columnDigests } from './column-digests.ts';
import { type SalesColumn, salesColumns, valueOf } from './sales-columns.ts';

export interface ProfilePartRequest {
  /** Path of one part of a sales table. */
  readonly file: string;
  readonly frequency: PeriodLength;
}

const mostFrequent = 200;

/**
 * One part of a sales table, as profiles of the whole are merged from it. Each column is first counted by value: what there is to say of a
 * column of a shop follows from some thousand values instead of millions of rows.
 */
export async function profilePart(session: Session, { file, frequency }: ProfilePartRequest): Promise<PartProfile> {
  const files = [file];
  const columns = (await salesColumns(session, files)).filter(({ name }) => name !== 'kept');
  const counts = await session.row(`SELECT count(*) AS rows, count(*) FILTER (kept) AS kept FROM ${parquetFiles(files)}`);
  const kept: SalesColumn = { name: 'kept', type: 'BOOLEAN', kind: 'truth' };
  const digests = await columnDigests(session, files, [...columns, kept]);
  const profiles: PartColumn[] = [];
  for (const column of columns) profiles.push(await profileColumn(session, files, column, digests.get(column.name) ?? ''));
  await session.run('DROP TABLE IF EXISTS profiled_values');
  return {
    rows: numberIn(counts, 'rows'), keptRows: numberIn(counts, 'kept'),
    columns: [...profiles, keptColumn(digests.get('kept') ?? '', numberIn(counts, 'rows'), numberIn(counts, 'kept'))],
    periods: await periodTotals(session, files, frequency),
  };
}

async function profileColumn(session: Session, files: readonly string[], column: SalesColumn, digest: string): Promise<PartColumn> {
  const { name, type, kind } = column;
  await session.run(`CREATE OR REPLACE TEMP TABLE profiled_values AS
    SELECT v, count(*) AS n FROM (SELECT ${valueOf(column)} AS v FROM ${parquetFiles(files)} WHERE kept) WHERE v IS NOT NULL GROUP BY v`);
  const facts = await session.row('SELECT coalesce(sum(n), 0) AS filled, count(*) AS distinct, CAST(min(v) AS VARCHAR) AS low, CAST(max(v) AS VARCHAR) AS high FROM profiled_values');
  const hashes = await session.rows(`SELECT printf('%016x', h) AS h FROM (SELECT hash(v) AS h FROM profiled_values ORDER BY h LIMIT ${String(keptHashes)}) ORDER BY h`);
  const { low, high } = facts;
  return {
    name, type, kind, digest, filled: numberIn(facts, 'filled'), distinct: numberIn(facts, 'distinct'),
    hashes: hashes.map((row) => textIn(row, 'h')),
    ...(typeof low === 'string' && typeof high === 'string' && { min: low, max: high }),
    ...(kind === 'number' && { numbers: await numberFacts(session) }),
    ...((kind === 'text' || kind === 'truth') && (await topValues(session))),
  };
}

async function numberFacts(session: Session): Promise<NonNullable<PartColumn['numbers']>> {
  const facts = await session.row('SELECT coalesce(sum(n) FILTER (v = 0), 0) AS zeros, coalesce(sum(n) FILTER (v < 0), 0) AS negatives, max(abs(v)) AS largest FROM profiled_values');
  const largest = facts['largest'] === null ? 0 : numberIn(facts, 'largest');
  // Beyond exact decimals the doubles are added in the order of the values, which threads don't change either.
  const total = (power: string): string =>
    largest <= 1e9 ? `CAST(sum(CAST(${power} AS DECIMAL(38, 6)) * n) AS DOUBLE)` : `list_sum(list(${power} * n ORDER BY v))`;
  const totals = await session.row(`SELECT coalesce(${total('v')}, 0) AS sum, coalesce(${total('v * v')}, 0) AS squares FROM profiled_values`);
  const buckets = await session.rows(`SELECT CASE WHEN v = 0 THEN 0 ELSE CAST(sign(v) * (floor(log2(abs(v)) * ${String(bucketsPerOctave)}) + ${String(bucketOffset)}) AS INTEGER) END AS index,
      sum(n) AS count, min(v) AS low, max(v) AS high
    FROM profiled_values WHERE isfinite(v) GROUP BY index ORDER BY index`);
  return {
    zeros: numberIn(facts, 'zeros'), negatives: numberIn(facts, 'negatives'),
    sum: finite(numberIn(totals, 'sum')), squares: finite(numberIn(totals, 'squares')),
    buckets: buckets.map((row) => ({ index: numberIn(row, 'index'), count: numberIn(row, 'count'), low: numberIn(row, 'low'), high: numberIn(row, 'high') })),
  };
}

/** Sums may leave the range of doubles, and JSON has no infinity. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

async function topValues(session: Session): Promise<{ readonly top: readonly ValueCount[]; readonly topRest: number }> {
  const rows = await session.rows(`SELECT CAST(v AS VARCHAR) AS value, n FROM profiled_values ORDER BY n DESC, value LIMIT ${String(mostFrequent + 1)}`);
  const counts = rows.map((row) => ({ value: textIn(row, 'value'), count: numberIn(row, 'n') }));
  return { top: counts.slice(0, mostFrequent), topRest: counts[mostFrequent]?.count ?? 0 };
}

/** Of all rows: how many of them count. */
function keptColumn(digest: string, rows: number, kept: number): PartColumn {
  const top = [{ value: 'true', count: kept }, { value: 'false', count: rows - kept }].filter(({ count }) => count > 0);
  return { name: 'kept', type: 'BOOLEAN', kind: 'truth', digest, filled: rows, distinct: top.length, hashes: [], top, topRest: 0 };
}

async function periodTotals(session: Session, files: readonly string[], frequency: PeriodLength): Promise<PeriodTotals> {
  const rows = await session.rows(
    `SELECT strftime(period, '${startUnit(frequency) === 'hour' ? '%Y-%m-%dT%H:%M' : '%Y-%m-%d'}') AS start, * FROM (
       SELECT ${periodSql('time', frequency)} AS period, count(*) AS rows, count(*) FILTER (kept) AS kept,
         coalesce(${exactSum('CASE WHEN kept AND abs(target) < 1e24 THEN target END')}, 0) AS target,
         count(*) FILTER (kept AND (target IS NULL OR isnan(target))) AS missing, count(*) FILTER (kept AND target = 0) AS zeros,
         approx_count_distinct(series) FILTER (kept) AS series
       FROM ${parquetFiles(files)} WHERE time IS NOT NULL GROUP BY period) ORDER BY period`,
  );
  const numbers = (column: string): number[] => rows.map((row) => numberIn(row, column));
  return {
    starts: rows.map((row) => textIn(row, 'start')), rows: numbers('rows'), kept: numbers('kept'), target: numbers('target'),
    missing: numbers('missing'), zeros: numbers('zeros'), series: numbers('series'),
  };
}
