import { VARCHAR } from '@duckdb/node-api';

import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { literal, parquetFiles } from '../sql-text.ts';
import { writeParquet } from '../write-parquet.ts';
import { chunkWithVectors, vectorsPerGroup, vectorType } from './vector-blocks.ts';

/*
 * Parts of the cache of one encoder: Parquet `key VARCHAR, vector FLOAT[d] (NULL where the item can't be read), problem VARCHAR (why)`, sorted
 * by key. Two parts may hold the same key when two processes embedded it at once; the file whose name comes first counts.
 */

export interface CachePartRequest {
  readonly out: string;
  /** Ascending. */
  readonly keys: readonly string[];
  /** Row-major. */
  readonly vectors: Float32Array;
  readonly dims: number;
  /** By position in `keys`. */
  readonly problems: ReadonlyMap<number, string>;
}

export async function writeCachePart(session: Session, { out, keys, vectors, dims, problems }: CachePartRequest): Promise<void> {
  await session.run(`CREATE OR REPLACE TEMP TABLE made (key VARCHAR, problem VARCHAR, vector ${vectorType(dims)})`);
  const appender = await session.connection.createAppender('made', null, 'temp');
  const size = 1024;
  for (let start = 0; start < keys.length; start += size) {
    const end = Math.min(start + size, keys.length);
    const columns = [
      { type: VARCHAR, values: keys.slice(start, end) },
      { type: VARCHAR, values: Array.from({ length: end - start }, (_, i) => problems.get(start + i) ?? null) },
    ];
    appender.appendDataChunk(chunkWithVectors(columns, { vectors: vectors.subarray(start * dims, end * dims), dims, isNull: (row) => problems.has(start + row) }));
  }
  appender.closeSync();
  await writeParquet(session, { select: 'SELECT key, vector, problem FROM made ORDER BY key', out, rowsPerGroup: vectorsPerGroup });
}

/** Writes the wanted items that no part has, in the order of keys, and tells how many they are. */
export async function writeMissing(session: Session, { wanted, parts, out }: { readonly wanted: string; readonly parts: readonly string[]; readonly out: string }): Promise<number> {
  const known = parts.length === 0 ? '' : `ANTI JOIN (SELECT key FROM ${parquetFiles(parts)}) USING (key)`;
  await writeParquet(session, { select: `SELECT key, content FROM read_parquet($wanted) ${known} ORDER BY key`, parameters: { wanted }, out });
  return numberIn(await session.row('SELECT count(*) AS count FROM read_parquet($out)', { out }), 'count');
}

/** Common table expressions: `chosen`: `key, vector (a list), problem`, one row per key of `wantedKeys` that the parts have. */
export function chosenSql(parts: readonly string[], wantedKeys: string, dims: number): string {
  const files = `read_parquet([${parts.map(literal).join(', ')}], filename = true)`;
  if (parts.length === 0) return `chosen AS (SELECT NULL::VARCHAR AS key, NULL::${vectorType(dims)} AS vector, NULL::VARCHAR AS problem WHERE false)`;
  // Which file counts is settled on keys alone: vectors are a thousand times as large.
  return `places AS (SELECT key, min(filename) AS filename FROM ${files} SEMI JOIN (${wantedKeys}) USING (key) GROUP BY key),
    chosen AS (SELECT part.key, CAST(part.vector AS ${vectorType(dims)}) AS vector, part.problem FROM ${files} part JOIN places ON part.key = places.key AND part.filename = places.filename)`;
}

export interface MergedPart {
  readonly file: string;
  readonly count: number;
  readonly first: string;
  readonly last: string;
}

/** Puts many small parts together: new ones of at most `most` items whose keys do not overlap, `<folder>/merged-<i>.parquet`. */
export async function mergeCacheParts(session: Session, { parts, folder, most, dims }: { readonly parts: readonly string[]; readonly folder: string; readonly most: number; readonly dims: number }): Promise<readonly MergedPart[]> {
  const keys = `SELECT DISTINCT key FROM ${parquetFiles(parts)}`;
  const ranges = await session.rows(
    `SELECT min(key) AS first, max(key) AS last, count(*) AS count FROM (SELECT key, (row_number() OVER (ORDER BY key) - 1) // $most AS part FROM (${keys})) GROUP BY part ORDER BY part`,
    { most },
  );
  const merged: MergedPart[] = [];
  for (const [i, range] of ranges.entries()) {
    const [file, first, last] = [`${folder}/merged-${String(i)}.parquet`, textIn(range, 'first'), textIn(range, 'last')];
    const within = `SELECT key FROM ${parquetFiles(parts)} WHERE key BETWEEN $first AND $last`;
    await writeParquet(session, { select: `WITH ${chosenSql(parts, within, dims)} SELECT key, vector, problem FROM chosen ORDER BY key`, parameters: { first, last }, out: file, rowsPerGroup: vectorsPerGroup });
    merged.push({ file, first, last, count: numberIn(range, 'count') });
  }
  return merged;
}
