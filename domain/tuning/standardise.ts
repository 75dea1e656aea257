/** Where vectors lie and how far they reach: their mean, and the root of the mean variance of their numbers. */
export interface Centre {
  readonly mean: Float64Array;
  /** One for all numbers of a vector, so that angles between vectors stay as the encoder made them; 1 where all are alike. */
  readonly scale: number;
}

/** Of the named rows of `values`, row-major, `width` each. */
export function centreOf(values: Float32Array, width: number, rows: ArrayLike<number>): Centre {
  const mean = new Float64Array(width);
  const count = Math.max(1, rows.length);
  for (let r = 0; r < rows.length; r += 1) {
    const start = (rows[r] ?? 0) * width;
    for (let i = 0; i < width; i += 1) mean[i] = (mean[i] ?? 0) + (values[start + i] ?? 0) / count;
  }
  let sum = 0;
  for (let r = 0; r < rows.length; r += 1) {
    const start = (rows[r] ?? 0) * width;
    for (let i = 0; i < width; i += 1) sum += ((values[start + i] ?? 0) - (mean[i] ?? 0)) ** 2;
  }
  const scale = Math.sqrt(sum / (count * Math.max(1, width)));
  return { mean, scale: scale > 0 ? scale : 1 };
}

/** Columns of a table, row-major, `width` each, of mean 0 and variance 1 over the rows where they are known; NaN stays NaN. */
export function standardised(table: Float64Array, width: number): Float32Array {
  const out = new Float32Array(table.length);
  for (let column = 0; column < width; column += 1) {
    let [count, sum, squares] = [0, 0, 0];
    for (let at = column; at < table.length; at += width) if (!Number.isNaN(table[at])) [count, sum] = [count + 1, sum + (table[at] ?? 0)];
    const mean = sum / Math.max(1, count);
    for (let at = column; at < table.length; at += width) if (!Number.isNaN(table[at])) squares += ((table[at] ?? 0) - mean) ** 2;
    const deviation = Math.sqrt(squares / Math.max(1, count));
    // A figure that is the same for all says nothing: rounding must not become an answer.
    const factor = deviation > 1e-9 * Math.abs(mean) ? 1 / deviation : 0;
    for (let at = column; at < table.length; at += width) out[at] = ((table[at] ?? Number.NaN) - mean) * factor;
  }
  return out;
}
