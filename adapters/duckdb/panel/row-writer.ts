import { randomUUID } from 'node:crypto';

import { DOUBLE, type DuckDBVector, DuckDBDataChunk, DuckDBVector as Vectors, ENUM, FLOAT, INTEGER } from '@duckdb/node-api';

import type { StartUnit } from '../../../domain/calendar.ts';
import { startSql } from '../period-start.ts';
import type { Session } from '../session.ts';
import { identifier } from '../sql-text.ts';
import { writeParquet } from '../write-parquet.ts';

/** A column of a file to write. Values come as a Float32Array for FLOAT, as a Float64Array for everything else. */
export interface WrittenColumn {
  readonly name: string;
  readonly type: 'DOUBLE' | 'FLOAT' | 'INTEGER' | 'UINTEGER' | 'UTINYINT';
  /** What a NaN is in the file. */
  readonly nan: 'NULL' | 'NaN';
}

/** Consecutive rows; the arrays may be longer than `rows`. */
export interface RowBlock {
  readonly rows: number;
  /** Number of each row's series in the writer's `series`. */
  readonly series: Uint32Array;
  /** Start of each row's period. */
  readonly starts: Int32Array;
  /** In the order of the writer's columns. */
  readonly values: readonly (Float32Array | Float64Array)[];
}

/** Writes typed arrays as Parquet: `series VARCHAR`, the start of the period, then the columns. About 28 ns a value. */
export interface RowWriter {
  /** Copies the rows; blocks of some ten thousand rows are best. Rows must come in the order of the file. */
  append(block: RowBlock): void;
  /** Writes the file, which appears whole or not at all, and ends the writer. @returns the number of rows */
  save(out: string): Promise<number>;
  /** Ends the writer without a file. */
  discard(): Promise<void>;
}

export interface RowWriterSetup {
  /** Distinct, in any order. */
  readonly series: readonly string[];
  /** Name of the column with the start of the period, a DATE or (for hours) a TIMESTAMP. */
  readonly start: string;
  readonly unit: StartUnit;
  readonly columns: readonly WrittenColumn[];
}

/** Rows are collected in a temporary table of the session, which may spill; close the writer before the session ends. */
export async function createRowWriter(session: Session, { series, start, unit, columns }: RowWriterSetup): Promise<RowWriter> {
  const id = randomUUID().replaceAll('-', '');
  const [table, type, names] = [`rows_${id}`, `series_${id}`, `names_${id}`];
  await createSeriesType(session, { series, type, names });
  const column = (i: number): string => identifier(`c${String(i)}`);
  const kept = columns.map(({ type: kind }, i) => `${column(i)} ${kind === 'FLOAT' ? 'FLOAT' : 'DOUBLE'}`);
  await session.run(`CREATE TEMP TABLE ${table} (series ${type}, start INTEGER${kept.map((one) => `, ${one}`).join('')})`);
  const appender = await session.connection.createAppender(table, null, 'temp');
  const size = Vectors.standardSize();
  // One chunk for all rows: making one tells DuckDB all series again.
  const chunk = DuckDBDataChunk.create([ENUM(series.length === 0 ? [''] : series), INTEGER, ...columns.map((one) => (one.type === 'FLOAT' ? FLOAT : DOUBLE))], size);
  let written = 0;

  async function end(): Promise<void> {
    appender.closeSync();
    await session.run(`DROP TABLE ${table}`);
    await session.run(`DROP TYPE ${type}`);
  }

  return {
    append({ rows, series: numbers, starts, values }) {
      for (let at = 0; at < rows; at += size) {
        const count = Math.min(size, rows - at);
        fill(chunk.getColumnVector(0), numbers, at, count);
        fill(chunk.getColumnVector(1), starts, at, count);
        values.forEach((array, c) => { fill(chunk.getColumnVector(c + 2), array, at, count); });
        chunk.rowCount = count;
        appender.appendDataChunk(chunk);
      }
      written += rows;
    },
    async save(out) {
      appender.flushSync();
      const value = ({ name, type: kind, nan }: WrittenColumn, i: number): string =>
        `CAST(${nan === 'NULL' ? `CASE WHEN isnan(${column(i)}) THEN NULL ELSE ${column(i)} END` : column(i)} AS ${kind}) AS ${identifier(name)}`;
      // The order of insertion is that of the file (`preserve_insertion_order`): nothing is sorted again.
      const select = [`CAST(series AS VARCHAR) AS series`, `${startSql('start', unit)} AS ${identifier(start)}`, ...columns.map(value)];
      await writeParquet(session, { select: `SELECT ${select.join(', ')} FROM ${table}`, out });
      await end();
      return written;
    },
    discard: end,
  };
}

/** Series as numbers of an ENUM: a text per row would cost as much as ten numbers. */
async function createSeriesType(session: Session, { series, type, names }: { series: readonly string[]; type: string; names: string }): Promise<void> {
  await session.run(`CREATE TEMP TABLE ${names} (number INTEGER, name VARCHAR)`);
  const appender = await session.connection.createAppender(names, null, 'temp');
  series.forEach((name, i) => {
    appender.appendInteger(i);
    appender.appendVarchar(name);
    appender.endRow();
  });
  appender.closeSync();
  await session.run(`CREATE TEMP TYPE ${type} AS ENUM (SELECT name FROM ${names} ORDER BY number)`);
  await session.run(`DROP TABLE ${names}`);
}

/** Copies `count` values into a vector as a block. */
function fill(vector: DuckDBVector, values: Float32Array | Float64Array | Int32Array | Uint32Array, from: number, count: number): void {
  // Private in the declarations of @duckdb/node-api, as in typed-columns.ts; setting items one by one costs ten times as much.
  const items: unknown = Reflect.get(vector, 'items');
  if (!isNumbers(items)) throw new TypeError('the vectors of this version of @duckdb/node-api have no typed arrays');
  items.set(values.subarray(from, from + count));
  vector.flush();
}

function isNumbers(items: unknown): items is { set(values: ArrayLike<number>): void } {
  return ArrayBuffer.isView(items) && !(items instanceof DataView) && !(items instanceof BigInt64Array) && !(items instanceof BigUint64Array);
}
