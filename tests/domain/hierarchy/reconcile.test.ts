import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildHierarchy, type Hierarchy, incoherence, type LevelName, sumUp } from '../../../domain/hierarchy/hierarchy.ts';
import { reconcile, type ReconciliationMethod, reconciliationMethods, type ReconciliationRequest } from '../../../domain/hierarchy/reconcile.ts';
import { shrinkCovariance } from '../../../domain/hierarchy/residual-covariance.ts';
import { createRandom } from '../../../domain/random.ts';

interface Case {
  readonly levels: readonly string[];
  readonly base: readonly (readonly number[])[];
  readonly residuals: readonly (readonly number[])[];
  readonly reconciled: Readonly<Record<ReconciliationMethod, readonly (readonly number[])[]>>;
}
const golden = JSON.parse(readFileSync(new URL('./golden.json', import.meta.url), 'utf8')) as {
  readonly madeWith: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, readonly string[]>>;
  readonly history: readonly (readonly number[])[];
  readonly cases: Readonly<Record<string, Case>>;
};
const table = (rows: readonly (readonly number[])[]): Float64Array => Float64Array.from(rows.flat());

function requestFor(method: ReconciliationMethod, given: { hierarchy: Hierarchy; base: Float64Array; steps: number; residuals: Float64Array; history: Float64Array }): ReconciliationRequest {
  const { hierarchy, base, steps } = given;
  const [rows, series] = [hierarchy.nodes + hierarchy.series, hierarchy.series];
  if (method === 'mint-shrink' || method === 'mint-wls-variance') return { hierarchy, base, steps, method, residuals: { values: given.residuals, times: given.residuals.length / rows } };
  if (method === 'top-down-average-proportions' || method === 'top-down-proportion-of-averages') return { hierarchy, base, steps, method, history: { values: given.history, times: given.history.length / series } };
  return { hierarchy, base, steps, method };
}

describe.each(Object.entries(golden.cases))(`real sales with %s levels, against hierarchicalforecast ${golden.madeWith['hierarchicalforecast'] ?? ''}`, (_, { levels, base, residuals, reconciled }) => {
  const series = golden.history.length;
  const hierarchy = buildHierarchy(levels, series, new Map(Object.entries(golden.labels)));
  const steps = base[0]?.length ?? 0;

  test.each(reconciliationMethods)('%s gives its numbers', (method) => {
    const found = reconcile(requestFor(method, { hierarchy, base: table(base), steps, residuals: table(residuals), history: table(golden.history) }));
    const wanted = table(reconciled[method]);
    expect(found).toHaveLength(wanted.length);
    found.forEach((value, i) => expect(Math.abs(value - (wanted[i] ?? Number.NaN))).toBeLessThan(1e-6 * Math.max(1, Math.abs(wanted[i] ?? 0))));
  });
});

/** Series with a category, a store and a size each. */
const anyHierarchy = fc
  .record({
    series: fc.integer({ min: 1, max: 14 }),
    levels: fc.uniqueArray(fc.constantFrom<LevelName>('total', 'category', 'store', ['category', 'store'], 'size'), { minLength: 1, maxLength: 5 }),
    seed: fc.integer({ min: 1, max: 1e6 }),
  })
  .map(({ series, levels, seed }) => {
    const random = createRandom(seed);
    const column = (kinds: number): string[] => Array.from({ length: series }, () => `k${String(random.integer(kinds))}`);
    const hierarchy = buildHierarchy(levels, series, new Map([['category', column(3)], ['store', column(2)], ['size', column(5)]]));
    const rows = hierarchy.nodes + series;
    const [steps, times] = [2, 6];
    const normals = (length: number, scale: number) => Float64Array.from({ length }, () => scale * random.normal());
    return {
      hierarchy, steps,
      base: normals(rows * steps, 50).map((value) => Math.abs(value)),
      residuals: normals(rows * times, 10),
      history: normals(series * times, 20).map((value) => Math.round(Math.abs(value))),
    };
  });

test.each(reconciliationMethods)('%s: whatever the levels, every node is the sum of its series', (method) => {
  fc.assert(
    fc.property(anyHierarchy, fc.boolean(), (given, nonNegative) => {
      const { hierarchy, steps } = given;
      const found = reconcile({ ...requestFor(method, given), nonNegative });
      const scale = Math.max(1, ...found.map(Math.abs));
      for (const gap of incoherence(hierarchy, found, steps)) expect(Math.abs(gap)).toBeLessThanOrEqual(1e-9 * scale);
      if (nonNegative) expect(Math.min(...found)).toBeGreaterThanOrEqual(0);
    }),
  );
});

test.each(reconciliationMethods.filter((method) => !method.startsWith('top-down')))('%s: forecasts that add up already stay as they are', (method) => {
  fc.assert(
    fc.property(anyHierarchy, (given) => {
      const coherent = sumUp(given.hierarchy, given.base.slice(given.hierarchy.nodes * given.steps), given.steps);
      const found = reconcile(requestFor(method, { ...given, base: coherent }));
      found.forEach((value, i) => expect(value).toBeCloseTo(coherent[i] ?? Number.NaN, 6));
    }),
  );
});

test('minimum trace is what the definition with all matrices written out gives', () => {
  fc.assert(
    fc.property(anyHierarchy, fc.constantFrom('mint-ols' as const, 'mint-wls-structural' as const, 'mint-shrink' as const), (given, method) => {
      const { hierarchy, base, steps, residuals } = given;
      const rows = hierarchy.nodes + hierarchy.series;
      const found = reconcile(requestFor(method, given));
      const wanted = slowMinTrace(hierarchy, base, steps, slowCovariance(method, hierarchy, residuals));
      expect(found).toHaveLength(rows * steps);
      const scale = Math.max(1, ...base);
      found.forEach((value, i) => expect(Math.abs(value - (wanted[i] ?? Number.NaN))).toBeLessThan(1e-6 * scale));
    }),
  );
});

test('the shrinkage intensity is what looking at every pair gives', () => {
  const random = createRandom(9);
  const [rows, times] = [7, 12];
  const shared = Float64Array.from({ length: times }, () => random.normal());
  const values = Float64Array.from({ length: rows * times }, (_, i) => random.normal() + 1.5 * (shared[i % times] ?? 0));
  const z = Array.from({ length: rows }, (_, i) => {
    const row = [...values.subarray(i * times, (i + 1) * times)];
    const mean = row.reduce((a, b) => a + b, 0) / times;
    const deviation = Math.sqrt(row.reduce((a, b) => a + (b - mean) ** 2, 0) / times);
    return row.map((value) => (value - mean) / deviation);
  });
  let [spread, squares] = [0, 0];
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const w = Array.from({ length: times }, (_, t) => (z[i]?.[t] ?? 0) * (z[j]?.[t] ?? 0));
      const mean = w.reduce((a, b) => a + b, 0) / times;
      spread += w.reduce((a, b) => a + (b - mean) ** 2, 0);
      squares += mean ** 2;
    }
  }
  expect(shrinkCovariance({ values, times }).lambda).toBeCloseTo(spread / (times * (times - 1)) / squares, 6);
});

test('a series that began late is taken by the errors that it has', () => {
  const hierarchy = buildHierarchy(['total'], 2, new Map());
  const residuals = Float64Array.of(1, -2, 1, 3, 0.5, -1, 1, -0.5, Number.NaN, Number.NaN, 2, -3);
  const found = reconcile({ hierarchy, base: Float64Array.of(12, 5, 4), steps: 1, method: 'mint-wls-variance', residuals: { values: residuals, times: 4 } });
  // Of the 3 units that are missing the series with the larger errors takes the larger part: variances 0.625 and 6.5, the total's 3.75.
  expect(found[1]).toBeCloseTo(5 + (3 * 0.625) / (3.75 + 0.625 + 6.5), 6);
  expect(found[2]).toBeCloseTo(4 + (3 * 6.5) / (3.75 + 0.625 + 6.5), 6);
});

test('a history of nothing is shared out in equal parts', () => {
  const hierarchy = buildHierarchy(['total'], 4, new Map());
  const found = reconcile({ hierarchy, base: Float64Array.of(8, 1, 1, 1, 1), steps: 1, method: 'top-down-average-proportions', history: { values: new Float64Array(8), times: 2 } });
  expect([...found]).toEqual([8, 2, 2, 2, 2]);
});

/** Rows of the summing matrix: nodes, then series. */
function summingMatrix(hierarchy: Hierarchy): number[][] {
  const unit = (i: number) => Float64Array.from({ length: hierarchy.series }, (_, j) => (i === j ? 1 : 0));
  const columns = Array.from({ length: hierarchy.series }, (_, i) => sumUp(hierarchy, unit(i), 1));
  return Array.from({ length: hierarchy.nodes + hierarchy.series }, (_, row) => columns.map((column) => column[row] ?? 0));
}

function slowCovariance(method: 'mint-ols' | 'mint-wls-structural' | 'mint-shrink', hierarchy: Hierarchy, residuals: Float64Array): number[][] {
  const s = summingMatrix(hierarchy);
  const times = residuals.length / s.length;
  const { lambda, centred } = shrinkCovariance({ values: residuals, times });
  return s.map((row, i) =>
    s.map((_, j) => {
      if (method !== 'mint-shrink') return i !== j ? 0 : method === 'mint-ols' ? 1 : row.reduce((a, b) => a + b, 0);
      let sum = 0;
      for (let t = 0; t < times; t += 1) sum += (centred[i * times + t] ?? 0) * (centred[j * times + t] ?? 0);
      return (i === j ? 1 : 1 - lambda) * (sum / (times - 1));
    }),
  );
}

/** S (Sᵀ W⁻¹ S)⁻¹ Sᵀ W⁻¹ ŷ, equation 10 of Wickramasuriya et al., by Gauss. */
function slowMinTrace(hierarchy: Hierarchy, base: Float64Array, steps: number, w: number[][]): Float64Array {
  const s = summingMatrix(hierarchy);
  const y = s.map((_, i) => [...base.subarray(i * steps, (i + 1) * steps)]);
  const transposed = Array.from({ length: hierarchy.series }, (_, j) => s.map((row) => row[j] ?? 0));
  const [weightedS, weightedY] = [gauss(w, s), gauss(w, y)];
  const series = gauss(product(transposed, weightedS), product(transposed, weightedY));
  return Float64Array.from(product(s, series).flat());
}

function product(a: number[][], b: number[][]): number[][] {
  return a.map((row) => (b[0] ?? []).map((_, j) => row.reduce((sum, value, k) => sum + value * (b[k]?.[j] ?? 0), 0)));
}

/** a⁻¹ b with partial pivoting. */
function gauss(a: number[][], b: number[][]): number[][] {
  const n = a.length;
  const m = a.map((row, i) => [...row, ...(b[i] ?? [])]);
  for (let c = 0; c < n; c += 1) {
    const pivot = Array.from({ length: n - c }, (_, i) => c + i).reduce((best, i) => (Math.abs(m[i]?.[c] ?? 0) > Math.abs(m[best]?.[c] ?? 0) ? i : best));
    [m[c], m[pivot]] = [m[pivot] ?? [], m[c] ?? []];
    const row = m[c] ?? [];
    for (let i = 0; i < n; i += 1) {
      if (i === c) continue;
      const factor = (m[i]?.[c] ?? 0) / (row[c] ?? 1);
      m[i] = (m[i] ?? []).map((value, k) => value - factor * (row[k] ?? 0));
    }
  }
  return m.map((row, i) => row.slice(n).map((value) => value / (row[i] ?? 1)));
}

test('30,490 series, 28 steps and three levels take less than five CPU seconds, with every error of two months', () => {
  const series = 30_490;
  const item = Array.from({ length: series }, (_, i) => `i${String(i % 3_049)}`);
  const store = Array.from({ length: series }, (_, i) => `s${String(Math.floor(i / 3_049))}`);
  const hierarchy = buildHierarchy(['item', 'store', 'total'], series, new Map([['item', item], ['store', store]]));
  const random = createRandom(1);
  const [rows, steps, times] = [hierarchy.nodes + series, 28, 56];
  const base = Float64Array.from({ length: rows * steps }, () => 10 * random.next());
  const residuals = { values: Float64Array.from({ length: rows * times }, () => random.next() - 0.5), times };
  const before = process.cpuUsage();
  const found = reconcile({ hierarchy, base, steps, method: 'mint-shrink', residuals });
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(5);
  expect(Math.max(...incoherence(hierarchy, found, steps).map(Math.abs))).toBe(0);
});
