import type { Random } from '../../random.ts';

const knots = 4;

/**
 * A smooth random curve around 1 at 0 … length − 1: a natural cubic spline through six equidistant points drawn from N(1, strength²), as
 * Um et al. (2017, "Data augmentation of wearable sensor data…", section 3) warp magnitudes with. Cut at 0.1, so that it can be divided by.
 */
export function smoothCurve(length: number, strength: number, random: Random): Float64Array {
  const points = Float64Array.from({ length: knots + 2 }, () => 1 + strength * random.normal());
  const bends = secondDerivatives(points);
  const spacing = Math.max(1, length - 1) / (points.length - 1);
  return Float64Array.from({ length }, (_, i) => {
    const left = Math.min(points.length - 2, Math.floor(i / spacing));
    const b = i / spacing - left;
    const a = 1 - b;
    const [y0 = 1, y1 = 1] = points.subarray(left, left + 2);
    const [m0 = 0, m1 = 0] = bends.subarray(left, left + 2);
    return Math.max(0.1, a * y0 + b * y1 + ((a ** 3 - a) * m0 + (b ** 3 - b) * m1) / 6);
  });
}

/** Of the natural spline through values at distance 1: the usual tridiagonal system, solved from both ends (Thomas). */
function secondDerivatives(y: Float64Array): Float64Array {
  const n = y.length;
  const at = (i: number): number => y[i] ?? 0;
  const factor = new Float64Array(n);
  const right = new Float64Array(n);
  for (let i = 1; i < n - 1; i += 1) {
    const pivot = 4 - (factor[i - 1] ?? 0);
    factor[i] = 1 / pivot;
    right[i] = (6 * (at(i + 1) - 2 * at(i) + at(i - 1)) - (right[i - 1] ?? 0)) / pivot;
  }
  const bends = new Float64Array(n);
  for (let i = n - 2; i > 0; i -= 1) bends[i] = (right[i] ?? 0) - (factor[i] ?? 0) * (bends[i + 1] ?? 0);
  return bends;
}

/** The series at any position between its points, by straight lines; NaN next to an unknown value. */
export function valueAt(series: Float64Array, position: number): number {
  const left = Math.floor(position);
  const share = position - left;
  const value = series[left] ?? Number.NaN;
  return share === 0 ? value : (1 - share) * value + share * (series[left + 1] ?? Number.NaN);
}
