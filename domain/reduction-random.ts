import { createRandom } from './random.ts';
import { type Reduction, reduceRows } from './reduction.ts';
import { perStep, type Steps } from './reduction-steps.ts';
import { meanOf } from './reduction-subspace.ts';

/**
 * A random projection (Johnson & Lindenstrauss 1984) to `dims` numbers, at most `width`: every loading is 1 / √dims or its negative with equal
 * odds, by which distances are kept on average (Achlioptas 2003). The directions depend on `width` and `dims` alone; from the rows come their
 * mean and how much they vary. No directions for fewer than two rows.
 */
export function* randomAxes(rows: Float32Array, width: number, dims: number): Steps<Reduction> {
  const count = width === 0 ? 0 : rows.length / width;
  const kept = count < 2 ? 0 : Math.min(dims, width);
  const random = createRandom(width * 0x10000 + kept);
  const loading = 1 / Math.sqrt(kept);
  const axes = Float64Array.from({ length: kept * width }, () => (random.integer(2) === 0 ? loading : -loading));
  const projection: Reduction = { width, dims: kept, mean: meanOf(rows, width), axes, variance: new Float64Array(kept) };
  const pause = Math.max(1, Math.floor(perStep / (width * kept)));
  for (let from = 0; kept > 0 && from < count; from += pause) {
    // The mean is the origin.
    reduceRows(projection, rows.subarray(from * width, Math.min(count, from + pause) * width)).forEach((value, i) => {
      projection.variance[i % kept] = (projection.variance[i % kept] ?? 0) + value ** 2 / (count - 1);
    });
    yield undefined;
  }
  return projection;
}
