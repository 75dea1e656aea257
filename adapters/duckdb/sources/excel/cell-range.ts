import { BadInput } from '../../../../contracts/failure.ts';

/** Cells between two corners, both counted from 1; the last row and column may be open. */
export interface CellRange {
  readonly firstColumn: number;
  readonly firstRow: number;
  readonly lastColumn: number;
  readonly lastRow: number;
}

export const mostColumns = 16_384;
export const mostRows = 1_048_576;

/** `A3:F900`, `A:F` (all rows) or `A3:F` (from row 3 on). Throws `BadInput` for anything else. */
export function parseRange(text: string | undefined, uri: string): CellRange {
  if (text === undefined) return { firstColumn: 1, firstRow: 1, lastColumn: mostColumns, lastRow: mostRows };
  const match = /^\$?([A-Z]{1,3})\$?(\d{1,7})?:\$?([A-Z]{1,3})\$?(\d{1,7})?$/i.exec(text.trim());
  const range = {
    firstColumn: columnNumber(match?.[1] ?? ''), firstRow: Number(match?.[2] ?? 1),
    lastColumn: columnNumber(match?.[3] ?? ''), lastRow: Number(match?.[4] ?? mostRows),
  };
  if (match === null || range.firstColumn > range.lastColumn || range.firstRow > range.lastRow || range.lastColumn > mostColumns || range.firstRow < 1 || range.lastRow > mostRows) {
    throw new BadInput(`${uri}: excel.range "${text}" is no range of cells; write it as A3:F900, its first row with the names of the columns`);
  }
  return range;
}

/** A → 1, Z → 26, AA → 27. */
export function columnNumber(letters: string): number {
  let number = 0;
  for (const letter of letters.toUpperCase()) number = number * 26 + letter.charCodeAt(0) - 64;
  return number;
}

/** 28 → AB. */
export function columnLetters(column: number): string {
  let letters = '';
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26)) letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  return letters;
}
