/**
 * Buckets of values whose widths grow with the values, so that counts of parts add up to counts of the whole and quantiles come out within
 * 1.1 % (the idea of DDSketch: Masson, Rim & Lee 2019). Bucket ±(i + offset) holds the magnitudes from 2^(i/32) up to 2^((i+1)/32), 0 the zeros.
 */
export interface ValueBucket {
  /** Ascending with the values; negative for negative values, 0 for 0. */
  readonly index: number;
  readonly count: number;
  /** Smallest and largest value in it. */
  readonly low: number;
  readonly high: number;
}

/** Buckets per doubling. */
export const bucketsPerOctave = 32;
/** Makes every index of a magnitude positive: doubles reach down to 2^−1074. */
export const bucketOffset = 1100 * bucketsPerOctave;

export function bucketOf(value: number): number {
  if (value === 0) return 0;
  return Math.sign(value) * (Math.floor(Math.log2(Math.abs(value)) * bucketsPerOctave) + bucketOffset);
}

/** The buckets of all parts together, ascending. */
export function mergeBuckets(parts: readonly (readonly ValueBucket[])[]): ValueBucket[] {
  const merged = new Map<number, ValueBucket>();
  for (const bucket of parts.flat()) {
    const known = merged.get(bucket.index);
    merged.set(bucket.index, known === undefined ? bucket : {
      index: bucket.index, count: known.count + bucket.count, low: Math.min(known.low, bucket.low), high: Math.max(known.high, bucket.high),
    });
  }
  return [...merged.values()].sort((a, b) => a.index - b.index);
}

/**
 * The value below which `level` (0 … 1) of the values lie, between the smallest and the largest of the bucket it falls into. NaN of nothing.
 * @param buckets ascending
 */
export function quantileOf(buckets: readonly ValueBucket[], level: number): number {
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  const rank = level * (total - 1);
  let before = 0;
  for (const { count, low, high } of buckets) {
    if (rank < before + count) return count === 1 ? low : low + ((high - low) * Math.max(0, rank - before)) / (count - 1);
    before += count;
  }
  return buckets.at(-1)?.high ?? Number.NaN;
}
