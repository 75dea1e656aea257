import { createHash } from 'node:crypto';
import type { SourceRow } from '../../../contracts/data.ts';
import { canonicalJson } from '../../canonical-json.ts';
import { numberIn, numberOrNaN } from '../row-values.ts';
import type { Row, Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';

export interface SourceRowsRequest {
  /** Paths of the parts of a snapshot's sales. */
  readonly sales: readonly string[];
  /** Address of each source file by the number that rows call it. */
  readonly files: ReadonlyMap<number, string>;
  readonly series: string;
  /** ISO dates, both included. */
  readonly from?: string;
  readonly to?: string;
  /** ISO date or moment that they come before. */
  readonly before?: string;
  /** The newest so many. */
  readonly limit: number;
}

export interface SourceRows {
  /** Rows of the series in that time. */
  readonly total: number;
  /** Oldest first. */
  readonly rows: readonly SourceRow[];
}

/** Columns that say where a row stands, not what it says. */
const places = new Set(['kept', 'file', 'row']);

/** The rows of the source files behind a series, oldest first. */
export async function sourceRows(session: Session, { sales, files, series, from, to, before, limit }: SourceRowsRequest): Promise<SourceRows> {
  if (sales.length === 0) return { total: 0, rows: [] };
  const found = `FROM ${parquetFiles(sales)} WHERE series = $series AND time >= CAST($from AS TIMESTAMP) AND time < CAST($to AS DATE) + INTERVAL 1 DAY AND time < CAST($before AS TIMESTAMP)`;
  const asked = { series, from: from ?? '0001-01-01', to: to ?? '9999-12-31', before: before ?? '9999-12-31' };
  const total = numberIn(await session.row(`SELECT count(*) AS total ${found}`, asked), 'total');
  const rows = await session.rows(
    `SELECT * REPLACE (replace(CAST(time AS VARCHAR), ' ', 'T') AS time)
     FROM (SELECT * ${found} ORDER BY time DESC, file DESC, row DESC LIMIT CAST($limit AS BIGINT)) ORDER BY time, file, row`, { ...asked, limit });
  return { total, rows: rows.map((row) => addressed(row, files)) };
}

function addressed(row: Row, files: ReadonlyMap<number, string>): SourceRow {
  const values = Object.fromEntries(Object.entries(row).filter(([name]) => !places.has(name)));
  return {
    file: files.get(numberIn(row, 'file')) ?? '', row: numberIn(row, 'row'), time: typeof row['time'] === 'string' ? row['time'] : '',
    target: numberOrNaN(row, 'target'), price: numberOrNaN(row, 'price'), returned: row['returned'] === true, kept: row['kept'] === true,
    digest: createHash('sha256').update(canonicalJson(values)).digest('hex'),
  };
}
