import type { SeriesChanges, SnapshotRowsDiff } from '../../../contracts/snapshot-diff.ts';
import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';
import { columnShift } from './column-shift.ts';
import { type ComparedSnapshot, rowChanges } from './row-changes.ts';
import { salesColumns } from './sales-columns.ts';

export interface DiffSnapshotsRequest {
  readonly a: ComparedSnapshot;
  readonly b: ComparedSnapshot;
  /** Columns whose distributions are compared, where both have them; those that are known to be equal need no look. */
  readonly columns: readonly string[];
}

/** What differs between the rows, the series and the distributions of two snapshots. */
export async function diffSnapshots(session: Session, { a, b, columns }: DiffSnapshotsRequest): Promise<SnapshotRowsDiff> {
  const [filesA, filesB] = [a, b].map(({ parts }) => parts.map(({ path }) => path)) as [string[], string[]];
  const known = await salesColumns(session, filesB);
  const inA = (await salesColumns(session, filesA)).map(({ name }) => name);
  const common = known.filter(({ name }) => inA.includes(name));
  const rows = await rowChanges(session, { a, b, columns: common });
  const shifts = [];
  for (const column of common) if (columns.includes(column.name)) shifts.push(await columnShift(session, column, { filesA, filesB }));
  return { rows, columns: shifts, series: { appeared: await seriesOnlyIn(session, filesB, filesA), vanished: await seriesOnlyIn(session, filesA, filesB) } };
}

const namedSeries = 10;

async function seriesOnlyIn(session: Session, files: readonly string[], others: readonly string[]): Promise<SeriesChanges['appeared']> {
  await session.run(`CREATE OR REPLACE TEMP TABLE new_series AS
    SELECT DISTINCT series FROM ${parquetFiles(files)} WHERE kept EXCEPT SELECT series FROM ${parquetFiles(others)} WHERE kept`);
  const first = await session.rows(`SELECT series FROM new_series ORDER BY series LIMIT ${String(namedSeries)}`);
  const { count } = await session.row('SELECT count(*) AS count FROM new_series');
  await session.run('DROP TABLE new_series');
  return { count: numberIn({ count: count ?? null }, 'count'), first: first.map((row) => textIn(row, 'series')) };
}
