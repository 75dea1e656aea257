import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';

export interface TouchedCellsRequest {
  /** Paths of the parts of a cleaned panel, oldest first. */
  readonly panel: readonly string[];
  readonly series?: string;
  /** Only cells with one of these codes (see `domain/cleaning/touched.ts`). */
  readonly codes?: readonly number[];
  readonly limit: number;
}

export interface TouchedCell {
  readonly series: string;
  /** Start of the period: `2011-11-07`, `2011-11-07T14:00`. */
  readonly period: string;
  /** What was sold; null where that is unknown. */
  readonly sold: number | null;
  /** What training takes instead; null where it stays unknown. */
  readonly used: number | null;
  readonly code: number;
}

export interface TouchedCells {
  /** Cells of the panel that the question is about. */
  readonly cells: number;
  /** Touched cells per code, of the series asked for, whatever the codes asked for. */
  readonly counts: readonly { readonly code: number; readonly cells: number }[];
  /** By series and period, at most `limit`. */
  readonly first: readonly TouchedCell[];
}

/** Every cell that cleaning touched: how many per reason, and the first of them. */
export async function touchedCells(session: Session, { panel, series, codes, limit }: TouchedCellsRequest): Promise<TouchedCells> {
  const from = `FROM ${parquetFiles(panel)} WHERE ($series IS NULL OR series = $series)`;
  const parameters = { series: series ?? null };
  const counts = await session.rows(`SELECT touched AS code, count(*) AS cells ${from} GROUP BY touched ORDER BY touched`, parameters);
  const wanted = codes === undefined ? 'touched <> 0' : `touched IN (${codes.length === 0 ? 'NULL' : codes.map(String).join(', ')})`;
  const first = await session.rows(
    `SELECT series, strftime(CAST(ds AS TIMESTAMP), CASE WHEN typeof(ds) LIKE 'TIMESTAMP%' THEN '%Y-%m-%dT%H:%M' ELSE '%Y-%m-%d' END) AS period, y_raw, y, touched
     ${from} AND ${wanted} ORDER BY series, ds LIMIT CAST($limit AS BIGINT)`, { ...parameters, limit });
  return {
    cells: counts.reduce((sum, row) => sum + numberIn(row, 'cells'), 0),
    counts: counts.map((row) => ({ code: numberIn(row, 'code'), cells: numberIn(row, 'cells') })).filter(({ code }) => code !== 0),
    first: first.map((row) => ({
      series: textIn(row, 'series'), period: textIn(row, 'period'), sold: finite(row['y_raw']), used: finite(row['y']), code: numberIn(row, 'touched'),
    })),
  };
}

function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
