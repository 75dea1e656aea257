/**
 * One vector per text from the network's output, of Euclidean length 1.
 * @param hidden `texts × width × dims`, row-major
 * @param lengths tokens of each text; what lies behind them is padding and left out
 * @param put called once per text with its position in the batch
 */
export function poolBatch(
  hidden: Float32Array,
  shape: { readonly width: number; readonly dims: number; readonly lengths: readonly number[] },
  pooling: 'mean' | 'cls',
  put: (text: number, vector: Float64Array) => void,
): void {
  const { width, dims } = shape;
  const vector = new Float64Array(dims);
  shape.lengths.forEach((length, text) => {
    vector.fill(0);
    const tokens = pooling === 'cls' ? 1 : length;
    for (let token = 0; token < tokens; token += 1) {
      const from = (text * width + token) * dims;
      for (let d = 0; d < dims; d += 1) vector[d] = (vector[d] ?? 0) + (hidden[from + d] ?? Number.NaN);
    }
    let squares = 0;
    for (const value of vector) squares += value * value;
    // The mean's divisor cancels here.
    const norm = Math.sqrt(squares);
    for (let d = 0; d < dims; d += 1) vector[d] = (vector[d] ?? 0) / norm;
    put(text, vector);
  });
}
