import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitReduction, reduceRows } from '../../domain/reduction.ts';
import { eigenOfSymmetric } from '../../domain/symmetric-eigen.ts';

describe('eigenvalues of a symmetric matrix', () => {
  test('are those of a matrix whose spectrum is known', () => {
    // The second difference matrix of size n has eigenvalues 2 − 2 cos(kπ / (n + 1)), k = 1 … n.
    const size = 12;
    const matrix = Float64Array.from({ length: size * size }, (_, i) => [2, -1][Math.abs(Math.floor(i / size) - (i % size))] ?? 0);
    const { values } = eigenOfSymmetric(matrix, size);
    values.forEach((value, k) => { expect(value).toBeCloseTo(2 - 2 * Math.cos(((k + 1) * Math.PI) / (size + 1)), 12); });
  });

  test('and vectors rebuild any symmetric matrix', () => {
    const anyMatrix = fc.integer({ min: 1, max: 8 }).chain((size) => fc.tuple(fc.constant(size), fc.array(fc.integer({ min: -50, max: 50 }), { minLength: size * size, maxLength: size * size })));
    fc.assert(fc.property(anyMatrix, ([size, cells]) => {
      const matrix = Float64Array.from(cells, (_, i) => (cells[i] ?? 0) + (cells[(i % size) * size + Math.floor(i / size)] ?? 0));
      const { values, vectors } = eigenOfSymmetric(matrix, size);
      const rebuilt = matrix.map((_, i) => values.reduce((sum, value, k) => sum + value * (vectors[Math.floor(i / size) * size + k] ?? NaN) * (vectors[(i % size) * size + k] ?? NaN), 0));
      rebuilt.forEach((value, i) => { expect(value).toBeCloseTo(matrix[i] ?? NaN, 8); });
    }));
  });
});

describe('principal components', () => {
  test('equal those of an independent power iteration', () => {
    const width = 6;
    const rows = Float32Array.from({ length: 40 * width }, (_, i) => Math.sin(i * 1.7) * (1 + (i % width)) + Math.cos(Math.floor(i / width) * 0.9) * ((i % width) - 2));
    const { axes, variance } = fitReduction(rows, width, 3);
    const covariance = referenceCovariance(rows, width);
    for (let axis = 0; axis < 3; axis += 1) {
      const { vector, value } = strongest(covariance);
      expect(variance[axis]).toBeCloseTo(value, 6);
      const own = [...axes.subarray(axis * width, (axis + 1) * width)];
      expect(Math.abs(own.reduce((sum, x, i) => sum + x * (vector[i] ?? NaN), 0))).toBeCloseTo(1, 6);
      covariance.forEach((row, i) => { row.forEach((x, j) => { row[j] = x - value * (vector[i] ?? NaN) * (vector[j] ?? NaN); }); });
    }
  });

  test('have their largest loading positive, whichever way the rows are turned', () => {
    const rows = Float32Array.from([1, 2, 2, 4.1, 3, 5.9, 4, 8.2]);
    const flipped = rows.map((x) => -x);
    expect([...fitReduction(flipped, 2, 2).axes]).toEqual([...fitReduction(rows, 2, 2).axes]);
    expect(Math.max(...fitReduction(rows, 2, 1).axes)).toBeGreaterThan(0.8);
  });

  test('are as many as the rows can determine', () => {
    expect(fitReduction(new Float32Array(0), 4, 3).dims).toBe(0);
    expect(fitReduction(Float32Array.from([1, 2, 3, 4]), 4, 3).dims).toBe(0);
    expect(fitReduction(Float32Array.from([1, 2, 3, 4, 4, 3, 2, 2]), 4, 3).dims).toBe(1);
  });

  test('give coordinates whose mean over the rows that taught them is zero', () => {
    const rows = Float32Array.from({ length: 30 }, (_, i) => (i * 7919) % 31);
    const reduction = fitReduction(rows, 3, 2);
    const out = reduceRows(reduction, rows);
    expect(out.length).toBe(20);
    expect(out.filter((_, i) => i % 2 === 0).reduce((a, b) => a + b, 0)).toBeCloseTo(0, 4);
  });
});

function referenceCovariance(rows: Float32Array, width: number): number[][] {
  const count = rows.length / width;
  const table = Array.from({ length: count }, (_, r) => [...rows.subarray(r * width, (r + 1) * width)]);
  const mean = Array.from({ length: width }, (_, i) => table.reduce((sum, row) => sum + (row[i] ?? NaN), 0) / count);
  return mean.map((mi, i) => mean.map((mj, j) => table.reduce((sum, row) => sum + ((row[i] ?? NaN) - mi) * ((row[j] ?? NaN) - mj), 0) / (count - 1)));
}

function strongest(matrix: readonly number[][]): { vector: number[]; value: number } {
  let vector = matrix.map((_, i) => 1 + i / 10);
  let value = 0;
  for (let round = 0; round < 5_000; round += 1) {
    const next = matrix.map((row) => row.reduce((sum, x, j) => sum + x * (vector[j] ?? NaN), 0));
    value = Math.sqrt(next.reduce((sum, x) => sum + x * x, 0));
    vector = next.map((x) => x / value);
  }
  return { vector, value };
}
