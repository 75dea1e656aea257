import type { Row } from './session.ts';

/** Reading a result row whose column types the query fixes; a wrong type is a fault of ours, not of the data. */
export function numberIn(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`column ${column} holds ${String(value)}, not a number`);
  return value;
}

/** A number, or NaN for NULL. */
export function numberOrNaN(row: Row, column: string): number {
  return row[column] === null ? Number.NaN : numberIn(row, column);
}

export function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`column ${column} holds ${String(value)}, not a text`);
  return value;
}

/** 18204 → `18,204`. */
export function counted(count: number): string {
  return count.toLocaleString('en-US');
}
