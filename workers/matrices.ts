import { join } from 'node:path';

import type { ArtifactStore } from '../activities/artifact-store.ts';
import type { OpenMatrix, TrainingDeps } from '../activities/training.ts';
import { readMatrix } from '../adapters/read-matrix.ts';
import type { FeatureSpec } from '../contracts/features.ts';
import type { Matrix } from '../contracts/training.ts';
import { columnOf, rowsAtOrigin } from '../domain/origin-rows.ts';

/** Origin tables laid out on this worker's disk, once per feature set; the newest stay open. */
export function createMatrices({ artifacts, tables, folder }: {
  readonly artifacts: ArtifactStore;
  readonly tables: { extractMatrix(input: { table: string; spec: FeatureSpec; folder: string; signal?: AbortSignal }): Promise<Matrix> };
  readonly folder: string;
}): TrainingDeps['matrices'] {
  const keep = 2;
  const opened = new Map<string, Promise<OpenMatrix>>();
  return {
    open(features, signal) {
      const key = features.table.sha256;
      const found = opened.get(key) ?? open();
      opened.delete(key);
      opened.set(key, found);
      found.catch(() => opened.delete(key));
      for (const oldest of [...opened.keys()].slice(0, -keep)) opened.delete(oldest);
      return found;

      async function open(): Promise<OpenMatrix> {
        const table = await artifacts.fetchFile(features.table, signal);
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
          rowsAt: (cutoff) => rowsAtOrigin(values, Math.round(Date.parse(`${cutoff}T00:00:00Z`) / 86_400_000)),
        };
      }
    },
  };
}
