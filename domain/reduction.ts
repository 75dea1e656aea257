/** A linear map from `width` numbers to `dims`, learnt from rows. */
export interface Reduction {
  readonly width: number;
  readonly dims: number;
  readonly mean: Float64Array;
  /** Row-major dims × width. */
  readonly axes: Float64Array;
  /** Sample variance along each axis of the rows that it was learnt from. */
  readonly variance: Float64Array;
}

/**
 * The same map with its outcome divided by the root of its total variance, so that the squares of what it makes of the rows that it was
 * learnt from sum up to 1 on average: blocks of several encoders, each in units of its own, then weigh alike beside one another (as the
 * blocks of a multiple factor analysis do: Escofier & Pagès 1994). Axes without variance are left out.
 */
export function toUnitVariance({ width, mean, axes, variance }: Reduction): Reduction {
  const total = variance.reduce((sum, value) => sum + value, 0);
  const kept = [...variance.keys()].filter((axis) => at(variance, axis) > negligible * total);
  const scale = 1 / Math.sqrt(total);
  const scaled = new Float64Array(kept.length * width);
  kept.forEach((axis, i) => { for (let k = 0; k < width; k += 1) scaled[i * width + k] = at(axes, axis * width + k) * scale; });
  return { width, dims: kept.length, mean, axes: scaled, variance: Float64Array.from(kept, (axis) => at(variance, axis) / total) };
}

/** Variance of rounding, as a part of all. */
const negligible = 1e-12;

/** Coordinates of each row along the axes: row-major, rows × dims. */
export function reduceRows(reduction: Reduction, rows: Float32Array): Float32Array {
  const { width, dims, mean, axes } = reduction;
  const count = width === 0 ? 0 : rows.length / width;
  const out = new Float32Array(count * dims);
  const centred = new Float64Array(width);
  for (let row = 0; row < count; row += 1) {
    for (let i = 0; i < width; i += 1) centred[i] = at(rows, row * width + i) - at(mean, i);
    for (let axis = 0; axis < dims; axis += 1) {
      const from = axis * width;
      let sum = 0;
      for (let i = 0; i < width; i += 1) sum += at(centred, i) * at(axes, from + i);
      out[row * dims + axis] = sum;
    }
  }
  return out;
}

/** Element of an array at an index that is inside by construction. */
const at = (values: Float32Array | Float64Array, index: number): number => values[index] ?? Number.NaN;
