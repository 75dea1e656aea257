import { VARCHAR } from '@duckdb/node-api';

import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';
import { writeParquet } from '../write-parquet.ts';
import { placeKeys } from './sliced-join.ts';
import { chunkWithVectors, vectorsPerGroup, vectorType } from './vector-blocks.ts';

/*
 * Parts of the cache of one encoder: Parquet `key VARCHAR, vector FLOAT[d] (NULL where the item can't be read), problem VARCHAR (why)`, sorted
 * by key.
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

export interface MergedPart {
  readonly file: string;
  readonly count: number;
  readonly first: string;
  readonly last: string;
}

/** Puts many small parts together: new ones of at most `most` items whose keys do not overlap, `<folder>/merged-<i>.parquet`. */
export async function mergeCacheParts(session: Session, { parts, folder, most }: { readonly parts: readonly string[]; readonly folder: string; readonly most: number }): Promise<readonly MergedPart[]> {
  await placeKeys(session, { parts, wanted: `SELECT key FROM ${parquetFiles(parts)}` });
  const ranges = await session.rows(
    'SELECT min(key) AS first, max(key) AS last, count(*) AS count FROM (SELECT key, (row_number() OVER (ORDER BY key) - 1) // $most AS range FROM places) GROUP BY range ORDER BY range',
    { most },
  );
  const merged: MergedPart[] = [];
  for (const [i, range] of ranges.entries()) {
    const [file, first, last] = [`${folder}/merged-${String(i)}.parquet`, textIn(range, 'first'), textIn(range, 'last')];
    const select = `SELECT key, vector, problem FROM (SELECT key, file_index AS part, vector, problem FROM ${parquetFiles(parts)} WHERE key BETWEEN $first AND $last) SEMI JOIN places USING (key, part) ORDER BY key`;
    await writeParquet(session, { select, parameters: { first, last }, out: file, rowsPerGroup: vectorsPerGroup });
    merged.push({ file, first, last, count: numberIn(range, 'count') });
  }
  return merged;
}
