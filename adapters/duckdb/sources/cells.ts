import { BadInput } from '../../../contracts/failure.ts';
import { columnNamed, type OpenSource, type SourceColumn } from './open-source.ts';
import { identifier } from '../sql-text.ts';

/** SQL of one cell: its value, and where the file holds text, that text, so that a cell which can't be read can be shown. */
export interface CellSql {
  readonly column: string;
  readonly value: string;
  readonly text?: string;
}

const isText = ({ type }: SourceColumn): boolean => type === 'VARCHAR';
const isNumeric = ({ type }: SourceColumn): boolean => /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*)$/.test(type);

/** The cell as text, NULL for an empty one. */
export function textCell(source: OpenSource, name: string, role: string): string {
  const column = columnNamed(source, name, role);
  return `nullif(trim(CAST(${identifier(column.name)} AS VARCHAR)), '')`;
}

/** The series key; upper-cased where the pipeline file wants keys to be normalised. */
export function seriesCell(source: OpenSource, name: string, normalize: boolean, role: string): string {
  const text = textCell(source, name, role);
  return normalize ? `upper(${text})` : `nullif(CAST(${identifier(name)} AS VARCHAR), '')`;
}

/** The cell as a finite DOUBLE, NULL for an empty or unreadable one. */
export function numberCell(source: OpenSource, name: string, role: string): CellSql {
  const column = columnNamed(source, name, role);
  const finite = (value: string): string => `CASE WHEN isfinite(${value}) THEN ${value} END`;
  if (isNumeric(column)) return { column: name, value: finite(`CAST(${identifier(name)} AS DOUBLE)`) };
  if (!isText(column)) throw new BadInput(`${source.uri}: column "${name}" (${role}) is ${column.type}, not a number; choose another column or export it as numbers`);
  const text = textCell(source, name, role);
  // With a decimal comma, points and spaces group thousands: 1.234,5.
  const point = source.decimal === ',' ? `replace(translate(${text}, '. ', ''), ',', '.')` : text;
  return { column: name, value: finite(`TRY_CAST(${point} AS DOUBLE)`), text };
}

/** The cell as TIMESTAMP, NULL for an empty or unreadable one. Moments with a time zone are taken in UTC. */
export function timeCell(source: OpenSource, name: string, role: string, format: TimeFormat): CellSql {
  const column = columnNamed(source, name, role);
  const raw = identifier(name);
  if (column.type === 'TIMESTAMP WITH TIME ZONE') return { column: name, value: `(${raw} AT TIME ZONE 'UTC')` };
  if (column.type === 'DATE' || column.type.startsWith('TIMESTAMP')) return { column: name, value: `CAST(${raw} AS TIMESTAMP)` };
  if (!isText(column)) throw new BadInput(`${source.uri}: column "${name}" (${role}) is ${column.type}, not a date or time; choose another column or export it as dates`);
  const text = textCell(source, name, role);
  return { column: name, value: parsedTime(text, format), text };
}

/** strptime formats that are tried in order; none means ISO 8601. */
export type TimeFormat = readonly string[];

/** SQL that reads a text as TIMESTAMP, NULL where it does not fit. */
export function parsedTime(text: string, format: TimeFormat): string {
  if (format.length === 0) return `TRY_CAST(${text} AS TIMESTAMP)`;
  return `try_strptime(${text}, [${format.map((f) => `'${f.replaceAll("'", "''")}'`).join(', ')}])`;
}
