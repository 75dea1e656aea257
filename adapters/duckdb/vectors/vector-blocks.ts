import { ARRAY, DuckDBDataChunk, type DuckDBType, type DuckDBVector, FLOAT, type DuckDBValue } from '@duckdb/node-api';

/** Rows of a Parquet group with vectors, which is put together in memory: some 16 MB. */
export const vectorsPerGroup = 8_192;

/** SQL type of vectors in memory; Parquet keeps arrays of fixed size as lists, which are cast when they are read. */
export function vectorType(dims: number): string {
  if (!Number.isSafeInteger(dims) || dims < 1) throw new RangeError(`vectors of ${String(dims)} numbers`);
  return `FLOAT[${String(dims)}]`;
}

/** The numbers of a column of arrays, row-major; those of a NULL have no meaning. Copied as a block: an object per number is thirty times slower. */
export function readVectorBlock(vector: DuckDBVector, rows: number, dims: number): Float32Array {
  return numbersBehind(vector).slice(0, rows * dims);
}

/** A chunk of rows: columns of values, and one of vectors that are given as a block. */
export function chunkWithVectors(columns: readonly { readonly type: DuckDBType; readonly values: readonly DuckDBValue[] }[], block: { readonly vectors: Float32Array; readonly dims: number; readonly isNull: (row: number) => boolean }): DuckDBDataChunk {
  const { vectors, dims, isNull } = block;
  const rows = vectors.length / dims;
  const chunk = DuckDBDataChunk.create([...columns.map(({ type }) => type), ARRAY(FLOAT, dims)], rows);
  columns.forEach(({ values }, c) => { chunk.setColumnValues(c, values); });
  const vector = chunk.getColumnVector(columns.length);
  numbersBehind(vector).set(vectors);
  for (let row = 0; row < rows; row += 1) if (isNull(row)) vector.setItem(row, null);
  vector.flush();
  return chunk;
}

/** Private in the declarations of @duckdb/node-api. */
function numbersBehind(vector: DuckDBVector): Float32Array {
  const numbers: unknown = Reflect.get(vector, 'childData');
  const items: unknown = typeof numbers === 'object' && numbers !== null ? Reflect.get(numbers, 'items') : undefined;
  if (items instanceof Float32Array) return items;
  throw new TypeError('the column holds no arrays of FLOAT: does another version of @duckdb/node-api keep them elsewhere?');
}
