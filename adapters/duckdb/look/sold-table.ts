import type { ColumnLook } from '../../../domain/dataset-look/column-look.ts';
import type { MonthRows, Roles } from '../../../domain/dataset-look/dataset-look.ts';
import { strayMonths } from '../../../domain/dataset-look/stray-months.ts';
import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { numberCell, seriesCell, textCell, timeCell } from '../sources/cells.ts';
import type { OpenSource } from '../sources/open-source.ts';
import { datesOf } from './dates.ts';

/**
 * Makes the table `sold`: `time`, `target`, `price`, `open`, `order`, `status`, `text` (NULL where there is no such column) and the candidates
 * for a series as `k0`, `k1` …, without the rows of months that lie far from all others.
 * @returns the months of all rows
 */
export async function createSold(session: Session, source: OpenSource, roles: Roles, candidates: readonly ColumnLook[]): Promise<readonly MonthRows[]> {
  const number = (column: ColumnLook | undefined): string => (column === undefined ? 'CAST(NULL AS DOUBLE)' : numberCell(source, column.name, 'look').value);
  const text = (column: ColumnLook | undefined): string => (column === undefined ? 'CAST(NULL AS VARCHAR)' : textCell(source, column.name, 'look'));
  const dates = roles.time.type === 'VARCHAR' ? await datesOf(session, source, roles.time.name) : undefined;
  const time = timeCell(source, roles.time.name, 'look', dates?.format ?? []).value;
  const keys = candidates.map(({ name }, i) => `${seriesCell(source, name, true, 'look')} AS k${String(i)}`);
  await session.run(`CREATE OR REPLACE TEMP TABLE sold AS SELECT CAST(${time} AS TIMESTAMP) AS time, ${number(roles.target)} AS target, ${number(roles.price)} AS price, ${number(roles.open)} AS open,
    ${text(roles.order)} AS "order", ${text(roles.status)} AS status, ${text(roles.text)} AS text, ${keys.join(', ')} FROM looked`);
  const rows = await session.rows("SELECT strftime(time, '%Y-%m') AS month, count(*) AS rows FROM sold WHERE time IS NOT NULL GROUP BY month ORDER BY month");
  const months = rows.map((row) => ({ month: textIn(row, 'month'), rows: numberIn(row, 'rows') }));
  const strays = strayMonths(months);
  if (strays.length > 0) await session.run(`DELETE FROM sold WHERE strftime(time, '%Y-%m') IN (${strays.map((_, i) => `$m${String(i)}`).join(', ')})`, Object.fromEntries(strays.map((month, i) => [`m${String(i)}`, month])));
  return months;
}
