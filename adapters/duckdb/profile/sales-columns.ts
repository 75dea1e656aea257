import type { ColumnKind } from '../../../contracts/profile.ts';
import { textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { identifier, parquetFiles } from '../sql-text.ts';

export interface SalesColumn {
  readonly name: string;
  readonly type: string;
  readonly kind: ColumnKind;
}

/** Where a row comes from is no property of the data. */
const addresses = ['file', 'row'];

/** The columns of a sales table that hold data, in their order. */
export async function salesColumns(session: Session, files: readonly string[]): Promise<readonly SalesColumn[]> {
  const described = await session.rows(`DESCRIBE SELECT * FROM ${parquetFiles(files)}`);
  return described
    .map((row) => ({ name: textIn(row, 'column_name'), type: textIn(row, 'column_type') }))
    .filter(({ name }) => !addresses.includes(name))
    .map(({ name, type }) => ({ name, type, kind: kindOf(type) }));
}

function kindOf(type: string): ColumnKind {
  if (type === 'BOOLEAN') return 'truth';
  if (type.startsWith('TIMESTAMP') || type === 'DATE') return 'time';
  return /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL)/.test(type) ? 'number' : 'text';
}

/** SQL of a column's value, NULL where it is missing. */
export function valueOf({ name, kind }: SalesColumn): string {
  const column = identifier(name);
  if (kind === 'number') return `CASE WHEN NOT isnan(CAST(${column} AS DOUBLE)) THEN CAST(${column} AS DOUBLE) + 0 END`;
  if (kind === 'time') return `CAST(${column} AS TIMESTAMP)`;
  return kind === 'text' ? `CAST(${column} AS VARCHAR)` : column;
}
