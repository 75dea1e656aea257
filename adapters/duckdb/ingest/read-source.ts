import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PeriodLength } from '../../../domain/calendar.ts';
import { isoOfDay } from '../../../domain/calendar.ts';
import { contentOfFile } from '../../artifact-store.ts';
import { numberIn, numberOrNaN } from '../row-values.ts';
import type { Parameters, Session } from '../session.ts';
import { literal, parquetFiles } from '../sql-text.ts';
import { openSource, reading, type SourceColumn } from '../sources/open-source.ts';
import { writeParquet } from '../write-parquet.ts';
import { readRates, isFixed } from './conversions.ts';
import { checkZones } from './local-times.ts';
import { findLostRows, findSharedKeys } from './lost-rows.ts';
import { refuseBadRows } from './row-refusals.ts';
import { type Sales, salesSelect, type SalesSelect } from './sales-select.ts';
import { type SpanFacts, writeSpan } from './write-span.ts';

/** A file on the local disk that a source names. */
export interface FileToRead {
  readonly uri: string;
  readonly path: string;
  readonly partition?: Readonly<Record<string, string>>;
}

export interface ReadSourceRequest {
  readonly file: FileToRead;
  /** See `fileNumber`. */
  readonly number: number;
  readonly sales: Sales;
  readonly rates: readonly FileToRead[];
  readonly frequency: PeriodLength;
  readonly now: string;
  readonly outFolder: string;
}

/** One span of one file: see `SpanFiles`. */
export interface FileSpan extends SpanFacts {
  /** ISO date of its first day. */
  readonly span: string;
  readonly part: string;
  readonly index: string;
  /** Path of Parquet `file, span, row, base, lost` and what else tells rows apart (see `Identity`); absent where every row stands for itself. */
  readonly identity?: string;
}

export interface ReadSource {
  readonly columns: readonly SourceColumn[];
  readonly rows: number;
  readonly keptRows: number;
  readonly spans: readonly FileSpan[];
  /** What the versions of rows are, where they have some. */
  readonly versionKind?: 'number' | 'time';
  /** Where no row passes filters and returns: how many each of them removed, in words. */
  readonly removed?: readonly { readonly by: string; readonly rows: number }[];
}

/** Rows that filters or returns leave out go here first: their times may be anything. */
const rest = -1_000_000_000;

/** Whether the file holds other bytes than it did when its digest was taken; one that is gone has changed. */
export async function hasChanged({ path, sha256 }: { readonly path: string; readonly sha256: string }): Promise<boolean> {
  return (await contentOfFile(path).catch(() => undefined))?.sha256 !== sha256;
}

/** Reads one sales file into parts, one for each span of time. Anything unusable is `BadInput` with its row, before a part is written. */
export async function readSource(session: Session, request: ReadSourceRequest): Promise<ReadSource> {
  const { file, sales, frequency, now, outFolder } = request;
  // Texts of moments must not depend on where the worker stands.
  await session.run("SET TimeZone = 'UTC'");
  await checkZones(session, sales);
  const scratch = join(outFolder, 'scratch');
  await mkdir(scratch, { recursive: true });
  try {
    const rates = sales.currency === undefined || isFixed(sales.currency.rates) ? undefined : await readRates(session, { rates: sales.currency.rates, files: request.rates, scratch });
    const source = await openSource(session, { ...file, csv: sales.csv, format: sales.format, excel: sales.excel, scratch, name: 'sales' });
    const query = await salesSelect(session, { source, sales, frequency, now, ...(rates !== undefined && { rates }) });
    const lines = join(scratch, 'lines');
    await reading(file.uri, () => partitioned(session, `SELECT *, CASE WHEN base AND span IS NOT NULL THEN span ELSE ${String(rest)} END AS place FROM (${query.select})`, lines, query.parameters));
    const all = await partitions(lines);
    if (all.size === 0) return { columns: source.columns, rows: 0, keptRows: 0, spans: [] };
    await refuseBadRows(session, { uri: file.uri, relation: parquetFiles([...all.values()].flat()), problems: query.problems, now });
    const placed = await placeRest(session, all, join(scratch, 'rest'));
    const relation = parquetFiles([...all.values()].flat());
    if (query.identity.includes('key')) {
      await findSharedKeys(session, `SELECT key FROM ${relation}`);
      await findLostRows(session, { relation: `SELECT key, ${query.identity.includes('version') ? 'version' : 'NULL'} AS version, 0 AS rank, row FROM ${relation}`, hasVersion: query.identity.includes('version'), columns: ['row'] });
    }
    const spans: FileSpan[] = [];
    for (const [day, paths] of placed) spans.push(await writeFileSpan(session, request, query, { from: isoOfDay(day), paths }));
    const rows = sum(spans, (span) => span.rows);
    const { base } = await session.row(`SELECT count(*) FILTER (base) AS base FROM ${relation}`);
    return {
      columns: source.columns, rows, keptRows: sum(spans, (span) => span.keptRows), spans,
      ...(query.versionKind !== undefined && { versionKind: query.versionKind }),
      ...(base === 0 && { removed: await removedBy(session, query, relation) }),
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function writeFileSpan(
  session: Session, { number, frequency, outFolder }: ReadSourceRequest, { levels, identity }: SalesSelect, { from, paths }: { readonly from: string; readonly paths: readonly string[] },
): Promise<FileSpan> {
  const lost = identity.includes('key') ? 'row IN (SELECT row FROM lost_rows)' : 'false';
  const relation = `SELECT *, ${lost} AS lost, 0 AS rank, ${String(number)} AS file FROM ${parquetFiles(paths)}`;
  const written = await writeSpan(session, { relation, levels, identity, frequency, part: join(outFolder, `${from}.parquet`), index: join(outFolder, `${from}.index.parquet`) });
  if (identity.length === 0) return { ...written, span: from };
  const out = join(outFolder, `${from}.identity.parquet`);
  await writeParquet(session, { select: `SELECT CAST(file AS UBIGINT) AS file, DATE '${from}' AS span, CAST(row AS UBIGINT) AS row, base, lost, ${identity.join(', ')} FROM (${relation}) ORDER BY row`, out });
  return { ...written, span: from, identity: out };
}

/**
 * Rows that take no part lie in the span of their time, too, but never outside the spans of the rows that do; those without a time in the
 * first one. Returns all files of each span, in the order of spans.
 */
async function placeRest(session: Session, all: ReadonlyMap<number, readonly string[]>, folder: string): Promise<ReadonlyMap<number, readonly string[]>> {
  const left = all.get(rest);
  const days = [...all.keys()].filter((day) => day !== rest).sort((a, b) => a - b);
  if (left === undefined) return new Map(days.map((day) => [day, all.get(day) ?? []]));
  const [first, last] = [days[0], days.at(-1)];
  const newest = first === undefined || last === undefined
    ? await onlySpan(session, parquetFiles(left))
    : `greatest(least(coalesce(span, ${String(first)}), ${String(last)}), ${String(first)})`;
  await partitioned(session, `SELECT * REPLACE (${newest} AS place) FROM ${parquetFiles(left)}`, folder, {});
  const placed = await partitions(folder);
  const spans = [...new Set([...days, ...placed.keys()])].sort((a, b) => a - b);
  return new Map(spans.map((day) => [day, [...(all.get(day) ?? []), ...(placed.get(day) ?? [])]]));
}

/** Of a file none of whose rows takes part: the span of its first row. */
async function onlySpan(session: Session, relation: string): Promise<string> {
  const day = numberOrNaN(await session.row(`SELECT min(span) AS day FROM ${relation}`), 'day');
  return String(Number.isNaN(day) ? 0 : day);
}

async function partitioned(session: Session, select: string, folder: string, parameters: Parameters): Promise<void> {
  await session.run(`COPY (${select}) TO ${literal(folder)} (FORMAT parquet, PARTITION_BY (place), WRITE_PARTITION_COLUMNS true, COMPRESSION snappy)`, parameters);
}

/** Files of each partition. */
async function partitions(folder: string): Promise<ReadonlyMap<number, readonly string[]>> {
  const found = new Map<number, readonly string[]>();
  for (const name of await readdir(folder).catch(() => [])) {
    const day = /^place=(-?\d+)$/.exec(name)?.[1];
    if (day !== undefined) found.set(Number(day), (await readdir(join(folder, name))).sort().map((file) => join(folder, name, file)));
  }
  return found;
}

async function removedBy(session: Session, { filters }: SalesSelect, relation: string): Promise<NonNullable<ReadSource['removed']>> {
  const found = await session.row(`SELECT count(*) FILTER (returned) AS returned${filters.map((_, i) => `, count(*) FILTER (holds_${String(i)} IS NOT TRUE) AS removed_${String(i)}`).join('')} FROM ${relation}`);
  return [...filters.map((by, i) => ({ by, rows: numberIn(found, `removed_${String(i)}`) })), ...(numberIn(found, 'returned') > 0 ? [{ by: 'returns', rows: numberIn(found, 'returned') }] : [])];
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0);
