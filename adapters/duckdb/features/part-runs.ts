import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';

/** Where the rows of a table in parts belong when all of its parts are laid out by series. */
export interface TableRuns {
  readonly rows: number;
  /** In the order of their UTF-8 bytes. */
  readonly seriesIds: readonly string[];
  /** Number of the first row of each series. */
  readonly offsets: Uint32Array;
  /** Per part, oldest first: runs of rows in the order of its file, each with the place of its first row and its length. */
  readonly parts: readonly { readonly places: Uint32Array; readonly lengths: Uint32Array }[];
}

/** Looks at the series of every part, which must be sorted by series: the rows then need no sorting, each has its place. */
export async function findRuns(session: Session, files: readonly string[]): Promise<TableRuns> {
  const found: { readonly series: readonly string[]; readonly lengths: Uint32Array }[] = [];
  for (const file of files) {
    const rows = await session.rows(`SELECT series, count(*) AS rows FROM ${parquetFiles([file])} GROUP BY series ORDER BY series`);
    found.push({ series: rows.map((row) => textIn(row, 'series')), lengths: Uint32Array.from(rows, (row) => numberIn(row, 'rows')) });
  }
  const totals = new Map<string, number>();
  for (const { series, lengths } of found) series.forEach((name, i) => totals.set(name, (totals.get(name) ?? 0) + (lengths[i] ?? 0)));
  const seriesIds = [...totals.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const offsets = new Uint32Array(seriesIds.length);
  /** Place of the next row of each series. */
  const next = new Map<string, number>();
  let rows = 0;
  seriesIds.forEach((name, i) => {
    offsets[i] = rows;
    next.set(name, rows);
    rows += totals.get(name) ?? 0;
  });
  const parts = found.map(({ series, lengths }) => ({
    lengths,
    places: Uint32Array.from(series, (name, i) => {
      const place = next.get(name) ?? 0;
      next.set(name, place + (lengths[i] ?? 0));
      return place;
    }),
  }));
  return { rows, seriesIds, offsets, parts };
}
