import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ScratchSessions } from './scratch-sessions.ts';

export interface SalesRow {
  readonly series: string;
  /** `2024-03-01 09:00:00`. */
  readonly time: string;
  readonly target: number | null;
  readonly price?: number | null;
  readonly returned?: boolean;
  readonly kept?: boolean;
  readonly file?: number;
  readonly row: number;
  readonly category?: string | null;
}

export interface WrittenPart {
  readonly span: string;
  readonly path: string;
  readonly sha256: string;
}

/** Writes one part of a snapshot's sales table, sorted as ingest sorts it. */
export async function writeSalesPart({ folder, run }: ScratchSessions, name: string, rows: readonly SalesRow[]): Promise<WrittenPart> {
  const path = join(folder, `${name}.parquet`);
  const text = (value: string | null): string => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`);
  const number = (value: number | null): string => (value === null ? 'NULL' : Number.isNaN(value) ? "CAST('nan' AS DOUBLE)" : `CAST(${String(value)} AS DOUBLE)`);
  const values = rows.map((row) => `(${[
    text(row.series), `TIMESTAMP '${row.time}'`, number(row.target), number(row.price ?? null), String(row.returned ?? false), String(row.kept ?? true),
    String(row.file ?? 0), String(row.row), text(row.category ?? null),
  ].join(', ')})`);
  await run((session, sql: string) => session.run(sql), `COPY (
    SELECT series, time, CAST(target AS DOUBLE) AS target, CAST(price AS DOUBLE) AS price, CAST(NULL AS DOUBLE) AS stock, returned, kept, CAST(file AS UBIGINT) AS file, CAST(row AS UBIGINT) AS row, CAST(category AS VARCHAR) AS category
    FROM (VALUES ${values.join(', ')}) t(series, time, target, price, returned, kept, file, row, category)
    ORDER BY series, time, file, row) TO '${path}' (FORMAT parquet)`);
  const first = rows.map(({ time }) => time).sort()[0] ?? '';
  return { span: `${first.slice(0, 7)}-01`, path, sha256: createHash('sha256').update(await readFile(path)).digest('hex') };
}
