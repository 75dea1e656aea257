import { setImmediate } from 'node:timers/promises';

import { type DuckDBType, type DuckDBValue, DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api';
import type { Session } from './session.ts';
import { identifier } from './sql-text.ts';

export interface FilledColumn {
  readonly name: string;
  readonly type: DuckDBType;
  /** Value of a row; a NaN is stored as NaN, null as NULL. */
  readonly value: (row: number) => DuckDBValue;
}

/** Creates the temporary table `table` with `rows` rows, chunk by chunk; between two chunks the process does what else is waiting. */
export async function fillTable(session: Session, table: string, rows: number, columns: readonly FilledColumn[]): Promise<void> {
  await session.run(`CREATE OR REPLACE TEMP TABLE ${identifier(table)} (${columns.map(({ name, type }) => `${identifier(name)} ${type.toString()}`).join(', ')})`);
  const appender = await session.connection.createAppender(table, null, 'temp');
  const types = columns.map(({ type }) => type);
  const chunkRows = DuckDBVector.standardSize();
  for (let start = 0; start < rows; start += chunkRows) {
    const count = Math.min(chunkRows, rows - start);
    const chunk = DuckDBDataChunk.create(types, count);
    columns.forEach(({ value }, c) => { chunk.setColumnValues(c, Array.from({ length: count }, (_, i) => value(start + i))); });
    appender.appendDataChunk(chunk);
    await setImmediate();
  }
  appender.closeSync();
}
