import { FLOAT, VARCHAR } from '@duckdb/node-api';
import { fillTable } from '../fill-table.ts';
import { textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { arrayItems, textsOf } from '../typed-columns.ts';
import { writeParquet } from '../write-parquet.ts';

export interface Texts {
  readonly series: readonly string[];
  readonly text: readonly string[];
  /** ISO timestamps. */
  readonly knownFrom: readonly string[];
}

/** The texts of a snapshot, sorted by series. */
export async function readTexts(session: Session, { file }: { readonly file: string }): Promise<Texts> {
  const rows = await session.rows("SELECT series, text, strftime(known_from, '%Y-%m-%dT%H:%M:%S') AS known FROM read_parquet($file) ORDER BY series", { file });
  return { series: rows.map((r) => textIn(r, 'series')), text: rows.map((r) => textIn(r, 'text')), knownFrom: rows.map((r) => textIn(r, 'known')) };
}

export interface WriteVectorsRequest {
  readonly out: string;
  /** All of one length. An empty `knownFrom` is stored as unknown. */
  readonly series: readonly string[];
  readonly knownFrom: readonly string[];
  readonly textSha256: readonly string[];
  /** Row-major, rows × dims. */
  readonly vectors: Float32Array;
  readonly dims: number;
}

/** Writes `series, known_from, vector FLOAT[dims], text_sha256`, sorted by (series, text_sha256). */
export async function writeVectors(session: Session, { out, series, knownFrom, textSha256, vectors, dims }: WriteVectorsRequest): Promise<void> {
  await fillTable(session, 'vector_rows', series.length, [
    { name: 'series', type: VARCHAR, value: (row) => series[row] ?? null },
    { name: 'known_from', type: VARCHAR, value: (row) => knownFrom[row] ?? null },
    { name: 'text_sha256', type: VARCHAR, value: (row) => textSha256[row] ?? null },
    ...Array.from({ length: dims }, (_, i) => ({ name: `v${String(i)}`, type: FLOAT, value: (row: number) => vectors[row * dims + i] ?? null })),
  ]);
  const items = Array.from({ length: dims }, (_, i) => `v${String(i)}`).join(', ');
  await writeParquet(session, {
    select: `SELECT series, CAST(nullif(known_from, '') AS TIMESTAMP) AS known_from, array_value(${items}) AS vector, text_sha256 FROM vector_rows ORDER BY series, text_sha256`,
    out,
  });
}

/** Vectors by the digest of their text. */
export async function readVectors(session: Session, { files }: { readonly files: readonly string[] }): Promise<ReadonlyMap<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  for (const file of files) {
    for await (const chunk of session.chunks('SELECT text_sha256, vector FROM read_parquet($file)', { file })) {
      const vector = chunk.getColumnVector(1);
      textsOf(chunk.getColumnVector(0)).forEach((digest, i) => { found.set(digest, Float32Array.from(arrayItems(vector, i))); });
    }
  }
  return found;
}
