import { VARCHAR } from '@duckdb/node-api';

import { touchedCodes } from '../../../domain/cleaning/touched.ts';
import { fillTable } from '../fill-table.ts';
import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { exactSum, parquetFiles } from '../sql-text.ts';
import { writeParquet } from '../write-parquet.ts';

export interface NodePartRequest {
  /** A part of a panel. */
  readonly file: string;
  /** The part of the nodes before it. */
  readonly before?: string;
  /** Pairs: a series, and a node that it belongs to. */
  readonly series: readonly string[];
  readonly nodes: readonly string[];
  readonly out: string;
}

const { closed, unknown, removed } = touchedCodes;

/** Sums a part of a panel up to nodes; the columns are documented on `AggregateResult` (contracts/hierarchy.ts). @returns the number of rows */
export async function nodePart(session: Session, { file, before, series, nodes, out }: NodePartRequest): Promise<{ readonly rows: number }> {
  await fillTable(session, 'node_of', series.length, [
    { name: 'series', type: VARCHAR, value: (row) => series[row] ?? null },
    { name: 'node', type: VARCHAR, value: (row) => nodes[row] ?? null },
  ]);
  const earlier = before === undefined ? 'SELECT NULL::VARCHAR AS series, 0 AS known WHERE false' : `SELECT series, max(known) AS known FROM ${parquetFiles([before])} GROUP BY series`;
  await writeParquet(session, {
    select: `
      SELECT series, ds, y_raw, y, CAST(NULL AS DOUBLE) AS price, CAST(0 AS UTINYINT) AS touched, CAST(lines AS UINTEGER) AS lines, largest, age, since_sale,
             CAST(coalesce(earlier.known, 0) + count(*) FILTER (seen) OVER (PARTITION BY series ORDER BY ds ROWS UNBOUNDED PRECEDING) AS INTEGER) AS known,
             total, CAST(NULL AS DOUBLE) AS stock
      FROM (SELECT node AS series, ds, ${exactSum('y_raw')} AS y_raw, ${exactSum('y')} AS y, sum(lines) AS lines, max(largest) AS largest, max(age) AS age,
                   min(since_sale) AS since_sale, bool_or(touched NOT IN (${[closed, unknown, removed].join(', ')})) AS seen, ${exactSum('total')} AS total
            FROM ${parquetFiles([file])} JOIN node_of USING (series) GROUP BY node, ds)
      LEFT JOIN (${earlier}) AS earlier USING (series) ORDER BY series, ds`,
    out,
  });
  return { rows: numberIn(await session.row(`SELECT count(*) AS rows FROM ${parquetFiles([out])}`), 'rows') };
}
