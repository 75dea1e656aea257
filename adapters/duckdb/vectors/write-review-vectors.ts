import { DuckDBDataChunk, FLOAT, VARCHAR } from '@duckdb/node-api';

import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { textsOf } from '../typed-columns.ts';
import { writeParquet } from '../write-parquet.ts';
import { chosenSql } from './cache-parts.ts';
import { readVectorBlock, vectorsPerGroup, vectorType } from './vector-blocks.ts';
import { hasText } from './wanted-items.ts';

export interface ReviewVectorsRequest {
  readonly reviews: string;
  /** Parts of the cache that together have the text of every review. */
  readonly parts: readonly string[];
  readonly dims: number;
  /** Sentiments of vectors that are given row-major; without it there are none. */
  readonly sentiment?: (vectors: Float32Array) => Float32Array;
  readonly out: string;
}

/** Writes the table documented on `EmbedReviewsResult`, and tells how many of its rows have a vector. */
export async function writeReviewVectors(session: Session, { reviews, parts, dims, sentiment, out }: ReviewVectorsRequest): Promise<number> {
  await session.run(`CREATE OR REPLACE TEMP TABLE review_keys AS SELECT DISTINCT sha256(text) AS key FROM read_parquet($reviews) WHERE ${hasText}`, { reviews });
  await session.run('CREATE OR REPLACE TEMP TABLE sentiments (key VARCHAR, sentiment FLOAT)');
  if (sentiment !== undefined) {
    for (const part of parts) await scoreTexts(session, { part, dims, sentiment });
  }
  const select = `WITH items AS (SELECT series, known_from, file, row, rating, CASE WHEN ${hasText} THEN sha256(text) END AS key FROM read_parquet($reviews)),
    ${chosenSql(parts, 'SELECT key FROM review_keys', dims)}
    SELECT series, known_from, file, row, CAST(rating AS DOUBLE) AS rating, sentiment, vector
    FROM items LEFT JOIN chosen USING (key) LEFT JOIN sentiments USING (key) ORDER BY series, known_from, file, row`;
  await writeParquet(session, { select, parameters: { reviews }, out, rowsPerGroup: vectorsPerGroup });
  return numberIn(await session.row('SELECT count(vector) AS count FROM read_parquet($out)', { out }), 'count');
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
