import type { Random } from './random.ts';
import type { Steps } from './reduction-steps.ts';

/** Vectors of one length. */
export type Rows = readonly Float64Array[];

export const zeroRows = (count: number, width: number): Float64Array[] => Array.from({ length: count }, () => new Float64Array(width));

export function meanOf(rows: Float32Array, width: number): Float64Array {
  const mean = new Float64Array(width);
  const count = width === 0 ? 0 : rows.length / width;
  for (let row = 0; row < count; row += 1) for (let i = 0; i < width; i += 1) mean[i] = at(mean, i) + at(rows, row * width + i);
  return mean.map((sum) => sum / Math.max(1, count));
}

export interface CovarianceProduct {
  /** Row-major, `width` numbers each. */
  readonly rows: Float32Array;
  readonly width: number;
  readonly mean: Float64Array;
  readonly basis: Rows;
  /** Where the products go: zeros, as many rows as `basis`. */
  readonly image: Rows;
  /** Multiplications between two pauses. */
  readonly perStep: number;
}

/** The sample covariance of the rows times each vector of the basis; the covariance itself is never made. */
export function* timesCovariance({ rows, width, mean, basis, image, perStep }: CovarianceProduct): Steps<undefined> {
  const count = rows.length / width;
  const pause = Math.max(1, Math.floor(perStep / (2 * width * basis.length)));
  const centred = new Float64Array(width);
  // Four at a time: every number of the row is looked up less often. What is beyond the basis is thrown away.
  const missing = (4 - (basis.length % 4)) % 4;
  const [padded, sums] = [[...basis, ...zeroRows(missing, width)], [...image, ...zeroRows(missing, width)]];
  for (let row = 0; row < count; row += 1) {
    const from = row * width;
    for (let i = 0; i < width; i += 1) centred[i] = at(rows, from + i) - at(mean, i);
    for (let b = 0; b < padded.length; b += 4) addProducts(centred, padded, sums, b);
    if ((row + 1) % pause === 0) yield undefined;
  }
  for (const vector of image) for (let i = 0; i < width; i += 1) vector[i] = at(vector, i) / (count - 1);
  return undefined;
}

/** Adds to `sums[first … first + 3]` the row times its inner product with `basis[first … first + 3]`. */
function addProducts(row: Float64Array, basis: Rows, sums: Rows, first: number): void {
  const [a = none, b = none, c = none, d = none] = [basis[first], basis[first + 1], basis[first + 2], basis[first + 3]];
  let [ofA, ofB, ofC, ofD] = [0, 0, 0, 0];
  for (let i = 0; i < row.length; i += 1) {
    const value = at(row, i);
    ofA += at(a, i) * value;
    ofB += at(b, i) * value;
    ofC += at(c, i) * value;
    ofD += at(d, i) * value;
  }
  const [intoA = none, intoB = none, intoC = none, intoD = none] = [sums[first], sums[first + 1], sums[first + 2], sums[first + 3]];
  for (let i = 0; i < row.length; i += 1) {
    const value = at(row, i);
    intoA[i] = at(intoA, i) + ofA * value;
    intoB[i] = at(intoB, i) + ofB * value;
    intoC[i] = at(intoC, i) + ofC * value;
    intoD[i] = at(intoD, i) + ofD * value;
  }
}

const none = new Float64Array(0);

/**
 * Orthonormal vectors that span what the given ones do (Gram and Schmidt, each vector twice: Giraud et al. 2005); where one lies in the span of
 * those before it, a random one takes its place. There must not be more of them than numbers in each.
 */
export function orthonormalise(vectors: Rows, random: Random): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    let candidate = vector.slice();
    while (!normalise(candidate, basis)) candidate = Float64Array.from({ length: vector.length }, random.normal);
    basis.push(candidate);
  }
  return basis;
}

/** Whether anything but rounding is left of the vector outside the basis; it then has length 1. */
function normalise(vector: Float64Array, basis: Rows): boolean {
  const before = Math.sqrt(dot(vector, vector));
  if (!(before > 0)) return false;
  for (let pass = 0; pass < 2; pass += 1) {
    for (const other of basis) {
      const part = dot(vector, other);
      for (let i = 0; i < vector.length; i += 1) vector[i] = at(vector, i) - part * at(other, i);
    }
  }
  const left = Math.sqrt(dot(vector, vector));
  if (!(left > 1e-12 * before)) return false;
  for (let i = 0; i < vector.length; i += 1) vector[i] = at(vector, i) / left;
  return true;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += at(a, i) * at(b, i);
  return sum;
}

const at = (values: Float32Array | Float64Array, index: number): number => values[index] ?? Number.NaN;
