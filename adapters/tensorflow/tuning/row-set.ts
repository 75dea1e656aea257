import type { TuningTask } from '../../../contracts/tuning.ts';
import type { Centre } from '../../../domain/tuning/standardise.ts';
import { likenessOf } from './head.ts';
import type { HeadBatch } from './head-passes.ts';

/** Rows of one modality: vectors, and after them the changed copies. */
export interface RowSet {
  readonly width: number;
  readonly parts: readonly Float32Array[];
  /** Per row, over all parts, the product that may be learnt from by it; −1 where nothing may. */
  readonly product: Int32Array;
  readonly centre: Centre;
  readonly task: TuningTask;
}

/** Vectors of rows, centred, row-major. */
export function centredRows({ width, parts, centre }: Pick<RowSet, 'width' | 'parts' | 'centre'>, rows: ArrayLike<number>): Float32Array {
  const x = new Float32Array(rows.length * width);
  for (let r = 0; r < rows.length; r += 1) {
    let [at, part] = [(rows[r] ?? 0) * width, 0];
    for (; part < parts.length - 1 && at >= (parts[part]?.length ?? 0); part += 1) at -= parts[part]?.length ?? 0;
    const values = parts[part] ?? x;
    for (let i = 0; i < width; i += 1) x[r * width + i] = ((values[at + i] ?? 0) - (centre.mean[i] ?? 0)) / centre.scale;
  }
  return x;
}

/** Rows with what their new vectors should tell. */
export function batchOf(set: RowSet, rows: Uint32Array): HeadBatch {
  const x = centredRows(set, rows);
  const products = Array.from(rows, (row) => set.product[row] ?? -1);
  const { task } = set;
  if (task.kind === 'alike') return { rows: rows.length, x, goal: { kind: 'alike', likeness: likenessOf(products.map((product) => task.labels[product] ?? -1)) } };
  const figures = task.names.length;
  const wanted = new Float32Array(rows.length * figures);
  const known = new Float32Array(rows.length * figures);
  products.forEach((product, r) => {
    for (let i = 0; i < figures; i += 1) {
      const value = task.values[product * figures + i] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      wanted[r * figures + i] = value;
      known[r * figures + i] = 1;
    }
  });
  return { rows: rows.length, x, goal: { kind: 'demand', wanted, known } };
}
