import { rename, rm } from 'node:fs/promises';

import { numberIn } from '../row-values.ts';
import type { Parameters, Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';
import { writeParquet } from '../write-parquet.ts';
import { vectorsPerGroup, vectorType } from './vector-blocks.ts';

/**
 * Which part of the cache has which key, of the keys that a query wants: the temporary table `places (key, part)`. Two parts may hold the same
 * key when two processes embedded it at once; the one that comes first counts. Settled on keys alone: vectors are a hundred times as large.
 */
export async function placeKeys(session: Session, { parts, wanted, parameters = {}, readable = false }: { readonly parts: readonly string[]; readonly wanted: string; readonly parameters?: Parameters; /** Without those that have no vector. */ readonly readable?: boolean }): Promise<void> {
  const none = 'SELECT NULL::VARCHAR AS key, NULL::UBIGINT AS part WHERE false';
  const found = `SELECT key, min(file_index) AS part FROM ${parquetFiles(parts)} SEMI JOIN (${wanted}) USING (key) ${readable ? 'WHERE problem IS NULL' : ''} GROUP BY key`;
  await session.run(`CREATE OR REPLACE TEMP TABLE places AS ${parts.length === 0 ? none : found}`, parts.length === 0 ? {} : parameters);
}

export interface SlicedJoin {
  /** Rows of the table with a column `key`, and the total order that they are written in. */
  readonly items: string;
  readonly order: string;
  readonly parameters: Parameters;
  /** Columns to write: of `item`, and `part.vector` as `vector`. */
  readonly columns: string;
  /** Whether items without a vector stay, with NULL. */
  readonly keepAll: boolean;
  readonly parts: readonly string[];
  readonly dims: number;
  readonly out: string;
  /** Rows that are put in order at once; as many as take 64 MiB when absent. */
  readonly rowsPerSlice?: number;
}

export interface Slices {
  /** Rows in all of them. */
  readonly rows: number;
  /** Files, in order. */
  readonly slices: readonly string[];
}

const bytesPerSlice = 64 * 1024 * 1024;

/**
 * Writes items with their vectors, which DuckDB could put in order in memory only: so rows are put in order without them, and get them slice by
 * slice, each with one pass over the parts. Memory does not grow with the number of vectors. Needs `placeKeys` first, and `joinSlices` after.
 */
export async function writeSlicedJoin(session: Session, join: SlicedJoin): Promise<Slices> {
  const { items, order, parameters, columns, keepAll, parts, dims, out, rowsPerSlice = Math.max(1024, Math.floor(bytesPerSlice / (4 * dims))) } = join;
  await session.run(`CREATE OR REPLACE TEMP TABLE ordered AS SELECT items.*, places.part FROM (${items}) items ${keepAll ? 'LEFT' : 'INNER'} JOIN places USING (key) ORDER BY ${order}`, parameters);
  const rows = numberIn(await session.row('SELECT count(*) AS count FROM ordered'), 'count');
  const vectors = parts.length === 0
    ? `(SELECT NULL::VARCHAR AS key, NULL::UBIGINT AS part, NULL::${vectorType(dims)} AS vector WHERE false)`
    : `(SELECT key, file_index AS part, CAST(vector AS ${vectorType(dims)}) AS vector FROM ${parquetFiles(parts)})`;
  const slices: string[] = [];
  for (let from = 0; from === 0 || from < rows; from += rowsPerSlice) {
    const slice = `${out}.slice-${String(from)}`;
    const within = `SELECT *, rowid AS at FROM ordered WHERE rowid >= ${String(from)} AND rowid < ${String(from + rowsPerSlice)}`;
    const select = `SELECT ${columns} FROM (${within}) item LEFT JOIN ${vectors} vectors ON vectors.key = item.key AND vectors.part = item.part ORDER BY item.at`;
    await writeParquet(session, { select, out: slice, rowsPerGroup: vectorsPerGroup });
    slices.push(slice);
  }
  return { rows, slices };
}

/** Puts the slices together and removes them. The session must have one thread: files without an order to sort by have other bytes with more. */
export async function joinSlices(session: Session, { slices, out }: { readonly slices: readonly string[]; readonly out: string }): Promise<void> {
  const [first, ...others] = slices;
  if (first !== undefined && others.length === 0) {
    await rename(first, out);
    return;
  }
  await writeParquet(session, { select: `SELECT * FROM ${parquetFiles(slices)}`, out, rowsPerGroup: vectorsPerGroup });
  await Promise.all(slices.map((slice) => rm(slice, { force: true })));
}
