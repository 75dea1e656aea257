import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../domain/random.ts';
import { fitReduction, principalAxes } from '../../domain/reduction-pca.ts';
import { randomAxes } from '../../domain/reduction-random.ts';
import { exhaust } from '../../domain/reduction-steps.ts';
import { reduceRows, toUnitVariance } from '../../domain/reduction.ts';
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

  test('are those of numpy.linalg.eigvalsh, to the last digits', () => {
    // python -c 'import numpy as np; print(np.linalg.eigvalsh([[4,1,2,.5],[1,3,0,-1],[2,0,-2,1.5],[.5,-1,1.5,2]]).tolist())', numpy 2.4.6
    const { values } = eigenOfSymmetric(Float64Array.of(4, 1, 2, 0.5, 1, 3, 0, -1, 2, 0, -2, 1.5, 0.5, -1, 1.5, 2), 4);
    [-2.9498220307836887, 1.1072114432819387, 3.722466326080317, 5.120144261421434].forEach((value, i) => expect(values[i]).toBeCloseTo(value, 12));
  });

  test.each([
    ['all zero', Float64Array.of(0, 0, 0, 0), [0, 0]],
    ['equal', Float64Array.of(3, 0, 0, 3), [3, 3]],
    ['single', Float64Array.of(-7), [-7]],
    ['none', new Float64Array(0), []],
  ])('may be %s, and their vectors are orthonormal', (_, matrix, expected) => {
    const size = expected.length;
    const { values, vectors } = eigenOfSymmetric(matrix, size);
    expect([...values]).toEqual(expected);
    for (let a = 0; a < size; a += 1) {
      for (let b = 0; b < size; b += 1) {
        const product = expected.reduce((sum, _value, i) => sum + (vectors[i * size + a] ?? NaN) * (vectors[i * size + b] ?? NaN), 0);
        expect(product).toBeCloseTo(a === b ? 1 : 0, 12);
      }
    }
  });

  test('of a matrix with an unknown cell are unknown, and the search for them ends', () => {
    expect(eigenOfSymmetric(Float64Array.of(1, Number.NaN, Number.NaN, 2), 2).values.some(Number.isNaN)).toBe(true);
  });
});

describe('principal components', () => {
  test('are those of scikit-learn', () => {
    // PCA(3, svd_solver='full') of scikit-learn 1.9.1 on X[i][j] = (i*i*7 + j*13 + i*j*5) % 17, i < 9, j < 5; signs: largest loading positive.
    const rows = Float32Array.from({ length: 45 }, (_, at) => { const [i, j] = [Math.floor(at / 5), at % 5]; return (i * i * 7 + j * 13 + i * j * 5) % 17; });
    const { axes, variance } = fitReduction(rows, 5, 3);
    [39.114012972235585, 35.30736901197119, 17.54467084356259].forEach((value, i) => expect(variance[i]).toBeCloseTo(value, 9));
    const components = [
      0.46118456650850315, -0.3250719467549222, 0.1607090820385639, 0.3555054829499216, 0.7276162914546339,
      -0.34341033807076893, 0.3317976553917529, 0.6651833437479444, -0.3981468416347683, 0.41350921063407925,
      0.47402168272687367, 0.6980103822367966, -0.405607781853126, -0.2653054672263506, 0.23060851448812353,
    ];
    components.forEach((value, i) => expect(axes[i]).toBeCloseTo(value, 9));
  });

  test('of rows that are all alike have no variance, and every row lies at the origin', () => {
    const rows = Float32Array.from({ length: 12 }, (_, i) => [2, 5, 9][i % 3] ?? NaN);
    const reduction = fitReduction(rows, 3, 2);
    expect([...reduction.variance]).toEqual([0, 0]);
    expect(reduceRows(reduction, rows).every((value) => Math.abs(value) < 1e-12)).toBe(true);
  });

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

/** Factors of decreasing strength and noise. */
function wideRows(count: number, width: number, seed = 3): Float32Array {
  const random = createRandom(seed);
  const loadings = Array.from({ length: 12 }, (_, f) => Float64Array.from({ length: width }, () => random.normal() / (f + 1)));
  return Float32Array.from(Array.from({ length: count }, () => {
    const scores = loadings.map(() => random.normal());
    return Array.from({ length: width }, (_, i) => 0.1 * random.normal() + scores.reduce((sum, score, f) => sum + score * (loadings[f]?.[i] ?? NaN), 0));
  }).flat());
}

describe('principal components of wide rows', () => {
  test('are those of all directions, though only some are followed', () => {
    const [width, dims] = [60, 4];
    const rows = wideRows(300, width);
    const all = eigenOfSymmetric(Float64Array.from(referenceCovariance(rows, width).flat()), width);
    const { axes, variance } = fitReduction(rows, width, dims);
    for (let axis = 0; axis < dims; axis += 1) {
      expect((variance[axis] ?? NaN) / (all.values[width - 1 - axis] ?? NaN)).toBeCloseTo(1, 4);
      const cosine = [...axes.subarray(axis * width, (axis + 1) * width)].reduce((sum, x, i) => sum + x * (all.vectors[i * width + width - 1 - axis] ?? NaN), 0);
      expect(Math.abs(cosine)).toBeGreaterThan(0.999);
    }
  });

  test('are found in pieces, and each time to the same bits', () => {
    const rows = wideRows(2_000, 300);
    const pieces = [...principalAxes(rows, 300, 3)].length;
    expect(pieces).toBeGreaterThan(3);
    expect(fitReduction(rows, 300, 3)).toEqual(fitReduction(rows.slice(), 300, 3));
  });

  test('are as many as asked for where the rows vary in fewer directions only, the others without variance', () => {
    const rows = Float32Array.from({ length: 30 * 40 }, (_, at) => Math.floor(at / 40) * ((at % 40) + 1));
    const { dims, variance } = fitReduction(rows, 40, 3);
    expect([dims, (variance[1] ?? NaN) < 1e-9 * (variance[0] ?? NaN)]).toEqual([3, true]);
    expect(toUnitVariance(fitReduction(rows, 40, 3)).dims).toBe(1);
  });
});

describe('a random projection', () => {
  test('has directions that depend on width and number alone', () => {
    const [a, b] = [exhaust(randomAxes(wideRows(50, 40, 1), 40, 5)), exhaust(randomAxes(wideRows(9, 40, 2), 40, 5))];
    expect(a.axes).toEqual(b.axes);
    expect(new Set(a.axes.map((loading) => Math.round(loading * Math.sqrt(5) * 1e9) / 1e9))).toEqual(new Set([1, -1]));
    expect(exhaust(randomAxes(wideRows(50, 40, 1), 40, 4)).axes.subarray(0, 40)).not.toEqual(a.axes.subarray(0, 40));
  });

  test('keeps distances on average, and knows how much rows vary along its directions', () => {
    const [width, dims] = [400, 200];
    const rows = wideRows(40, width);
    const projection = exhaust(randomAxes(rows, width, dims));
    const reduced = reduceRows(projection, rows);
    const distance = (values: Float32Array, size: number, a: number, b: number): number => Math.sqrt(Array.from({ length: size }, (_, i) => ((values[a * size + i] ?? NaN) - (values[b * size + i] ?? NaN)) ** 2).reduce((sum, x) => sum + x, 0));
    const ratios = Array.from({ length: 39 }, (_, i) => distance(reduced, dims, i, i + 1) / distance(rows, width, i, i + 1));
    expect(Math.min(...ratios)).toBeGreaterThan(0.7);
    expect(Math.max(...ratios)).toBeLessThan(1.3);
    const first = Array.from({ length: 40 }, (_, row) => reduced[row * dims] ?? NaN);
    expect(projection.variance[0]).toBeCloseTo(first.reduce((sum, x) => sum + x * x, 0) / 39, 4);
  });

  test('of fewer than two rows has no directions', () => {
    expect(exhaust(randomAxes(new Float32Array(3), 3, 2)).dims).toBe(0);
    expect(exhaust(randomAxes(new Float32Array(0), 3, 2)).dims).toBe(0);
  });
});

describe('a block of unit variance', () => {
  test.each([['principal components', principalAxes], ['a random projection', randomAxes]] as const)('comes from %s whatever the units of the vectors', (_, axes) => {
    const rows = wideRows(200, 30);
    const scaled = (factor: number): Float32Array => { const given = rows.map((x) => x * factor); return reduceRows(toUnitVariance(exhaust(axes(given, 30, 4))), given); };
    const [small, large] = [scaled(1), scaled(512)];
    expect(small.reduce((sum, x) => sum + x * x, 0) / 199).toBeCloseTo(1, 4);
    large.forEach((value, i) => { expect(value).toBeCloseTo(small[i] ?? NaN, 4); });
  });

  test('is empty where all rows are alike', () => {
    expect(toUnitVariance(fitReduction(Float32Array.of(1, 2, 1, 2, 1, 2), 2, 2)).dims).toBe(0);
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
