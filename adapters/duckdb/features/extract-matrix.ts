import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FeatureSpec } from '../../../contracts/features.ts';
import type { Matrix } from '../../../contracts/training.ts';
import { matrixColumns } from './origin-table.ts';
import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { identifier } from '../sql-text.ts';
import { copyNumbers } from '../typed-columns.ts';

export interface ExtractRequest {
  /** Path of an origin table. */
  readonly table: string;
  readonly spec: FeatureSpec;
  /** Appears whole or not at all. One that is there already stays: name it by the table's digest. */
  readonly folder: string;
}

/** Bytes of values that are in memory at a time. */
const blockBytes = 256 * 2 ** 20;

/** Lays an origin table out for trainers, as documented on `Matrix`. */
export async function extractMatrix(session: Session, { table, spec, folder }: ExtractRequest): Promise<Matrix> {
  const columns = matrixColumns(spec);
  const perSeries = await session.rows('SELECT series, count(*) AS rows FROM read_parquet($table) GROUP BY series ORDER BY series', { table });
  const seriesIds = perSeries.map((row) => textIn(row, 'series'));
  const rows = perSeries.reduce((sum, row) => sum + numberIn(row, 'rows'), 0);
  const part = `${folder}.${randomUUID()}.part`;
  await mkdir(part, { recursive: true });
  try {
    const series = new Uint32Array(rows);
    let filled = 0;
    perSeries.forEach((row, index) => { series.fill(index, filled, (filled += numberIn(row, 'rows'))); });
    await writeFile(join(part, 'series.u32'), series);

    const origin = new Int32Array(rows);
    await readBlock(session, table, ["CAST(datediff('day', DATE '1970-01-01', origin) AS INTEGER)"], [origin]);
    await writeFile(join(part, 'origin.i32'), origin);
    await writeValues(session, { table, columns, rows, file: join(part, 'values.f32') });
    await writeFile(join(part, 'matrix.json'), JSON.stringify({ rows, columns, seriesIds, spec }));
    await mkdir(dirname(folder), { recursive: true });
    await publish(part, folder);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return { folder, rows, columns, seriesIds, spec };
}

async function writeValues(session: Session, { table, columns, rows, file }: { table: string; columns: readonly string[]; rows: number; file: string }): Promise<void> {
  const perBlock = Math.max(1, Math.floor(blockBytes / (4 * Math.max(1, rows))));
  const out = await open(file, 'w');
  try {
    for (let start = 0; start < columns.length; start += perBlock) {
      const names = columns.slice(start, start + perBlock);
      const block = new Float32Array(rows * names.length);
      await readBlock(session, table, names.map(identifier), names.map((_, c) => block.subarray(c * rows, (c + 1) * rows)));
      await out.writeFile(new Uint8Array(block.buffer));
    }
  } finally {
    await out.close();
  }
}

/** Reads columns in the order of the file, which is (series, origin). */
async function readBlock(session: Session, table: string, expressions: readonly string[], targets: readonly (Float32Array | Int32Array)[]): Promise<void> {
  let offset = 0;
  for await (const chunk of session.chunks(`SELECT ${expressions.join(', ')} FROM read_parquet($table)`, { table })) {
    targets.forEach((target, c) => { copyNumbers(chunk.getColumnVector(c), target, offset); });
    offset += chunk.rowCount;
  }
}

async function publish(part: string, folder: string): Promise<void> {
  try {
    await rename(part, folder);
  } catch (error) {
    // Another process has laid out the same table meanwhile.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')) return;
    throw error;
  }
}
