import { eigenOfSymmetric } from './symmetric-eigen.ts';

/** A linear map from `width` numbers to `dims`, learnt from rows: principal component analysis (Pearson 1901, Hotelling 1933). */
export interface Reduction {
  readonly width: number;
  readonly dims: number;
  readonly mean: Float64Array;
  /** Row-major dims × width; rows are orthonormal, of decreasing variance, with their largest loading positive. */
  readonly axes: Float64Array;
  /** Sample variance along each axis. */
  readonly variance: Float64Array;
}

/**
 * Fits the `dims` directions of largest variance to `rows` (row-major, `width` numbers each). `dims` shrinks to what the rows can
 * determine (rows − 1, width); it is 0 for fewer than two rows. Signs are fixed, so equal rows give equal numbers.
 */
export function fitReduction(rows: Float32Array, width: number, dims: number): Reduction {
  const count = width === 0 ? 0 : rows.length / width;
  const kept = Math.max(0, Math.min(dims, count - 1, width));
  const mean = new Float64Array(width);
  rows.forEach((value, i) => { mean[i % width] = at(mean, i % width) + value / count; });
  const reduction: Reduction = { width, dims: kept, mean, axes: new Float64Array(kept * width), variance: new Float64Array(kept) };
  if (kept === 0) return reduction;
  const { values, vectors } = eigenOfSymmetric(covariance(rows, width, mean), width);
  for (let axis = 0; axis < kept; axis++) {
    // Eigenvalues come in increasing order; columns of `vectors` belong to them.
    const source = width - 1 - axis;
    reduction.variance[axis] = Math.max(0, at(values, source));
    let largest = 0;
    for (let i = 0; i < width; i++) {
      const loading = at(vectors, i * width + source);
      reduction.axes[axis * width + i] = loading;
      if (Math.abs(loading) > Math.abs(largest)) largest = loading;
    }
    if (largest < 0) for (let i = axis * width; i < (axis + 1) * width; i++) reduction.axes[i] = -at(reduction.axes, i);
  }
  return reduction;
}

/** Coordinates of each row along the axes: row-major, rows × dims. */
export function reduceRows(reduction: Reduction, rows: Float32Array): Float32Array {
  const { width, dims, mean, axes } = reduction;
  const count = rows.length / width;
  const out = new Float32Array(count * dims);
  for (let row = 0; row < count; row++) {
    for (let axis = 0; axis < dims; axis++) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += (at(rows, row * width + i) - at(mean, i)) * at(axes, axis * width + i);
      out[row * dims + axis] = sum;
    }
  }
  return out;
}

function covariance(rows: Float32Array, width: number, mean: Float64Array): Float64Array {
  const count = rows.length / width;
  const out = new Float64Array(width * width);
  const centred = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < width; i++) centred[i] = at(rows, row * width + i) - at(mean, i);
    for (let i = 0; i < width; i++) {
      const value = at(centred, i);
      for (let j = 0; j <= i; j++) out[i * width + j] = at(out, i * width + j) + value * at(centred, j);
    }
  }
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      const value = at(out, i * width + j) / (count - 1);
      out[i * width + j] = value;
      out[j * width + i] = value;
    }
  }
  return out;
}

/** Element of an array at an index that is inside by construction. */
const at = (values: Float32Array | Float64Array, index: number): number => values[index] ?? Number.NaN;
