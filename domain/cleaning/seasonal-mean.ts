/**
 * Mean of the known values `step`, 2 `step` … `count` × `step` periods before position `at`; NaN for none. With `step` of a season this is
 * the seasonal mean, the expectation without a trend.
 * @param values NaN where unknown
 */
export function seasonalMean(values: Float64Array, at: number, step: number, count: number): number {
  let sum = 0;
  let known = 0;
  for (let k = 1; k <= count; k += 1) {
    const value = at - k * step < 0 ? Number.NaN : (values[at - k * step] ?? Number.NaN);
    if (Number.isNaN(value)) continue;
    sum += value;
    known += 1;
  }
  return known === 0 ? Number.NaN : sum / known;
}
