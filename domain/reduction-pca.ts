import { createRandom } from './random.ts';
import type { Reduction } from './reduction.ts';
import { exhaust, perStep, type Steps } from './reduction-steps.ts';
import { meanOf, orthonormalise, type Rows, timesCovariance, zeroRows } from './reduction-subspace.ts';
import { eigenOfSymmetric } from './symmetric-eigen.ts';

/** Directions that are followed beyond those asked for: they make the others settle sooner. */
const spare = 16;
/** Rounds at most, and the relative change of a variance below which a direction counts as settled. */
const [mostRounds, settled] = [12, 1e-4];
const seed = 2011;

/**
 * Principal component analysis (Pearson 1901, Hotelling 1933) of `rows`, row-major with `width` numbers each: the orthonormal directions of
 * largest variance, in decreasing order, their largest loading positive. By randomised subspace iteration (Halko, Martinsson & Tropp 2011,
 * algorithms 4.4 and 5.3), which takes rows × width × (dims + {@link spare}) multiplications a round instead of rows × width²; from a fixed
 * seed and in a fixed order, so that equal rows give equal bits. Where `width` is not larger than dims + {@link spare} it is exact; else
 * variances are exact to about {@link settled}. There are as many directions as the rows can determine (rows − 1, width), none for fewer than
 * two rows.
 */
export function* principalAxes(rows: Float32Array, width: number, dims: number): Steps<Reduction> {
  const count = width === 0 ? 0 : rows.length / width;
  const kept = Math.max(0, Math.min(dims, count - 1, width));
  const mean = meanOf(rows, width);
  if (kept === 0) return { width, dims: 0, mean, axes: new Float64Array(0), variance: new Float64Array(0) };
  const random = createRandom(seed);
  const size = Math.min(width, kept + spare);
  let basis = orthonormalise(Array.from({ length: size }, () => Float64Array.from({ length: width }, random.normal)), random);
  let before: Float64Array | undefined;
  for (let round = 1; ; round += 1) {
    const image = zeroRows(size, width);
    yield* timesCovariance({ rows, width, mean, basis, image, perStep });
    const { values, vectors } = eigenOfSymmetric(crossProducts(basis, image), size);
    const variance = Float64Array.from({ length: kept }, (_, axis) => Math.max(0, at(values, size - 1 - axis)));
    // Following all directions there are, the first round is exact.
    if (size === width || round === mostRounds || isSettled(variance, before)) return { width, dims: kept, mean, axes: turn(basis, vectors, kept), variance };
    before = variance;
    basis = orthonormalise(image, random);
  }
}

/** {@link principalAxes} at one go. */
export function fitReduction(rows: Float32Array, width: number, dims: number): Reduction {
  return exhaust(principalAxes(rows, width, dims));
}

function isSettled(variance: Float64Array, before: Float64Array | undefined): boolean {
  const largest = at(variance, 0);
  return before?.every((former, axis) => Math.abs(at(variance, axis) - former) <= settled * Math.max(at(variance, axis), 1e-6 * largest)) ?? false;
}

/** Inner products of the rows of two lists, made symmetric. */
function crossProducts(left: Rows, right: Rows): Float64Array {
  const size = left.length;
  const out = new Float64Array(size * size);
  left.forEach((a, i) => {
    right.forEach((b, j) => {
      let sum = 0;
      for (let k = 0; k < a.length; k += 1) sum += at(a, k) * at(b, k);
      out[i * size + j] = (out[i * size + j] ?? 0) + sum / 2;
      out[j * size + i] = (out[j * size + i] ?? 0) + sum / 2;
    });
  });
  return out;
}

/** The last `kept` columns of `vectors` (they belong to the largest values) as directions: combinations of the basis. */
function turn(basis: Rows, vectors: Float64Array, kept: number): Float64Array {
  const [size, width] = [basis.length, basis[0]?.length ?? 0];
  const axes = new Float64Array(kept * width);
  for (let axis = 0; axis < kept; axis += 1) {
    const own = axes.subarray(axis * width, (axis + 1) * width);
    basis.forEach((row, i) => {
      const weight = at(vectors, i * size + size - 1 - axis);
      for (let k = 0; k < width; k += 1) own[k] = at(own, k) + weight * at(row, k);
    });
    const largest = own.reduce((most, loading) => (Math.abs(loading) > Math.abs(most) ? loading : most), 0);
    if (largest < 0) for (let k = 0; k < width; k += 1) own[k] = -at(own, k);
  }
  return axes;
}

const at = (values: Float64Array, index: number): number => values[index] ?? Number.NaN;
