import { BadInput } from '../../../contracts/failure.ts';
import { assignRoles } from '../../../domain/dataset-look/assign-roles.ts';
import { chooseSeries, subsetsOf } from '../../../domain/dataset-look/choose-series.ts';
import type { ColumnLook } from '../../../domain/dataset-look/column-look.ts';
import type { DatasetLook, Roles, SeriesLook } from '../../../domain/dataset-look/dataset-look.ts';
import { strayMonths } from '../../../domain/dataset-look/stray-months.ts';
import { decimalComma } from './decimal-comma.ts';
import type { Session } from '../session.ts';
import type { OpenSource } from '../sources/open-source.ts';
import { lookAtColumn } from './look-at-column.ts';
import { isPanel, lookAtSeries } from './look-at-series.ts';
import { lookAtTrade } from './look-at-trade.ts';
import { type LookRequest, readLooked } from './looked-table.ts';
import { createSold } from './sold-table.ts';

export interface Looked {
  readonly look: DatasetLook;
  readonly files: number;
  /** Whether there are more rows than were looked at. */
  readonly cut: boolean;
  /** What the file says of its CSV dialect, where it is not what is assumed without it. */
  readonly csv: { readonly encoding?: string; readonly decimal?: ','; readonly timeFormat?: string };
}

/** Series candidates that are tried alone and together. */
const mostCandidates = 6;

/**
 * Looks at a file of sales, or at all files that an address stands for: what its columns hold, which of them can be what for a forecast, and
 * how the rows of the likeliest series lie in time. Nothing is written but scratch; the session keeps the keys of what is sold (`lookBeside`). Throws `BadInput` (a file that can't be read, or that has
 * no dates, nothing sold or no series) or `DatasetMissing`.
 */
export async function lookAtDataset(session: Session, request: LookRequest): Promise<Looked> {
  await session.run("SET TimeZone = 'UTC'");
  const { source: read, rows, files, encoding, cut } = await readLooked(session, request);
  const hasComma = await decimalComma(session, read);
  const source: OpenSource = { ...read, decimal: hasComma ? ',' : '.' };
  const columns: ColumnLook[] = [];
  for (const { name } of source.columns) {
    request.signal?.throwIfAborted();
    columns.push(await lookAtColumn(session, source, name));
  }
  const roles = assignRoles(columns);
  if ('lacking' in roles) throw new BadInput(`${request.uri}: ${roles.lacking}; name a file of sales: when, what and how much`);
  const candidates = roles.series.slice(0, mostCandidates);
  const months = await createSold(session, source, roles, candidates);
  const { chosen, reason } = await seriesOf(session, roles, candidates);
  // The first part of a key names the product: what files beside the sales are of.
  const product = candidates.findIndex(({ name }) => name === chosen.columns[0]);
  await session.run(`CREATE OR REPLACE TEMP TABLE sold_keys AS SELECT DISTINCT k${String(product)} AS key FROM sold WHERE k${String(product)} IS NOT NULL`);
  const trade = await lookAtTrade(session, { source, roles, candidates, columns, chosen });
  const assumedFormat = roles.time.time?.assumedFormat;
  return {
    look: { rows, columns, roles, chosen, seriesReason: reason, months, strays: strayMonths(months), ...trade },
    files, cut,
    csv: { ...(encoding !== undefined && { encoding }), ...(hasComma && { decimal: ',' as const }), ...(assumedFormat !== undefined && { timeFormat: assumedFormat }) },
  };
}

async function seriesOf(session: Session, { time }: Roles, candidates: readonly ColumnLook[]): Promise<{ readonly chosen: SeriesLook; readonly reason: string }> {
  const look = async (numbers: readonly number[], isPanelOf: boolean): Promise<SeriesLook> =>
    lookAtSeries(session, { candidates: numbers, names: numbers.map((i) => candidates[i]?.name ?? '') }, isPanelOf);
  // Sales have a time of day; rows of periods have none, or full hours.
  if ((time.time?.withMinutes ?? 0) < 0.05) {
    for (const subset of subsetsOf(candidates)) {
      if (!(await isPanel(session, subset))) continue;
      const chosen = await look(subset, true);
      if (chosen.spacing.regular < 0.5) continue;
      return { chosen, reason: `one row for each ${chosen.columns.join(', ')} and ${time.name}` };
    }
  }
  const looks: SeriesLook[] = [];
  for (const i of candidates.keys()) looks.push(await look([i], false));
  return chooseSeries(looks);
}
