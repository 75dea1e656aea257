/*
 * A sum over a window is put together from sums over 1, 2, 4, 8 … values, one for each bit of the window's length. It rests on the window's
 * own values only, in an order that is the same wherever the window lies: it never drifts, and a part of a table computed alone has the bits
 * of the whole. Windows of all lengths share the smaller sums.
 */

/**
 * Sums of the last `length` values at the positions `first … first + count − 1`, for each of `lengths`.
 * @param values read from `first − longest length + 1` on, and overwritten
 * @param sums per length an array of at least `count`
 */
export function rollingSums(values: Float64Array, first: number, count: number, lengths: readonly number[], sums: readonly Float64Array[]): void {
  const covered = begin(lengths, count, sums, 0);
  for (let block = 1; covered.longest >= block; block *= 2) {
    for (let w = 0; w < lengths.length; w += 1) {
      const sum = sums[w];
      if (sum === undefined || ((lengths[w] ?? 0) & block) === 0) continue;
      const from = first - (covered.upTo[w] ?? 0);
      for (let i = 0; i < count; i += 1) sum[i] = (sum[i] ?? 0) + (values[from + i] ?? 0);
      covered.upTo[w] = (covered.upTo[w] ?? 0) + block;
    }
    // From the newest to the oldest, so that every sum of 2 × block values is made of sums of block values.
    for (let i = first + count - 1; i >= block; i -= 1) values[i] = (values[i] ?? 0) + (values[i - block] ?? 0);
  }
}

/** As {@link rollingSums}, the largest value instead of the sum; −Infinity stands for none. */
export function rollingMaxima(values: Float64Array, first: number, count: number, lengths: readonly number[], maxima: readonly Float64Array[]): void {
  const covered = begin(lengths, count, maxima, Number.NEGATIVE_INFINITY);
  for (let block = 1; covered.longest >= block; block *= 2) {
    for (let w = 0; w < lengths.length; w += 1) {
      const top = maxima[w];
      if (top === undefined || ((lengths[w] ?? 0) & block) === 0) continue;
      const from = first - (covered.upTo[w] ?? 0);
      for (let i = 0; i < count; i += 1) {
        const value = values[from + i] ?? 0;
        if (value > (top[i] ?? 0)) top[i] = value;
      }
      covered.upTo[w] = (covered.upTo[w] ?? 0) + block;
    }
    for (let i = first + count - 1; i >= block; i -= 1) {
      const older = values[i - block] ?? 0;
      if (older > (values[i] ?? 0)) values[i] = older;
    }
  }
}

function begin(lengths: readonly number[], count: number, out: readonly Float64Array[], empty: number): { readonly longest: number; readonly upTo: Int32Array } {
  for (const values of out) values.fill(empty, 0, count);
  return { longest: Math.max(...lengths), upTo: new Int32Array(lengths.length) };
}
