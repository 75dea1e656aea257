import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { literal, parquetFiles } from '../sql-text.ts';

export interface BesideRowsRequest {
  /** Paths of a snapshot's tables; absent where it has none. */
  readonly reviews?: string;
  readonly media?: string;
  /** Address of each file of reviews by the number that rows call it. */
  readonly files: ReadonlyMap<number, string>;
  readonly series: string;
  /** ISO dates, both included: reviews of that time. */
  readonly from?: string;
  readonly to?: string;
  /** ISO date or moment that all was known before. */
  readonly before?: string;
  /** The newest so many reviews. */
  readonly limit: number;
}

/** What was known of a series besides its sales. */
export interface BesideRows {
  /** Reviews of the series in that time; `reviews` are the newest of them, oldest first. */
  readonly total: number;
  readonly reviews: readonly { readonly file: string; readonly row: number; readonly time: string; readonly rating: number | null; /** Its beginning. */ readonly text: string | null }[];
  /** By modality. */
  readonly media: readonly { readonly modality: string; readonly name: string; readonly sha256?: string; readonly problem?: string }[];
}

/** So much of a review is shown. */
const shown = 200;

export async function besideRows(session: Session, { reviews, media, files, series, from, to, before, limit }: BesideRowsRequest): Promise<BesideRows> {
  const known = { series, before: before ?? '9999-12-31' };
  const asked = { ...known, from: from ?? '0001-01-01', to: to ?? '9999-12-31' };
  let [total, found]: [number, BesideRows['reviews']] = [0, []];
  if (reviews !== undefined) {
    const those = `FROM ${parquetFiles([reviews])} WHERE series = $series AND known_from >= CAST($from AS TIMESTAMP) AND known_from < CAST($to AS DATE) + INTERVAL 1 DAY AND known_from < CAST($before AS TIMESTAMP)`;
    total = numberIn(await session.row(`SELECT count(*) AS total ${those}`, asked), 'total');
    const rows = await session.rows(
      `SELECT file, row, replace(CAST(known_from AS VARCHAR), ' ', 'T') AS time, rating, left(text, ${String(shown)}) AS text
       FROM (SELECT * ${those} ORDER BY known_from DESC, file DESC, row DESC LIMIT CAST($limit AS BIGINT)) ORDER BY known_from, file, row`, { ...asked, limit });
    found = rows.map((row) => ({
      file: files.get(numberIn(row, 'file')) ?? '', row: numberIn(row, 'row'), time: textIn(row, 'time'),
      rating: typeof row['rating'] === 'number' ? row['rating'] : null, text: typeof row['text'] === 'string' ? row['text'] : null,
    }));
  }
  const named = media === undefined ? [] : await session.rows(`SELECT modality, name, sha256, problem FROM read_parquet(${literal(media)}) WHERE series = $series AND known_from < CAST($before AS TIMESTAMP) ORDER BY modality`, known);
  return {
    total, reviews: found,
    media: named.map((row) => ({
      modality: textIn(row, 'modality'), name: textIn(row, 'name'), ...(typeof row['sha256'] === 'string' && { sha256: row['sha256'] }), ...(typeof row['problem'] === 'string' && { problem: row['problem'] }),
    })),
  };
}
