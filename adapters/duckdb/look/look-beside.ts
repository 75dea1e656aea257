import type { ColumnLook } from '../../../domain/dataset-look/column-look.ts';
import type { SideLook } from '../../../domain/dataset-look/side-files.ts';
import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { seriesCell } from '../sources/cells.ts';
import type { OpenSource } from '../sources/open-source.ts';
import { decimalComma } from './decimal-comma.ts';
import { lookAtColumn } from './look-at-column.ts';
import { type LookRequest, readLooked } from './looked-table.ts';

export interface LookedBeside {
  readonly look: SideLook;
  readonly csv: { readonly encoding?: string; readonly decimal?: ',' };
}

/**
 * Looks at a file of products or reviews, in the session that has looked at the sales (table `sold_keys`, made by `lookAtDataset`). Throws `BadInput`
 * for a file that can't be read.
 */
export async function lookBeside(session: Session, request: LookRequest): Promise<LookedBeside> {
  await session.run('DROP TABLE IF EXISTS looked');
  const { source: read, rows, encoding } = await readLooked(session, request);
  const hasComma = await decimalComma(session, read);
  const source: OpenSource = { ...read, decimal: hasComma ? ',' : '.' };
  const columns: ColumnLook[] = [];
  const matches = new Map<string, { readonly values: number; readonly sold: number }>();
  for (const { name } of source.columns) {
    request.signal?.throwIfAborted();
    columns.push(await lookAtColumn(session, source, name));
    const found = await session.row(`SELECT count(*) AS "values", count(*) FILTER (key IN (SELECT key FROM sold_keys)) AS sold FROM (SELECT DISTINCT ${seriesCell(source, name, true, 'look')} AS key FROM looked) WHERE key IS NOT NULL`);
    matches.set(name, { values: numberIn(found, 'values'), sold: numberIn(found, 'sold') });
  }
  const { sold } = await session.row('SELECT count(*) AS sold FROM sold_keys');
  return { look: { rows, columns, matches, sold: numberIn({ sold: sold ?? null }, 'sold') }, csv: { ...(encoding !== undefined && { encoding }), ...(hasComma && { decimal: ',' as const }) } };
}
