/**
 * Eigenvalues (increasing) and eigenvectors (columns of a row-major matrix) of a symmetric matrix, by Householder tridiagonalisation and
 * the implicit QL method: `tred2` and `tql2` of EISPACK (Wilkinson & Reinsch 1971; Bowdler, Martin, Reinsch & Wilkinson 1968).
 * Plain arithmetic in a fixed order: the same matrix gives the same bits.
 * @param matrix row-major size × size; left as it is
 */
export function eigenOfSymmetric(matrix: Float64Array, size: number): { readonly values: Float64Array; readonly vectors: Float64Array } {
  // One typed array per row keeps the inner loops short; `row(i)` never misses for 0 ≤ i < size.
  const v = Array.from({ length: size }, (_, i) => matrix.slice(i * size, (i + 1) * size));
  const d = new Float64Array(size);
  const e = new Float64Array(size);
  if (size > 0) {
    tridiagonalise(v, d, e, size);
    diagonalise(v, d, e, size);
  }
  const vectors = new Float64Array(size * size);
  v.forEach((row, i) => { vectors.set(row, i * size); });
  return { values: d, vectors };
}

type Rows = readonly Float64Array[];
const empty = new Float64Array(0);
const rowOf = (v: Rows, i: number): Float64Array => v[i] ?? empty;
const at = (values: Float64Array, index: number): number => values[index] ?? Number.NaN;

function tridiagonalise(v: Rows, d: Float64Array, e: Float64Array, n: number): void {
  d.set(rowOf(v, n - 1));
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    let h = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(at(d, k));
    if (scale === 0) {
      e[i] = at(d, i - 1);
      for (let j = 0; j < i; j++) {
        d[j] = at(rowOf(v, i - 1), j);
        rowOf(v, i)[j] = 0;
        rowOf(v, j)[i] = 0;
      }
    } else {
      h = reflect(v, d, e, i, scale);
    }
    d[i] = h;
  }
  accumulate(v, d, e, n);
}

/** One Householder reflection of row `i`; returns its squared norm. */
function reflect(v: Rows, d: Float64Array, e: Float64Array, i: number, scale: number): number {
  let h = 0;
  for (let k = 0; k < i; k++) {
    const scaled = at(d, k) / scale;
    d[k] = scaled;
    h += scaled * scaled;
  }
  let f = at(d, i - 1);
  let g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
  e[i] = scale * g;
  h -= f * g;
  d[i - 1] = f - g;
  e.fill(0, 0, i);
  for (let j = 0; j < i; j++) {
    f = at(d, j);
    rowOf(v, j)[i] = f;
    g = at(e, j) + at(rowOf(v, j), j) * f;
    for (let k = j + 1; k < i; k++) {
      const value = at(rowOf(v, k), j);
      g += value * at(d, k);
      e[k] = at(e, k) + value * f;
    }
    e[j] = g;
  }
  f = 0;
  for (let j = 0; j < i; j++) {
    const value = at(e, j) / h;
    e[j] = value;
    f += value * at(d, j);
  }
  const half = f / (h + h);
  for (let j = 0; j < i; j++) e[j] = at(e, j) - half * at(d, j);
  for (let j = 0; j < i; j++) {
    f = at(d, j);
    g = at(e, j);
    for (let k = j; k < i; k++) {
      const row = rowOf(v, k);
      row[j] = at(row, j) - (f * at(e, k) + g * at(d, k));
    }
    d[j] = at(rowOf(v, i - 1), j);
    rowOf(v, i)[j] = 0;
  }
  return h;
}

function accumulate(v: Rows, d: Float64Array, e: Float64Array, n: number): void {
  const lastRow = rowOf(v, n - 1);
  for (let i = 0; i < n - 1; i++) {
    lastRow[i] = at(rowOf(v, i), i);
    rowOf(v, i)[i] = 1;
    const h = at(d, i + 1);
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = at(rowOf(v, k), i + 1) / h;
      const g = new Float64Array(i + 1);
      for (let k = 0; k <= i; k++) {
        const row = rowOf(v, k);
        const factor = at(row, i + 1);
        for (let j = 0; j <= i; j++) g[j] = at(g, j) + factor * at(row, j);
      }
      for (let k = 0; k <= i; k++) {
        const row = rowOf(v, k);
        const factor = at(d, k);
        for (let j = 0; j <= i; j++) row[j] = at(row, j) - at(g, j) * factor;
      }
    }
    for (let k = 0; k <= i; k++) rowOf(v, k)[i + 1] = 0;
  }
  for (let j = 0; j < n; j++) {
    d[j] = at(lastRow, j);
    lastRow[j] = 0;
  }
  lastRow[n - 1] = 1;
  e[0] = 0;
}

function diagonalise(v: Rows, d: Float64Array, e: Float64Array, n: number): void {
  for (let i = 1; i < n; i++) e[i - 1] = at(e, i);
  e[n - 1] = 0;
  let shift = 0;
  let size = 0;
  for (let l = 0; l < n; l++) {
    size = Math.max(size, Math.abs(at(d, l)) + Math.abs(at(e, l)));
    let m = l;
    while (m < n - 1 && Math.abs(at(e, m)) > Number.EPSILON * size) m++;
    if (m > l) {
      do shift += implicitStep(v, d, e, l, m, n);
      while (Math.abs(at(e, l)) > Number.EPSILON * size);
    }
    d[l] = at(d, l) + shift;
    e[l] = 0;
  }
  sortIncreasing(v, d, n);
}

/** One implicit QL sweep over rows l … m; returns the shift it took off the diagonal. */
function implicitStep(v: Rows, d: Float64Array, e: Float64Array, l: number, m: number, n: number): number {
  const g = at(d, l);
  let p = (at(d, l + 1) - g) / (2 * at(e, l));
  let r = p < 0 ? -Math.sqrt(p * p + 1) : Math.sqrt(p * p + 1);
  d[l] = at(e, l) / (p + r);
  d[l + 1] = at(e, l) * (p + r);
  const next = at(d, l + 1);
  const h = g - at(d, l);
  for (let i = l + 2; i < n; i++) d[i] = at(d, i) - h;
  p = at(d, m);
  let [c, c2, c3, s, s2] = [1, 1, 1, 0, 0];
  const first = at(e, l + 1);
  for (let i = m - 1; i >= l; i--) {
    c3 = c2;
    c2 = c;
    s2 = s;
    const upper = c * at(e, i);
    const rest = c * p;
    r = Math.sqrt(p * p + at(e, i) * at(e, i));
    e[i + 1] = s * r;
    s = at(e, i) / r;
    c = p / r;
    p = c * at(d, i) - s * upper;
    d[i + 1] = rest + s * (c * upper + s * at(d, i));
    for (let k = 0; k < n; k++) {
      const row = rowOf(v, k);
      const right = at(row, i + 1);
      row[i + 1] = s * at(row, i) + c * right;
      row[i] = c * at(row, i) - s * right;
    }
  }
  p = (-s * s2 * c3 * first * at(e, l)) / next;
  e[l] = s * p;
  d[l] = c * p;
  return h;
}

function sortIncreasing(v: Rows, d: Float64Array, n: number): void {
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => at(d, a) - at(d, b) || a - b);
  d.set(order.map((i) => at(d, i)));
  for (let k = 0; k < n; k++) {
    const row = rowOf(v, k);
    row.set(order.map((i) => at(row, i)));
  }
}
