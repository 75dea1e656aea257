import { factorise, solveFactorised } from './cholesky.ts';
import { type Hierarchy, incoherence, spreadDown } from './hierarchy.ts';
import { createNodeSolver } from './node-system.ts';
import type { ShrunkCovariance } from './residual-covariance.ts';

/**
 * Minimum-trace reconciliation (Wickramasuriya, Athanasopoulos and Hyndman 2019) of forecasts ŷ [nodes + series, steps] whose errors have
 * the covariance W: the series' part of ŷ − W Cᵀ (C W Cᵀ)⁻¹ C ŷ, where C ŷ says how far ŷ is from adding up. Here W = diag(weights).
 */
export function minimiseTrace(hierarchy: Hierarchy, base: Float64Array, steps: number, weights: Float64Array): Float64Array {
  const z = incoherence(hierarchy, base, steps);
  createNodeSolver(hierarchy, weights)(z, steps);
  return corrected(hierarchy, base, steps, weights, z);
}

/**
 * The same with a shrunk covariance W = D + c E Eᵀ. With F = C E, C W Cᵀ = C D Cᵀ + c F Fᵀ; by the Woodbury identity its inverse takes that
 * of the first, and of one matrix of times × times.
 */
export function minimiseTraceShrunk(hierarchy: Hierarchy, base: Float64Array, steps: number, { diagonal, centred, factor }: ShrunkCovariance): Float64Array {
  const { nodes, series } = hierarchy;
  const times = centred.length / (nodes + series);
  const solve = createNodeSolver(hierarchy, diagonal);
  const z = incoherence(hierarchy, base, steps);
  solve(z, steps);
  if (factor === 0) return corrected(hierarchy, base, steps, diagonal, z);

  const f = incoherence(hierarchy, centred, times);
  const solved = f.slice();
  solve(solved, times);
  // I / c + Fᵀ K⁻¹ F
  const inner = productOf(f, times, solved, times);
  for (let t = 0; t < times; t += 1) inner[t * (times + 1)] = (inner[t * (times + 1)] ?? 0) + 1 / factor;
  const part = productOf(f, times, z, steps);
  solveFactorised(factorise(inner, times), times, part, steps);
  subtractProduct(z, solved, times, part, steps);

  const bottom = corrected(hierarchy, base, steps, diagonal, z);
  // − c E Fᵀ z of the series.
  const along = productOf(f, times, z, steps).map((value) => factor * value);
  subtractProduct(bottom, centred.subarray(nodes * times), times, along, steps);
  return bottom;
}

/** Base forecasts of the series plus weight × the sum of their nodes' z. */
function corrected(hierarchy: Hierarchy, base: Float64Array, steps: number, weights: Float64Array, z: Float64Array): Float64Array {
  const { nodes } = hierarchy;
  return spreadDown(hierarchy, z, steps).map((value, i) => (base[nodes * steps + i] ?? 0) + (weights[nodes + Math.floor(i / steps)] ?? 0) * value);
}

/** aᵀ b of [rows, n] and [rows, m]: [n, m]. */
function productOf(a: Float64Array, n: number, b: Float64Array, m: number): Float64Array {
  const product = new Float64Array(n * m);
  for (let row = 0; row * n < a.length; row += 1) {
    for (let i = 0; i < n; i += 1) {
      const x = a[row * n + i] ?? 0;
      if (x === 0) continue;
      for (let j = 0; j < m; j += 1) product[i * m + j] = (product[i * m + j] ?? 0) + x * (b[row * m + j] ?? 0);
    }
  }
  return product;
}

/** out −= a b of [rows, n] and [n, m], in place. */
function subtractProduct(out: Float64Array, a: Float64Array, n: number, b: Float64Array, m: number): void {
  for (let row = 0; row * m < out.length; row += 1) {
    for (let i = 0; i < n; i += 1) {
      const x = a[row * n + i] ?? 0;
      if (x === 0) continue;
      for (let j = 0; j < m; j += 1) out[row * m + j] = (out[row * m + j] ?? 0) - x * (b[i * m + j] ?? 0);
    }
  }
}
