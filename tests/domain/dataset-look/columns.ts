import type { ColumnLook, NumberLook, TextLook, TimeLook } from '../../../domain/dataset-look/column-look.ts';

/** Columns as a look would find them. */
export const rows = 10_000;

export function numbers(name: string, look: Partial<NumberLook> & { readonly distinct?: number } = {}): ColumnLook {
  const { distinct = 300, ...number } = look;
  return { name, type: 'DOUBLE', rows, filled: rows, distinct, number: { whole: 1, negative: 0, zero: 0, min: 1, max: 500, median: 3, high: 100, low: 1, ...number } };
}

export function times(name: string, look: Partial<TimeLook> = {}): ColumnLook {
  return { name, type: 'TIMESTAMP', rows, filled: rows, distinct: 400, time: { from: 15_000, to: 15_400, distinctDays: 400, withClock: 1, withMinutes: 1, ...look } };
}

export function texts(name: string, distinct: number, look: Partial<TextLook> = {}): ColumnLook {
  return { name, type: 'VARCHAR', rows, filled: rows, distinct, text: { meanLength: 8, meanWords: 1, letters: 1, foreign: 0, top: [], ...look } };
}

/** As a CSV holds them: text that reads as numbers or dates. */
export function asText(column: ColumnLook): ColumnLook {
  return { ...column, type: 'VARCHAR', text: { meanLength: 4, meanWords: 1, letters: 0, foreign: 0, top: [] } };
}
