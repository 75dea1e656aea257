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
export function reduceRows({ width, dims, mean, axes }: Reduction, rows: Float32Array): Float32Array {
  const count = width === 0 ? 0 : rows.length / width;
  const out = new Float32Array(count * dims);
  const own = Array.from({ length: dims }, (_, axis) => axes.subarray(axis * width, (axis + 1) * width));
  const offsets = own.map((axis) => axis.reduce((sum, loading, i) => sum + loading * at(mean, i), 0));
  for (let row = 0; row < count; row += 1) {
    own.forEach((axis, k) => { out[row * dims + k] = dot(rows, row * width, axis) - (offsets[k] ?? Number.NaN); });
  }
  return out;
}

/** Of an axis and as many values from a position on; four sums side by side, as the processor adds them faster. */
function dot(values: Float32Array, from: number, axis: Float64Array): number {
  const whole = axis.length - (axis.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += at(values, from + i) * at(axis, i);
    b += at(values, from + i + 1) * at(axis, i + 1);
    c += at(values, from + i + 2) * at(axis, i + 2);
    d += at(values, from + i + 3) * at(axis, i + 3);
  }
  for (let i = whole; i < axis.length; i += 1) a += at(values, from + i) * at(axis, i);
  return a + b + (c + d);
}

/** Element of an array at an index that is inside by construction. */
const at = (values: Float32Array | Float64Array, index: number): number => values[index] ?? Number.NaN;
