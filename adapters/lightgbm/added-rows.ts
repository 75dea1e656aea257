import type { FeatureSpec } from '../../contracts/features.ts';
import { augmentRows } from '../../domain/augmentation/series/augment-rows.ts';
import type { Augmentation } from '../../domain/augmentation/series/augmentation.ts';
import { columnOf } from '../../domain/origin-rows.ts';
import type { OriginTable } from '../../domain/origin-rows.ts';

export interface RowsToAdd {
  readonly table: OriginTable;
  readonly spec: FeatureSpec;
  /** Rows learnt from, per step. */
  readonly rowsByStep: readonly Uint32Array[];
  readonly augmentation: Augmentation | undefined;
  readonly seed: number;
}

/** The table and the rows of each step, with changed copies of them behind; both as they are without augmentation. */
export function addRows({ table, spec, rowsByStep, augmentation, seed }: RowsToAdd): {
  readonly table: OriginTable; readonly rowsByStep: readonly Uint32Array[]; readonly counts: Readonly<Record<string, number>> | undefined;
} {
  if (augmentation === undefined) return { table, rowsByStep, counts: undefined };
  const steps = spec.horizon;
  const learnable = new Uint8Array(table.rows * steps);
  const isUsed = new Uint8Array(table.rows);
  rowsByStep.forEach((rows, step) => {
    for (const row of rows) {
      learnable[row * steps + step] = 1;
      isUsed[row] = 1;
    }
  });
  const targets = Array.from({ length: steps }, (_, i) => `y_${i + 1}`);
  const rows = Uint32Array.from(Array.from(isUsed.keys()).filter((row) => isUsed[row] === 1));
  const { table: grown, sources, counts } = augmentRows({ table, sequence: spec.sequence, targets, rows, learnable, augmentation, seed });
  return {
    table: grown,
    counts,
    rowsByStep: rowsByStep.map((chosen, step) => {
      const target = columnOf(grown, targets[step] ?? '');
      const added = Array.from(sources.keys(), (i) => table.rows + i).filter((row) => !Number.isNaN(target?.[row] ?? Number.NaN));
      return Uint32Array.from([...chosen, ...added]);
    }),
  };
}
