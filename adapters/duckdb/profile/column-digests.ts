import { createHash, type Hash } from 'node:crypto';
import { type DuckDBVector } from '@duckdb/node-api';
import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';
import { type SalesColumn, valueOf } from './sales-columns.ts';

/**
 * SHA-256 (hexadecimal) of every column in the order of the rows, by name; what exactly is hashed stands at `ColumnProfile.digest`. The bytes go
 * from the engine's vectors into the hash, chunk by chunk: casting every value to text for SQL's own `sha256` costs four times as much.
 */
export async function columnDigests(session: Session, files: readonly string[], columns: readonly SalesColumn[]): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  const fixed = columns.filter(({ kind }) => kind !== 'text');
  for (const [name, digest] of await fixedWidthDigests(session, files, fixed)) digests.set(name, digest);
  for (const column of columns) if (column.kind === 'text') digests.set(column.name, await textDigest(session, files, column));
  return digests;
}

async function fixedWidthDigests(session: Session, files: readonly string[], columns: readonly SalesColumn[]): Promise<[string, string][]> {
  if (columns.length === 0) return [];
  const hashes = columns.map(() => createHash('sha256'));
  const select = columns.map((column, i) => `${wire(column)} AS c${String(i)}`).join(', ');
  for await (const chunk of session.chunks(`SELECT ${select} FROM ${parquetFiles(files)}`)) {
    hashes.forEach((hash, i) => { hash.update(bytesOf(chunk.getColumnVector(i))); });
  }
  return columns.map(({ name }, i) => [name, hashes[i]?.digest('hex') ?? '']);
}

/** A value of fixed width that is never NULL: a NULL's bytes are whatever lay there before. */
function wire(column: SalesColumn): string {
  const value = valueOf(column);
  if (column.kind === 'number') return `coalesce(${value}, CAST('nan' AS DOUBLE))`;
  if (column.kind === 'time') return `coalesce(epoch_us(${value}), CAST(-9223372036854775808 AS BIGINT))`;
  return `coalesce(CAST(${value} AS UTINYINT), 2::UTINYINT)`;
}

function bytesOf(vector: DuckDBVector): Uint8Array {
  // Private in the declarations of @duckdb/node-api, as in typed-columns.ts; values one by one would be an object each.
  const items: unknown = Reflect.get(vector, 'items');
  if (!ArrayBuffer.isView(items)) throw new TypeError('this version of DuckDB for Node keeps its vectors in another way; profile/column-digests.ts has to follow');
  return new Uint8Array(items.buffer, items.byteOffset, items.byteLength);
}

/** Rows are sorted by series, so that its texts come in long runs, and what belongs to a series with them. */
async function textDigest(session: Session, files: readonly string[], column: SalesColumn): Promise<string> {
  const hash = createHash('sha256');
  const runs = `SELECT n, v FROM (SELECT row_number() OVER () AS n, v, lag(v) OVER () AS before FROM (SELECT ${valueOf(column)} AS v FROM ${parquetFiles(files)}))
    WHERE n = 1 OR v IS DISTINCT FROM before`;
  for await (const chunk of session.chunks(runs)) {
    for (const [start, text] of chunk.getRows()) addRun(hash, start, text);
  }
  const { rows } = await session.row(`SELECT count(*) AS rows FROM ${parquetFiles(files)}`);
  return hash.update(head(-1n, BigInt(numberIn({ rows: rows ?? null }, 'rows')))).digest('hex');
}

function addRun(hash: Hash, start: unknown, text: unknown): void {
  const bytes = text === null ? undefined : Buffer.from(String(text), 'utf8');
  hash.update(head(bytes === undefined ? -1n : BigInt(bytes.byteLength), BigInt(String(start))));
  if (bytes !== undefined) hash.update(bytes);
}

function head(length: bigint, row: bigint): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeBigInt64LE(length, 0);
  bytes.writeBigInt64LE(row, 8);
  return bytes;
}
