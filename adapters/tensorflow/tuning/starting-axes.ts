import { principalAxes } from '../../../domain/reduction-pca.ts';
import { exhaust } from '../../../domain/reduction-steps.ts';
import { centredRows, type RowSet } from './row-set.ts';

/** As many rows tell the directions well enough to start from. */
const mostRows = 4_096;

/** The directions in which vectors vary most, row-major width × dims, such that the new numbers have the root mean variance `deviation`. Zero beyond what the rows determine. */
export function startingAxes(set: RowSet, rows: readonly number[], { dims, deviation }: { readonly dims: number; readonly deviation: number }): Float32Array {
  const every = Math.max(1, rows.length / mostRows);
  const some = Array.from({ length: Math.min(rows.length, mostRows) }, (_, i) => rows[Math.floor(i * every)] ?? 0);
  const { axes, variance, dims: kept, width } = exhaust(principalAxes(centredRows(set, some), set.width, dims));
  const mean = variance.reduce((sum, value) => sum + value, 0) / Math.max(1, kept);
  const factor = mean > 0 ? deviation / Math.sqrt(mean) : 0;
  const out = new Float32Array(set.width * dims);
  for (let axis = 0; axis < kept; axis += 1) for (let i = 0; i < width; i += 1) out[i * dims + axis] = (axes[axis * width + i] ?? 0) * factor;
  return out;
}
