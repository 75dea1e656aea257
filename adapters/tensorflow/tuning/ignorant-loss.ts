import type { RowSet } from './row-set.ts';

/**
 * The loss on the held-out rows of whoever knows nothing of them: for figures the squared error of the mean of what was learnt from, for likeness
 * the logarithm of how many others each was compared with. Null where nothing is held out.
 */
export function ignorantLoss(set: RowSet, { training, looked }: { readonly training: ArrayLike<number>; readonly looked: readonly Uint32Array[] }): number | null {
  if (looked.length === 0) return null;
  const heldOut = Uint32Array.from(looked.flatMap((rows) => [...rows]));
  if (set.task.kind === 'alike') return looked.reduce((sum, rows) => sum + rows.length * Math.log(Math.max(1, rows.length - 1)), 0) / heldOut.length;
  const means = meansOf(figuresOf(set, training));
  let [squares, known] = [0, 0];
  for (const figures of figuresOf(set, heldOut)) {
    figures.forEach((value, i) => {
      if (Number.isNaN(value)) return;
      squares += (value - (means[i] ?? 0)) ** 2;
      known += 1;
    });
  }
  return squares / Math.max(1, known);
}

function figuresOf({ task, product }: RowSet, rows: ArrayLike<number>): readonly Float32Array[] {
  if (task.kind !== 'demand') return [];
  const { length } = task.names;
  return Array.from(rows, (row) => task.values.subarray((product[row] ?? 0) * length, ((product[row] ?? 0) + 1) * length));
}

function meansOf(all: readonly Float32Array[]): readonly number[] {
  return Array.from(all[0] ?? [], (_, i) => {
    const known = all.map((figures) => figures[i] ?? Number.NaN).filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  });
}
