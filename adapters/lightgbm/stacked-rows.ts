import type { FeatureSpec } from '../../contracts/features.ts';
import { columnOf, type OriginTable } from '../../domain/origin-rows.ts';
import { createRandom } from '../../domain/random.ts';

/** Rows of an origin table, once per step ahead, with the features of that step; column-major. */
export interface StackedRows {
  readonly values: Float32Array;
  readonly rows: number;
  readonly names: readonly string[];
}

/** Column that says how many periods ahead a stacked row looks. */
export const stepColumn = 'step_ahead';

/** Names of the stacked columns, in order. */
export function stackedNames(spec: FeatureSpec): readonly string[] {
  return [...spec.shared.map(({ name }) => name), ...spec.perStep.map(({ name }) => name), stepColumn];
}

/**
 * At most `most` of the rows of all steps together, every one as likely as any other, in their own order; all of them when `most` is 0.
 * Algorithm S of Fan et al. (1962) and Knuth (TAOCP 2, 3.4.2).
 */
export function sampleRows(rowsByStep: readonly Uint32Array[], most: number, seed: number): readonly Uint32Array[] {
  let left = rowsByStep.reduce((sum, { length }) => sum + length, 0);
  if (most === 0 || left <= most) return rowsByStep;
  const random = createRandom(seed);
  let wanted = most;
  return rowsByStep.map((rows) =>
    rows.filter(() => {
      const chosen = random.next() * left < wanted;
      left -= 1;
      if (chosen) wanted -= 1;
      return chosen;
    }),
  );
}

/**
 * Direct multi-horizon rows: first the given table rows of step 1, then those of step 2, and so on. Throws when the table lacks a column
 * of its own spec, which is a bug of whoever wrote it.
 */
export function stackRows(table: OriginTable, spec: FeatureSpec, rowsByStep: readonly Uint32Array[]): StackedRows {
  const names = stackedNames(spec);
  const rows = rowsByStep.reduce((sum, chosen) => sum + chosen.length, 0);
  const values = new Float32Array(rows * names.length);
  names.forEach((name, number) => {
    const out = values.subarray(number * rows, (number + 1) * rows);
    const isShared = number < spec.shared.length;
    let at = 0;
    rowsByStep.forEach((chosen, i) => {
      if (name === stepColumn) out.fill(i + 1, at, at + chosen.length);
      else gather(requiredColumn(table, isShared ? name : `${name}_${i + 1}`), chosen, out, at);
      at += chosen.length;
    });
  });
  return { values, rows, names };
}

/** A column that the spec promises. */
export function requiredColumn(table: OriginTable, name: string): Float32Array {
  const column = columnOf(table, name);
  if (!column) throw new Error(`the origin table has no column ${name}`);
  return column;
}

function gather(from: Float32Array, rows: Uint32Array, out: Float32Array, at: number): void {
  for (let i = 0; i < rows.length; i += 1) out[at + i] = from[rows[i] ?? 0] ?? NaN;
}
