import { join } from 'node:path';
import type { PeriodLength } from '../../../domain/calendar.ts';
import { textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';
import { writeParquet } from '../write-parquet.ts';
import { findLostRows, findSharedKeys } from './lost-rows.ts';
import { identityOf, type Sales } from './sales-select.ts';
import { type SpanFiles, writeSpan } from './write-span.ts';

/** What one file has in one span: paths of the files of `FileSpan`. */
export interface SpanOfFile {
  /** See `fileNumber`. */
  readonly number: number;
  readonly part: string;
  readonly identity?: string;
}

export interface MergeSpanRequest {
  /** In the order that their addresses sort in. */
  readonly files: readonly SpanOfFile[];
  /** Path of the span's rows that lose their key to a row of another file, see {@link findSuperseded}. */
  readonly lost?: string;
  readonly sales: Sales;
  readonly frequency: PeriodLength;
  /** ISO date of the span's first day. */
  readonly span: string;
  readonly outFolder: string;
}

/** Makes one part of what several files have in one span, or of a file some of whose rows another one supersedes. */
export async function mergeSpan(session: Session, { files, lost, sales, frequency, span, outFolder }: MergeSpanRequest): Promise<SpanFiles> {
  const identity = identityOf(sales);
  const parts = parquetFiles(files.map(({ part }) => part));
  return writeSpan(session, {
    relation: identity.length === 0
      ? `SELECT * EXCLUDE (kept), kept AS base, false AS lost, 0 AS rank FROM ${parts}`
      : `SELECT parts.* EXCLUDE (kept), marks.* EXCLUDE (file, row, span, lost), lost OR ${lost === undefined ? 'false' : `(file, row) IN (SELECT (file, row) FROM ${parquetFiles([lost])})`} AS lost, rank
         FROM ${parts} AS parts JOIN ${parquetFiles(files.flatMap((file) => file.identity ?? []))} AS marks USING (file, row) JOIN ${ranksSql(files)} USING (file)`,
    levels: Object.keys(sales.levels), identity, frequency, part: join(outFolder, `${span}.parquet`), index: join(outFolder, `${span}.index.parquet`),
  });
}

export interface SupersededRequest {
  /** Files in the order that their addresses sort in, each with the paths of `FileSpan.identity` of all its spans. */
  readonly files: readonly { readonly number: number; readonly rows: number; readonly identities: readonly string[] }[];
  readonly hasVersion: boolean;
  readonly outFolder: string;
}

/**
 * Rows that lose their key to a row of another file: Parquet `file UBIGINT, row UBIGINT` per span that has some. Rows that lost it to a row
 * of their own file are out already.
 */
export async function findSuperseded(session: Session, { files, hasVersion, outFolder }: SupersededRequest): Promise<readonly { readonly span: string; readonly rows: number; readonly file: string }[]> {
  const largest = files.reduce<SupersededRequest['files'][number] | undefined>((best, file) => (best === undefined || file.rows > best.rows ? file : best), undefined);
  const others = files.filter((file) => file !== largest);
  if (largest === undefined || others.length === 0) return [];
  const keysOf = (some: SupersededRequest['files']): string => `SELECT key FROM ${parquetFiles(some.flatMap((file) => file.identities))} WHERE NOT lost`;
  await findSharedKeys(session, keysOf(others), keysOf([largest]));
  const identities = parquetFiles(files.flatMap((file) => file.identities));
  await findLostRows(session, {
    relation: `SELECT key, ${hasVersion ? 'version' : 'NULL'} AS version, rank, span, file, row FROM ${identities} JOIN ${ranksSql(files)} USING (file) WHERE NOT lost`,
    hasVersion, columns: ['span', 'file', 'row'],
  });
  const found = await session.rows('SELECT CAST(span AS VARCHAR) AS span, count(*) AS rows FROM lost_rows GROUP BY span ORDER BY span');
  const written = [];
  for (const row of found) {
    const span = textIn(row, 'span');
    const file = join(outFolder, `${span}.lost.parquet`);
    await writeParquet(session, { select: 'SELECT file, row FROM lost_rows WHERE span = CAST($span AS DATE) ORDER BY file, row', parameters: { span }, out: file });
    written.push({ span, rows: Number(row['rows']), file });
  }
  return written;
}

/** Table `(file, rank)`: the order of files. */
function ranksSql(files: readonly { readonly number: number }[]): string {
  return `(SELECT file, rank FROM (VALUES ${files.map(({ number }, rank) => `(CAST(${String(number)} AS UBIGINT), ${String(rank)})`).join(', ')}) AS ranks(file, rank))`;
}
