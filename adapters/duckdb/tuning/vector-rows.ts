import { open } from 'node:fs/promises';

import { type DuckDBValue, TIMESTAMP, VARCHAR } from '@duckdb/node-api';
import type { VectorRows } from '../../../contracts/tuning.ts';
import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { textsOf } from '../typed-columns.ts';
import { chunkWithVectors, readVectorBlock, vectorsPerGroup, vectorType } from '../vectors/vector-blocks.ts';
import { writeParquet } from '../write-parquet.ts';

/** Length of the vectors of a file; 0 where it holds none. */
export async function widthOf(session: Session, file: string): Promise<number> {
  return numberIn(await session.row('SELECT coalesce((SELECT len(vector) FROM read_parquet($file) LIMIT 1), 0) AS width', { file }), 'width');
}

export interface VectorRowsRequest {
  /** Vectors or changed copies, as documented on `EmbedResult`. */
  readonly file: string;
  readonly width: number;
  /** Number of each product that may be learnt from. */
  readonly products: ReadonlyMap<string, number>;
  /** What became known at this moment or later is not learnt from, nor is what nobody knows the age of. */
  readonly knownBefore: string;
  readonly out: string;
}

/** Writes vectors as bare numbers, in the order of their file. */
export async function writeVectorRows(session: Session, { file, width, products, knownBefore, out }: VectorRowsRequest): Promise<VectorRows> {
  const product: number[] = [];
  const target = await open(out, 'w');
  try {
    const sql = `SELECT series, coalesce(known_from < CAST($before AS TIMESTAMP), false), CAST(vector AS ${vectorType(width)}) FROM read_parquet($file)`;
    for await (const chunk of session.chunks(sql, { file, before: knownBefore })) {
      const known = chunk.getColumnVector(1);
      textsOf(chunk.getColumnVector(0)).forEach((series, row) => product.push(known.getItem(row) === true ? (products.get(series) ?? -1) : -1));
      const block = readVectorBlock(chunk.getColumnVector(2), chunk.rowCount, width);
      await target.writeFile(new Uint8Array(block.buffer, block.byteOffset, block.byteLength));
    }
  } finally {
    await target.close();
  }
  return { file: out, rows: product.length, product: Int32Array.from(product) };
}

export interface TunedVectorsRequest {
  /** The vectors as they were. */
  readonly source: string;
  /** The new ones, row-major, in the order of `source`; read while rows are written. */
  readonly values: Float32Array;
  readonly dims: number;
  readonly out: string;
}

const rowsAtOnce = 1_024;

/** Writes the rows of `source` with other vectors: `series, known_from, vector, sha256`, in its order. */
export async function writeTunedVectors(session: Session, { source, values, dims, out }: TunedVectorsRequest): Promise<void> {
  const columns: { readonly series: string[]; readonly knownFrom: DuckDBValue[]; readonly sha256: string[] } = { series: [], knownFrom: [], sha256: [] };
  for await (const chunk of session.chunks('SELECT series, known_from, sha256 FROM read_parquet($source)', { source })) {
    columns.series.push(...textsOf(chunk.getColumnVector(0)));
    columns.knownFrom.push(...chunk.getColumnVector(1).toArray());
    columns.sha256.push(...textsOf(chunk.getColumnVector(2)));
  }
  const rows = columns.series.length;
  if (values.length !== rows * dims) throw new RangeError(`${String(values.length)} numbers for ${String(rows)} vectors of ${String(dims)}`);
  await session.run(`CREATE OR REPLACE TEMP TABLE tuned (series VARCHAR, known_from TIMESTAMP, sha256 VARCHAR, vector ${vectorType(dims)})`);
  const appender = await session.connection.createAppender('tuned', null, 'temp');
  for (let start = 0; start < rows; start += rowsAtOnce) {
    const end = Math.min(rows, start + rowsAtOnce);
    const block = { vectors: values.subarray(start * dims, end * dims), dims, isNull: () => false };
    appender.appendDataChunk(chunkWithVectors([
      { type: VARCHAR, values: columns.series.slice(start, end) },
      { type: TIMESTAMP, values: columns.knownFrom.slice(start, end) },
      { type: VARCHAR, values: columns.sha256.slice(start, end) },
    ], block));
  }
  appender.closeSync();
  await writeParquet(session, { select: 'SELECT series, known_from, vector, sha256 FROM tuned ORDER BY series, known_from, sha256', out, rowsPerGroup: vectorsPerGroup });
}
