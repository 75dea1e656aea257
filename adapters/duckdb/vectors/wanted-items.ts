import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { textsOf } from '../typed-columns.ts';
import { writeParquet } from '../write-parquet.ts';
import type { Sessions } from '../session.ts';

/*
 * What has to be embedded is a Parquet file `key VARCHAR (SHA-256), content VARCHAR`, one row per key, in the order of keys. The content is a
 * text itself, or JSON that tells which file and what to change in it.
 */

/** Reviews that say something. */
export const hasText = "text IS NOT NULL AND regexp_matches(text, '[^\\s\\p{Z}\\p{C}]')";

export type ItemSource = { readonly texts: string } | { readonly reviews: string } | { readonly media: string; readonly modality: string } | { readonly views: string };

/** Rows `key, content` of a table of a snapshot, or of one that `writeViews` has made. */
function itemsSql(source: ItemSource): { readonly sql: string; readonly parameters: Readonly<Record<string, string>> } {
  if ('texts' in source) return { sql: 'SELECT sha256(text) AS key, text AS content FROM read_parquet($file) WHERE text IS NOT NULL', parameters: { file: source.texts } };
  if ('reviews' in source) return { sql: `SELECT sha256(text) AS key, text AS content FROM read_parquet($file) WHERE ${hasText}`, parameters: { file: source.reviews } };
  if ('views' in source) return { sql: 'SELECT key, content FROM read_parquet($file)', parameters: { file: source.views } };
  return { sql: `SELECT sha256 AS key, ${mediaContent} AS content FROM read_parquet($file) WHERE modality = $modality AND problem IS NULL`, parameters: { file: source.media, modality: source.modality } };
}

/** A file's place as JSON. */
export const mediaContent = "CAST(json_object('uri', uri, 'sha256', sha256, 'bytes', bytes) AS VARCHAR)";

/** Writes the distinct items of a table, and tells how many there are. */
export async function writeWanted(session: Session, { source, out }: { readonly source: ItemSource; readonly out: string }): Promise<number> {
  const { sql, parameters } = itemsSql(source);
  await writeParquet(session, { select: `SELECT key, min(content) AS content FROM (${sql}) GROUP BY key ORDER BY key`, parameters, out });
  return numberIn(await session.row('SELECT count(*) AS count FROM read_parquet($out)', { out }), 'count');
}

/** The first four digits of all keys: 65,536 at most, whatever the number of items. */
export async function keyPrefixes(session: Session, { wanted }: { readonly wanted: string }): Promise<readonly string[]> {
  const rows = await session.rows('SELECT DISTINCT left(key, 4) AS prefix FROM read_parquet($wanted) ORDER BY prefix', { wanted });
  return rows.map((row) => textIn(row, 'prefix'));
}

/** The first contents in the order of keys: a sample that does not depend on the order of rows. */
export async function firstContents(session: Session, { wanted, count }: { readonly wanted: string; readonly count: number }): Promise<readonly string[]> {
  const rows = await session.rows('SELECT content FROM read_parquet($wanted) ORDER BY key LIMIT $count', { wanted, count });
  return rows.map((row) => textIn(row, 'content'));
}

export interface Item {
  readonly key: string;
  readonly content: string;
}

/** All items in the order of keys, a chunk at a time. */
export async function* readItems(sessions: Sessions, { file, signal }: { readonly file: string; readonly signal?: AbortSignal | undefined }): AsyncGenerator<readonly Item[]> {
  const session = await sessions.open(signal);
  try {
    for await (const chunk of session.chunks('SELECT key, content FROM read_parquet($file)', { file })) {
      const contents = textsOf(chunk.getColumnVector(1));
      yield textsOf(chunk.getColumnVector(0)).map((key, i) => ({ key, content: contents[i] ?? '' }));
    }
  } finally {
    session.close();
  }
}
