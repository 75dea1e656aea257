import { DuckDBArrayValue, DuckDBListValue, type DuckDBVector } from '@duckdb/node-api';

export type NumberArray = Float32Array | Float64Array | Int32Array | Uint16Array | Uint32Array;

/**
 * Copies a column vector without NULLs into `target` at `offset`. The vector's own typed array is copied as a block: objects per value
 * would make the extraction of an origin table ten times slower.
 */
export function copyNumbers(vector: DuckDBVector, target: NumberArray, offset: number): void {
  // Private in the declarations of @duckdb/node-api; without it the values are read one by one.
  const items: unknown = Reflect.get(vector, 'items');
  if (isSameKind(items, target)) {
    target.set(items, offset);
    return;
  }
  for (let i = 0; i < vector.itemCount; i += 1) target[offset + i] = Number(vector.getItem(i) ?? Number.NaN);
}

/** Texts of a column vector; an empty text for NULL. */
export function textsOf(vector: DuckDBVector): string[] {
  return vector.toArray().map((value) => (value === null ? '' : String(value)));
}

/** Numbers of one array; Parquet keeps arrays of fixed size as lists. */
export function arrayItems(vector: DuckDBVector, row: number): readonly number[] {
  const value = vector.getItem(row);
  if (!(value instanceof DuckDBArrayValue || value instanceof DuckDBListValue)) throw new TypeError('the column holds no arrays');
  return value.items.map(Number);
}

function isSameKind(items: unknown, target: NumberArray): items is NumberArray {
  return ArrayBuffer.isView(items) && items.constructor === target.constructor;
}
