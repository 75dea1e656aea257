import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { ArtifactStore } from '../activities/artifact-store.ts';
import type { OpenMatrix, TrainingDeps } from '../activities/training.ts';
import { readMatrix } from '../adapters/read-matrix.ts';
import type { FeatureSpec } from '../contracts/features.ts';
import { fetchParts } from '../contracts/table-parts.ts';
import type { Matrix } from '../contracts/training.ts';
import { startOfIso } from '../domain/calendar.ts';
import { columnOf, rowsAtOrigin } from '../domain/origin-rows.ts';

/** Open ones hold their values in memory. */
const keptOpen = 2;
/** More than those in use at a time: a trainer may read the files of one long after it was opened. */
const keptOnDisk = 4;

/** Origin tables laid out on this worker's disk, once per feature set; the newest stay open, and a few more stay on disk. */
export function createMatrices({ artifacts, tables, folder }: {
  readonly artifacts: ArtifactStore;
  readonly tables: { extractMatrix(input: { table: readonly string[]; spec: FeatureSpec; folder: string; signal?: AbortSignal }): Promise<Matrix> };
  readonly folder: string;
}): TrainingDeps['matrices'] {
  const opened = new Map<string, Promise<OpenMatrix>>();
  const laidOut = new Set<string>();
  const removals = new Map<string, Promise<void>>();

  function removeOldest(): void {
    for (const key of [...laidOut].slice(0, -keptOnDisk)) {
      laidOut.delete(key);
      const removal = rm(join(folder, key), { recursive: true, force: true })
        .catch((error: unknown) => console.error(`${join(folder, key)} can't be removed: ${String(error)}`))
        .finally(() => removals.delete(key));
      removals.set(key, removal);
    }
  }
  return {
    open(features, signal) {
      // One table is laid out by several specifications where columns are left out.
      const key = `${features.table.sha256}-${features.spec.sha256.slice(0, 16)}`;
      const found = opened.get(key) ?? open();
      opened.delete(key);
      opened.set(key, found);
      found.catch(() => opened.delete(key));
      for (const oldest of [...opened.keys()].slice(0, -keptOpen)) opened.delete(oldest);
      laidOut.delete(key);
      laidOut.add(key);
      removeOldest();
      return found;

      async function open(): Promise<OpenMatrix> {
        await removals.get(key);
        const table = await fetchParts(artifacts, features.table, signal);
        const spec = (await artifacts.readJson(features.spec)) as FeatureSpec;
        const matrix = await tables.extractMatrix({ table, spec, folder: join(folder, key) });
        const values = await readMatrix(matrix);
        return {
          matrix,
          column(name) {
            const column = columnOf(values, name);
            if (column === undefined) throw new RangeError(`the origin table has no column ${name}`);
            return column;
          },
          rowsAt: (cutoff) => rowsAtOrigin(values, startOfIso(cutoff, spec.frequency) ?? Number.NaN),
        };
      }
    },
  };
}
