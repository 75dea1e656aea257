import { join } from 'node:path';

import type { OwnSession } from '../own-session.ts';

/** What a test wants to know of a row; anything left out is an ordinary sale. */
export interface SalesRow {
  readonly series?: string | null;
  /** ISO moment. */
  readonly time?: string;
  readonly target?: number | null;
  readonly price?: number | null;
  readonly kept?: boolean;
  readonly file?: number;
  readonly row?: number;
  readonly category?: string | null;
}

const text = (value: string | null): string => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`);

/** A part of a snapshot's sales table with the level `category`. */
export async function salesFile({ folder, query }: OwnSession, name: string, rows: readonly SalesRow[]): Promise<string> {
  const path = join(folder, `${name}.parquet`);
  const values = rows.map(({ series = 'A', time = '2024-03-01T09:00:00', target = 1, price = 2, kept = true, file = 0, row, category = 'x' }, i) =>
    `(${text(series)}, TIMESTAMP '${time.replace('T', ' ')}', ${String(target ?? 'NULL')}::DOUBLE, ${String(price ?? 'NULL')}::DOUBLE, NULL::DOUBLE, false, ${String(kept)}, ${String(file)}::USMALLINT, ${String(row ?? i + 1)}::UBIGINT, ${text(category)})`);
  await query(`COPY (SELECT * FROM (VALUES ${values.join(', ')}) AS t(series, time, target, price, stock, returned, kept, file, row, category) ORDER BY series, time, file, row) TO '${path}' (FORMAT parquet)`);
  return path;
}
