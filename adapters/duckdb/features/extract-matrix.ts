import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FeatureSpec } from '../../../contracts/features.ts';
import type { Matrix } from '../../../contracts/training.ts';
import { startUnit } from '../../../domain/calendar.ts';
import { matrixColumns } from '../../../domain/features/matrix-columns.ts';
import { startNumberSql } from '../period-start.ts';
import type { Session } from '../session.ts';
import { identifier, parquetFiles } from '../sql-text.ts';
import { copyNumbers } from '../typed-columns.ts';
import { findRuns, type TableRuns } from './part-runs.ts';

export interface ExtractRequest {
  /** Paths of an origin table's parts, oldest first. */
  readonly table: readonly string[];
  readonly spec: FeatureSpec;
  /** Appears whole or not at all. One that is there already stays: name it by the table's digest. */
  readonly folder: string;
}

/** Bytes of values that are in memory at a time. */
const blockBytes = 256 * 2 ** 20;

/** Lays an origin table out for trainers, as documented on `Matrix`. Rows go from their parts to their places; nothing is sorted. */
export async function extractMatrix(session: Session, { table, spec, folder }: ExtractRequest): Promise<Matrix> {
  const columns = matrixColumns(spec);
  const runs = await findRuns(session, table);
  const { rows, seriesIds } = runs;
  const part = `${folder}.${randomUUID()}.part`;
  await mkdir(part, { recursive: true });
  try {
    await writeFile(join(part, 'series.u32'), seriesOf(runs));
    const origin = new Int32Array(rows);
    await readBlock(session, { table, runs, expressions: [startNumberSql('origin', startUnit(spec.frequency))], targets: [origin] });
    await writeFile(join(part, 'origin.i32'), origin);
    await writeValues(session, { table, runs, columns, file: join(part, 'values.f32') });
    await writeFile(join(part, 'matrix.json'), JSON.stringify({ rows, columns, seriesIds, spec }));
    await mkdir(dirname(folder), { recursive: true });
    await publish(part, folder);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return { folder, rows, columns, seriesIds, spec };
}

function seriesOf({ rows, seriesIds, offsets }: TableRuns): Uint32Array {
  const series = new Uint32Array(rows);
  seriesIds.forEach((_, i) => { series.fill(i, offsets[i], offsets[i + 1] ?? rows); });
  return series;
}

interface Reading {
  readonly table: readonly string[];
  readonly runs: TableRuns;
}

async function writeValues(session: Session, { table, runs, columns, file }: Reading & { readonly columns: readonly string[]; readonly file: string }): Promise<void> {
  const { rows } = runs;
  const perBlock = Math.max(1, Math.floor(blockBytes / (4 * Math.max(1, rows))));
  const block = new Float32Array(rows * Math.min(perBlock, columns.length));
  const out = await open(file, 'w');
  try {
    for (let start = 0; start < columns.length; start += perBlock) {
      const names = columns.slice(start, start + perBlock);
      await readBlock(session, { table, runs, expressions: names.map(identifier), targets: names.map((_, c) => block.subarray(c * rows, (c + 1) * rows)) });
      await out.writeFile(new Uint8Array(block.buffer, 0, 4 * rows * names.length));
    }
  } finally {
    await out.close();
  }
}

/** Reads columns of every part and puts its rows in their places. */
async function readBlock(
  session: Session,
  { table, runs, expressions, targets }: Reading & { readonly expressions: readonly string[]; readonly targets: readonly (Float32Array | Int32Array)[] },
): Promise<void> {
  for (const [number, file] of table.entries()) {
    const { places, lengths } = runs.parts[number] ?? { places: new Uint32Array(0), lengths: new Uint32Array(0) };
    let [run, within] = [0, 0];
    for await (const chunk of session.chunks(`SELECT ${expressions.join(', ')} FROM ${parquetFiles([file])}`)) {
      const values = targets.map((target, c) => {
        const own = target instanceof Int32Array ? new Int32Array(chunk.rowCount) : new Float32Array(chunk.rowCount);
        copyNumbers(chunk.getColumnVector(c), own, 0);
        return own;
      });
      for (let row = 0; row < chunk.rowCount; ) {
        const taken = Math.min(chunk.rowCount - row, (lengths[run] ?? 0) - within);
        if (taken <= 0) throw new RangeError(`part ${String(number)} of an origin table has more rows than its series`);
        for (const [c, target] of targets.entries()) place(target, (places[run] ?? 0) + within, values[c] ?? [], row, taken);
        row += taken;
        within += taken;
        if (within === lengths[run]) [run, within] = [run + 1, 0];
      }
    }
  }
}

function place(target: Float32Array | Int32Array, at: number, source: ArrayLike<number>, from: number, count: number): void {
  for (let i = 0; i < count; i += 1) target[at + i] = source[from + i] ?? Number.NaN;
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
