import type { FeatureSpec } from '../../contracts/features.ts';
import { augmentRows } from '../../domain/augmentation/series/augment-rows.ts';
import type { Augmentation } from '../../domain/augmentation/series/augmentation.ts';
import type { OriginTable, TargetSpan } from '../../domain/origin-rows.ts';
import { createRandom } from '../../domain/random.ts';
import type { Settings } from './settings.ts';
import type { Targets } from './targets.ts';
import { targetsOf } from './targets.ts';
import type { Windows } from './windows.ts';
import { windowsOf } from './windows.ts';

export interface WindowsToAdd {
  readonly table: OriginTable;
  readonly spec: FeatureSpec;
  readonly targets: Targets;
  /** Rows that are trained on; copies are made of no other. */
  readonly training: Uint32Array;
  readonly span: TargetSpan;
  readonly settings: Pick<Settings, 'batch' | 'steps'>;
  readonly augmentation: Augmentation;
  readonly seed: number;
}

/**
 * The table's windows and targets with changed copies of training windows behind them; rows of the table keep their numbers and values.
 * No more windows are copied than the training will look at.
 */
export function addWindows({ table, spec, targets, training, span, settings, augmentation, seed }: WindowsToAdd): {
  readonly windows: Windows; readonly targets: Targets; readonly training: Uint32Array; readonly counts: Readonly<Record<string, number>>;
} {
  const { table: grown, counts } = augmentRows({
    table,
    sequence: spec.sequence,
    targets: Array.from({ length: spec.horizon }, (_, i) => `y_${i + 1}`),
    rows: someRows(training, settings.steps * settings.batch, seed),
    learnable: Uint8Array.from(targets.known),
    augmentation,
    seed: seed + 1,
  });
  const windows = windowsOf(grown, spec);
  const all = targetsOf(grown, spec, windows.levels, span);
  const added = all.rows.filter((row) => row >= table.rows);
  return { windows, targets: all, training: Uint32Array.from([...training, ...added]), counts };
}

/** At most `most` of the rows, every one as likely as any other, in their order (Algorithm S, see sampleRows of LightGBM). */
function someRows(rows: Uint32Array, most: number, seed: number): Uint32Array {
  const random = createRandom(seed);
  let [left, wanted] = [rows.length, Math.min(most, rows.length)];
  return rows.filter(() => {
    const chosen = random.next() * left < wanted;
    left -= 1;
    if (chosen) wanted -= 1;
    return chosen;
  });
}
