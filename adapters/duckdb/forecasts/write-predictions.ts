import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtifactCorrupt, BadInput } from '../../../contracts/failure.ts';
import type { PredictionTable } from '../../../contracts/prediction-table.ts';
import type { FitSplit, Matrix } from '../../../contracts/training.ts';
import { addPeriods, startOfIso, startUnit } from '../../../domain/calendar.ts';
import { writePredictionTable } from './prediction-table.ts';
import type { Session } from '../session.ts';

export interface WritePredictionsRequest {
  readonly matrix: Matrix;
  /** `file` is the `predictions.f32` of the split's fit. */
  readonly splits: readonly (FitSplit & { readonly file: string })[];
  readonly quantiles: readonly number[];
  readonly out: string;
}

/** Joins the fits' bare numbers with series, dates and raw actuals of the matrix and writes them as one Predictions file. */
export async function writePredictions(session: Session, { matrix, splits, quantiles, out }: WritePredictionsRequest): Promise<void> {
  const origins = await int32s(join(matrix.folder, 'origin.i32'));
  const seriesOfRow = new Uint32Array((await int32s(join(matrix.folder, 'series.u32'))).buffer);
  const actuals = await readActuals(matrix);
  const { horizon, frequency } = matrix.spec;
  const width = 1 + quantiles.length;

  const parts = await Promise.all(splits.map(async ({ name, cutoff, file }) => {
    const start = startOfIso(cutoff, frequency);
    if (start === undefined) throw new BadInput(`cutoff "${cutoff}" of ${name} is not the start of a period`);
    const rows = Array.from(origins.keys()).filter((row) => origins[row] === start);
    const values = new Float32Array((await int32s(file)).buffer);
    const expected = rows.length * horizon * width;
    if (values.length !== expected) throw new ArtifactCorrupt(`${file}: ${String(values.length)} numbers, but ${String(rows.length)} series × ${String(horizon)} steps × ${String(width)} need ${String(expected)}`);
    return { start, rows, values };
  }));

  const total = parts.reduce((sum, { rows }) => sum + rows.length * horizon, 0);
  const table: PredictionTable = {
    splits: splits.map(({ name }) => name), cutoffs: splits.map(({ cutoff }) => cutoff), series: matrix.seriesIds, levels: quantiles, unit: startUnit(frequency),
    splitIndex: new Uint16Array(total), seriesIndex: new Uint32Array(total), step: new Uint16Array(total), ds: new Int32Array(total),
    yHat: new Float32Array(total), quantiles: new Float32Array(total * quantiles.length), actual: new Float64Array(total),
  };
  let at = 0;
  parts.forEach(({ start, rows, values }, split) => {
    rows.forEach((row, r) => {
      for (let h = 1; h <= horizon; h += 1) {
        const base = (r * horizon + h - 1) * width;
        table.splitIndex[at] = split;
        table.seriesIndex[at] = seriesOfRow[row] ?? 0;
        table.step[at] = h;
        table.ds[at] = addPeriods(start, h, frequency);
        table.yHat[at] = values[base] ?? Number.NaN;
        table.quantiles.set(values.subarray(base + 1, base + width), at * quantiles.length);
        table.actual[at] = actuals[h - 1]?.[row] ?? Number.NaN;
        at += 1;
      }
    });
  });
  await writePredictionTable(session, { table, out });
}

async function int32s(file: string): Promise<Int32Array> {
  const bytes = await readFile(file);
  return new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** The columns a_1 … a_H, read from the end of the values file. */
async function readActuals({ folder, rows, columns, spec }: Matrix): Promise<readonly Float32Array[]> {
  const file = await open(join(folder, 'values.f32'));
  try {
    const all: Float32Array[] = [];
    for (let h = 1; h <= spec.horizon; h += 1) {
      const column = columns.indexOf(`a_${String(h)}`);
      const values = new Float32Array(rows);
      const { bytesRead } = await file.read(values, 0, rows * 4, column * rows * 4);
      if (column < 0 || bytesRead !== rows * 4) throw new ArtifactCorrupt(`${folder}: values.f32 does not hold a_${String(h)} of ${String(rows)} rows`);
      all.push(values);
    }
    return all;
  } finally {
    await file.close();
  }
}
