import { DuckDBDataChunk, FLOAT, VARCHAR } from '@duckdb/node-api';

import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { textsOf } from '../typed-columns.ts';
import { placeKeys, type SlicedJoin, type Slices, writeSlicedJoin } from './sliced-join.ts';
import { readVectorBlock, vectorType } from './vector-blocks.ts';
import { hasText } from './wanted-items.ts';

export interface ReviewVectorsRequest extends Pick<SlicedJoin, 'out' | 'rowsPerSlice'> {
  readonly reviews: string;
  /** Parts of the cache that together have the text of every review. */
  readonly parts: readonly string[];
  readonly dims: number;
  /** Sentiments of vectors that are given row-major; without it there are none. */
  readonly sentiment?: (vectors: Float32Array) => Float32Array;
}

/** Writes the table documented on `EmbedReviewsResult`, and tells how many of its rows have a vector. */
export async function writeReviewVectors(session: Session, { reviews, parts, dims, sentiment, ...rest }: ReviewVectorsRequest): Promise<Slices> {
  await session.run(`CREATE OR REPLACE TEMP TABLE review_keys AS SELECT DISTINCT sha256(text) AS key FROM read_parquet($reviews) WHERE ${hasText}`, { reviews });
  await session.run('CREATE OR REPLACE TEMP TABLE sentiments (key VARCHAR, sentiment FLOAT)');
  if (sentiment !== undefined) {
    for (const part of parts) await scoreTexts(session, { part, dims, sentiment });
  }
  await placeKeys(session, { parts, wanted: 'SELECT key FROM review_keys' });
  const items = `SELECT * FROM (SELECT series, known_from, file, row, rating, CASE WHEN ${hasText} THEN sha256(text) END AS key FROM read_parquet($reviews)) LEFT JOIN sentiments USING (key)`;
  const { slices } = await writeSlicedJoin(session, {
    items, order: 'series, known_from, file, row', parameters: { reviews }, columns: 'series, known_from, file, row, CAST(rating AS DOUBLE) AS rating, sentiment, vector', keepAll: true, parts, dims, ...rest,
  });
  return { slices, rows: numberIn(await session.row('SELECT count(part) AS count FROM ordered'), 'count') };
}

interface Scoring {
  readonly part: string;
  readonly dims: number;
  readonly sentiment: (vectors: Float32Array) => Float32Array;
}

/** The texts of a part that were not scored before. */
async function scoreTexts(session: Session, { part, dims, sentiment }: Scoring): Promise<void> {
  const select = `SELECT key, CAST(vector AS ${vectorType(dims)}) FROM read_parquet($part) SEMI JOIN review_keys USING (key) ANTI JOIN sentiments USING (key) WHERE vector IS NOT NULL`;
  const found: DuckDBDataChunk[] = [];
  // Appended only when the result has been read to its end, for it would end without a word.
  for await (const rows of session.chunks(select, { part })) {
    const scores = sentiment(readVectorBlock(rows.getColumnVector(1), rows.rowCount, dims));
    const chunk = DuckDBDataChunk.create([VARCHAR, FLOAT], rows.rowCount);
    chunk.setColumnValues(0, textsOf(rows.getColumnVector(0)));
    chunk.setColumnValues(1, [...scores]);
    found.push(chunk);
  }
  const appender = await session.connection.createAppender('sentiments', null, 'temp');
  for (const chunk of found) appender.appendDataChunk(chunk);
  appender.closeSync();
}
