/** Copies `length` values from position `from` of a list of `held` values; NaN for positions that it does not have. */
export function copyOrNaN(target: Float64Array, source: Float64Array, from: number, length: number, held: number): void {
  const [low, high] = [Math.min(Math.max(0, -from), length), Math.max(0, Math.min(length, held - from))];
  target.fill(Number.NaN, 0, low);
  if (high > low) target.set(source.subarray(from + low, from + high), low);
  target.fill(Number.NaN, Math.max(low, high), length);
}
