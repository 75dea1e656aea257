import { distance } from 'fastest-levenshtein';
import { BadInput } from '../../../contracts/failure.ts';
import { nearestName } from '../../../domain/nearest-name.ts';
import { textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { identifier, parquetFiles } from '../sql-text.ts';

export type ColumnKind = 'text' | 'number' | 'time' | 'truth';

export interface KeptColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** SQL type. */
  readonly type: string;
  /** Its name in SQL. */
  readonly sql: string;
}

/** The kept rows of a snapshot as the rules see them. */
export interface KeptRows {
  /** Table expression; besides the columns it has `file` and `row`. */
  readonly relation: string;
  readonly columns: readonly KeptColumn[];
}

const places = ['file', 'row', 'kept'];
const kinds: Readonly<Record<string, ColumnKind>> = { VARCHAR: 'text', DOUBLE: 'number', TIMESTAMP: 'time', BOOLEAN: 'truth' };

/** What a snapshot without rows has all the same. */
const none = `(SELECT '' AS series, TIMESTAMP '1970-01-01' AS time, 0::DOUBLE AS target, 0::DOUBLE AS price, 0::DOUBLE AS stock,
  false AS returned, false AS kept, 0 AS file, 0 AS row WHERE false)`;

/** @param sales paths of the parts of a snapshot's sales table */
export async function keptRows(session: Session, sales: readonly string[]): Promise<KeptRows> {
  const table = sales.length === 0 ? none : parquetFiles(sales);
  const described = await session.rows(`DESCRIBE SELECT * FROM ${table}`);
  const columns = described
    .map((row) => ({ name: textIn(row, 'column_name'), type: textIn(row, 'column_type') }))
    .filter(({ name }) => !places.includes(name))
    .map(({ name, type }): KeptColumn => ({ name, type, kind: kinds[type] ?? 'text', sql: identifier(name) }));
  return { relation: `(SELECT * EXCLUDE (kept) FROM ${table} WHERE kept)`, columns };
}

/** The column of this name. @throws BadInput with the nearest right name; `where` names the rule */
export function columnNamed({ columns }: KeptRows, name: string, where: string): KeptColumn {
  const found = columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const names = columns.map((column) => column.name);
  const nearest = nearestName(name, names, distance);
  throw new BadInput(`${where}: there is no column "${name}"; ${nearest === undefined ? 'r' : `did you mean "${nearest}"? R`}ules see the snapshot's columns ${names.join(', ')}`);
}
