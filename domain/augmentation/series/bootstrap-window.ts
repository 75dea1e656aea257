import type { Random } from '../../random.ts';

/**
 * Moving-block bootstrap of what a window has beside its smooth course (Künsch 1989; of the remainder of a decomposition, Bergmeir, Hyndman
 * and Benítez 2016): on the asinh scale, a centred moving average plus blocks drawn from the remainders. Nothing becomes negative unless
 * the window has negative values; unknown values stay unknown.
 */
export function bootstrapBlocks(window: Float64Array, random: Random): Float64Array {
  const places = Uint32Array.from(Array.from(window.keys()).filter((i) => !Number.isNaN(window[i] ?? Number.NaN)));
  const values = Float64Array.from(places, (i) => Math.asinh(window[i] ?? 0));
  const smooth = movingAverage(values);
  const length = Math.max(1, Math.ceil(Math.sqrt(values.length)));
  const allowsNegative = values.some((value) => value < 0);
  const out = window.slice();
  for (let start = 0; start < values.length; start += length) {
    const from = random.integer(values.length - length + 1);
    for (let i = 0; i < length && start + i < values.length; i += 1) {
      const remainder = (values[from + i] ?? 0) - (smooth[from + i] ?? 0);
      const value = Math.sinh((smooth[start + i] ?? 0) + remainder);
      out[places[start + i] ?? 0] = allowsNegative ? value : Math.max(0, value);
    }
  }
  return out;
}

/** Over a third of the values, fewer towards the ends. */
function movingAverage(values: Float64Array): Float64Array {
  const reach = Math.floor(values.length / 6);
  return values.map((_, i) => {
    const near = values.subarray(Math.max(0, i - reach), i + reach + 1);
    return near.reduce((sum, value) => sum + value, 0) / near.length;
  });
}
