import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { writeParquet } from '../write-parquet.ts';
import { chosenSql } from './cache-parts.ts';
import { vectorsPerGroup } from './vector-blocks.ts';

export interface VectorsRequest {
  readonly source: { readonly texts: string } | { readonly media: string; readonly modality: string } | { readonly views: string };
  /** Parts of the cache that together have all items of the source. */
  readonly parts: readonly string[];
  readonly dims: number;
  readonly out: string;
}

/**
 * Writes the vectors of a modality, `series, known_from, vector, sha256`, sorted by series, or of its changed copies, `series, known_from, view,
 * vector`, sorted by (series, view). Items that can't be read have no row. Tells how many rows there are.
 */
export async function writeVectors(session: Session, { source, parts, dims, out }: VectorsRequest): Promise<number> {
  const { rows, columns, order, parameters } = tableOf(source);
  const select = `WITH items AS (${rows}), ${chosenSql(parts, 'SELECT key FROM items', dims)}
    SELECT ${columns} FROM items JOIN chosen USING (key) WHERE chosen.vector IS NOT NULL ORDER BY ${order}`;
  await writeParquet(session, { select, parameters, out, rowsPerGroup: vectorsPerGroup });
  return numberIn(await session.row('SELECT count(*) AS count FROM read_parquet($out)', { out }), 'count');
}

function tableOf(source: VectorsRequest['source']): { readonly rows: string; readonly columns: string; readonly order: string; readonly parameters: Readonly<Record<string, string>> } {
  if ('views' in source) {
    return { rows: 'SELECT series, known_from, view, key FROM read_parquet($file)', columns: 'series, known_from, view, vector', order: 'series, view, known_from, key', parameters: { file: source.views } };
  }
  const shown = { columns: 'series, known_from, vector, key AS sha256', order: 'series, known_from, key' };
  if ('texts' in source) return { rows: 'SELECT series, known_from, sha256(text) AS key FROM read_parquet($file) WHERE text IS NOT NULL', ...shown, parameters: { file: source.texts } };
  return {
    rows: 'SELECT series, known_from, sha256 AS key FROM read_parquet($file) WHERE modality = $modality AND problem IS NULL', ...shown,
    parameters: { file: source.media, modality: source.modality },
  };
}

export interface UnreadableMedia {
  readonly series: string;
  /** As written. */
  readonly name: string;
  readonly problem: string;
}

export interface MediaState {
  /** Products that have, or should have, a file of the modality. */
  readonly rows: number;
  readonly unreadable: number;
  /** The first of them in the order of series. */
  readonly first: readonly UnreadableMedia[];
}

/** What can't be read of a modality: by the snapshot, and, where parts are given, by the encoder. */
export async function mediaState(session: Session, request: { readonly media: string; readonly modality: string; readonly parts: readonly string[]; readonly dims: number; readonly first: number }): Promise<MediaState> {
  const { media, modality, parts, dims, first } = request;
  const items = 'SELECT series, coalesce(name, uri, sha256) AS name, problem, sha256 AS key FROM read_parquet($media) WHERE modality = $modality';
  await session.run(
    `CREATE OR REPLACE TEMP TABLE states AS WITH items AS (${items}), ${chosenSql(parts, 'SELECT key FROM items WHERE problem IS NULL', dims)}
     SELECT series, coalesce(items.name, '') AS name, coalesce(items.problem, chosen.problem) AS problem FROM items LEFT JOIN chosen ON items.problem IS NULL AND items.key = chosen.key`,
    { media, modality },
  );
  const counts = await session.row('SELECT count(*) AS rows, count(problem) AS unreadable FROM states');
  const shown = await session.rows("SELECT coalesce(series, '') AS series, name, problem FROM states WHERE problem IS NOT NULL ORDER BY series, name LIMIT $first", { first });
  return {
    rows: numberIn(counts, 'rows'),
    unreadable: numberIn(counts, 'unreadable'),
    first: shown.map((row) => ({ series: textIn(row, 'series'), name: textIn(row, 'name'), problem: textIn(row, 'problem') })),
  };
}
