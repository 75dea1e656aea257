import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';
import { placeKeys, type SlicedJoin, type Slices, writeSlicedJoin } from './sliced-join.ts';

export interface VectorsRequest extends Pick<SlicedJoin, 'dims' | 'out' | 'rowsPerSlice'> {
  readonly source: { readonly texts: string } | { readonly media: string; readonly modality: string } | { readonly views: string };
  /** Parts of the cache that together have all items of the source. */
  readonly parts: readonly string[];
}

/**
 * Writes the vectors of a modality, `series, known_from, vector, sha256`, sorted by series, or of its changed copies, `series, known_from, view,
 * vector`, sorted by (series, view). Items that can't be read have no row. Tells how many rows there are.
 */
export async function writeVectors(session: Session, { source, parts, ...request }: VectorsRequest): Promise<Slices> {
  const { items, columns, order, parameters } = tableOf(source);
  await placeKeys(session, { parts, wanted: `SELECT key FROM (${items})`, parameters, readable: true });
  return writeSlicedJoin(session, { items, order, parameters, columns, keepAll: false, parts, ...request });
}

function tableOf(source: VectorsRequest['source']): Pick<SlicedJoin, 'items' | 'columns' | 'order' | 'parameters'> {
  if ('views' in source) {
    return { items: 'SELECT series, known_from, view, key FROM read_parquet($file)', columns: 'series, known_from, view, vector', order: 'series, view, known_from, key', parameters: { file: source.views } };
  }
  const shown = { columns: 'series, known_from, vector, item.key AS sha256', order: 'series, known_from, key' };
  if ('texts' in source) return { items: 'SELECT series, known_from, sha256(text) AS key FROM read_parquet($file) WHERE text IS NOT NULL', ...shown, parameters: { file: source.texts } };
  return {
    items: 'SELECT series, known_from, sha256 AS key FROM read_parquet($file) WHERE modality = $modality AND problem IS NULL', ...shown,
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
export async function mediaState(session: Session, request: { readonly media: string; readonly modality: string; readonly parts: readonly string[]; readonly first: number }): Promise<MediaState> {
  const { media, modality, parts, first } = request;
  const items = 'SELECT series, coalesce(name, uri, sha256) AS name, problem, sha256 AS key FROM read_parquet($media) WHERE modality = $modality';
  await placeKeys(session, { parts, wanted: `SELECT key FROM (${items}) WHERE problem IS NULL`, parameters: { media, modality } });
  const known = parts.length === 0 ? 'SELECT key, NULL::VARCHAR AS problem FROM places' : `SELECT key, problem FROM (SELECT key, file_index AS part, problem FROM ${parquetFiles(parts)}) SEMI JOIN places USING (key, part)`;
  await session.run(
    `CREATE OR REPLACE TEMP TABLE states AS SELECT series, coalesce(items.name, '') AS name, coalesce(items.problem, known.problem) AS problem
     FROM (${items}) items LEFT JOIN (${known}) known ON items.problem IS NULL AND items.key = known.key`,
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
