import { join } from 'node:path';

import { numberIn, textIn } from '../adapters/duckdb/row-values.ts';
import type { Session } from '../adapters/duckdb/session.ts';
import { literal } from '../adapters/duckdb/sql-text.ts';

/** Reviews with what their writers, or readers, said of them. */
export interface LabelledSet {
  readonly name: string;
  readonly language: 'English' | 'Chinese';
  /** What counts as favourable, in words. */
  readonly label: string;
  /** In the folder of data sets. */
  readonly file: string;
  /** SQL of the text, and of 1 for favourable, 0 for not, NULL for rows that don't say. */
  readonly text: string;
  readonly favourable: string;
}

export const clothing: LabelledSet = {
  name: "Women's E-Commerce Clothing Reviews (CC0)", language: 'English', label: 'recommended by its writer', file: 'WomensClothingReviews/womens_reviews.parquet',
  text: '"Review Text"', favourable: '"Recommended IND"',
};
export const chineseShops: LabelledSet = {
  name: 'online_shopping_10_cats (a research corpus, of which nothing but these weights is shipped)', language: 'Chinese', label: 'labelled positive',
  file: 'ChineseReviews/online_shopping_10_cats.parquet', text: 'review', favourable: 'label',
};
export const instruments: LabelledSet = {
  name: 'Amazon musical instruments', language: 'English', label: 'four stars or more, against two or fewer', file: 'AmazonMusicalInstruments/musical_instruments_5core.parquet',
  text: 'reviewText', favourable: 'CASE WHEN overall >= 4 THEN 1 WHEN overall <= 2 THEN 0 END',
};

export interface LabelledTexts {
  /** SHA-256 of each text, ascending. */
  readonly keys: readonly string[];
  readonly texts: readonly string[];
  readonly labels: Uint8Array;
}

/** The distinct texts of a set, the first `most` in the order of their digests; of texts with several labels the least favourable counts. */
export async function readLabelled(session: Session, data: string, { file, text, favourable }: LabelledSet, most: number): Promise<LabelledTexts> {
  const rows = await session.rows(
    `SELECT sha256(text) AS key, text, CAST(min(favourable) AS INTEGER) AS label FROM (SELECT ${text} AS text, ${favourable} AS favourable FROM read_parquet(${literal(join(data, file))}))
     WHERE text IS NOT NULL AND trim(text) <> '' AND favourable IS NOT NULL GROUP BY text ORDER BY key LIMIT CAST($most AS BIGINT)`,
    { most },
  );
  return { keys: rows.map((row) => textIn(row, 'key')), texts: rows.map((row) => textIn(row, 'text')), labels: Uint8Array.from(rows, (row) => numberIn(row, 'label')) };
}

/** A fifth is held out, told from the digest of the text: the same reviews on every machine, whatever is added. */
export function isHeldOut(key: string): boolean {
  return Number.parseInt(key.slice(-4), 16) % 5 === 0;
}
