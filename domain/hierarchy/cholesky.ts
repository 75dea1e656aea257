/** Lower factor of a symmetric positive definite matrix, row-major size × size; what stands above the diagonal is not read and left as it is. */
export function factorise(matrix: Float64Array, size: number): Float64Array {
  const l = matrix.slice();
  for (let i = 0; i < size; i += 1) {
    const rowI = l.subarray(i * size, i * size + i + 1);
    for (let j = 0; j <= i; j += 1) {
      const rowJ = l.subarray(j * size, j * size + j + 1);
      let sum = rowI[j] ?? 0;
      for (let k = 0; k < j; k += 1) sum -= (rowI[k] ?? 0) * (rowJ[k] ?? 0);
      rowI[j] = i === j ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / (rowJ[j] ?? 1);
    }
  }
  return l;
}

/** Solves L Lᵀ x = b for `width` right-hand sides at once, in place: b is [size, width], row by row. */
export function solveFactorised(l: Float64Array, size: number, b: Float64Array, width: number): void {
  const subtract = (to: number, from: number, factor: number): void => {
    if (factor === 0) return;
    for (let k = 0; k < width; k += 1) b[to * width + k] = (b[to * width + k] ?? 0) - factor * (b[from * width + k] ?? 0);
  };
  const divide = (row: number): void => {
    const pivot = l[row * size + row] ?? 1;
    for (let k = 0; k < width; k += 1) b[row * width + k] = (b[row * width + k] ?? 0) / pivot;
  };
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < i; j += 1) subtract(i, j, l[i * size + j] ?? 0);
    divide(i);
  }
  for (let i = size - 1; i >= 0; i -= 1) {
    divide(i);
    for (let j = 0; j < i; j += 1) subtract(j, i, l[i * size + j] ?? 0);
  }
}
