import { DuckDBListVector, type DuckDBVector } from '@duckdb/node-api';
import { copyNumbers } from '../typed-columns.ts';

/** Vectors of a chunk as one block of numbers. */
export interface VectorRows {
  readonly values: Float32Array;
  /** Position of a row's first number. */
  start(row: number): number;
}

/** A `FLOAT[d]` column as Parquet gives it back: lists. Rows that are NULL have no place of their own. */
export function vectorRows(vector: DuckDBVector): VectorRows {
  if (!(vector instanceof DuckDBListVector)) throw new TypeError('the column holds no vectors');
  const values = new Float32Array(vector.childVector.itemCount);
  copyNumbers(vector.childVector, values, 0);
  return { values, start: (row) => vector.getEntryOffset(row) };
}

/** Number of the row that begins at a position, where all rows have one width. */
export function rowAt(start: number, width: number): number {
  if (start % width !== 0) throw new RangeError(`a vector begins at ${String(start)} among vectors of ${String(width)} numbers`);
  return start / width;
}

/** SQL of the number of numbers in the column `vector`: 0 for NULL. */
export const vectorLength = 'CAST(coalesce(len(vector), 0) AS INTEGER)';
