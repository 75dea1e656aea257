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

const longestQuote = 60;

/** A text of the user's in quotes for a message of one line: what can't be seen is written out, what is long is cut. */
export function quoted(text: string): string {
  const seen = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
  return `"${seen.length > longestQuote ? `${seen.slice(0, longestQuote - 1)}…` : seen}"`;
}

/** 18204 → `18,204`. */
export function counted(count: number): string {
  return count.toLocaleString('en-US');
}
