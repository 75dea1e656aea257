import { quantileOf, type ValueBucket } from './value-buckets.ts';

/** From `low` (included) to `high` (excluded), absent where there is no limit; from 0 to 0: the zeros. */
export interface Bar {
  readonly low?: number;
  readonly high?: number;
  readonly count: number;
}

export interface BarChart {
  readonly scale: 'linear' | 'log';
  readonly bars: readonly Bar[];
}

const mostBars = 24;

/**
 * Bars on edges that do not move with the data: multiples of 1, 2 or 5 × 10ⁿ over the middle 99 % (what lies beyond is in an open bar at
 * each end), or powers of two where the values spread over more than fits such bars. A bucket counts where its middle lies.
 * @param buckets ascending
 */
export function histogramOf(buckets: readonly ValueBucket[]): BarChart {
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (first === undefined || last === undefined) return { scale: 'linear', bars: [] };
  const [low, median, high] = [0.005, 0.5, 0.995].map((level) => quantileOf(buckets, level)) as [number, number, number];
  const isSpread = first.low >= 0 && high > 40 * Math.max(median, Number.MIN_VALUE) && high > 16;
  return isSpread ? octaves(buckets) : steps(buckets, low, high);
}

function octaves(buckets: readonly ValueBucket[]): BarChart {
  const counts = new Map<number, number>();
  for (const bucket of buckets) {
    const octave = bucket.index === 0 ? Number.NEGATIVE_INFINITY : Math.floor(Math.log2(middle(bucket)));
    counts.set(octave, (counts.get(octave) ?? 0) + bucket.count);
  }
  const known = [...counts.keys()].filter(Number.isFinite);
  const top = Math.max(...known);
  // Tiny magnitudes would give hundreds of bars: they share the lowest one.
  const bottom = Math.max(Math.min(...known), top - mostBars + 1);
  const below = known.filter((octave) => octave < bottom).reduce((sum, octave) => sum + (counts.get(octave) ?? 0), 0);
  const zeros = counts.get(Number.NEGATIVE_INFINITY) ?? 0;
  return {
    scale: 'log',
    bars: [
      ...(zeros > 0 ? [{ low: 0, high: 0, count: zeros }] : []),
      ...Array.from({ length: top - bottom + 1 }, (_, i) => ({
        ...(i === 0 && below > 0 ? { low: 0 } : { low: 2 ** (bottom + i) }),
        high: 2 ** (bottom + i + 1),
        count: (counts.get(bottom + i) ?? 0) + (i === 0 ? below : 0),
      })),
    ],
  };
}

function steps(buckets: readonly ValueBucket[], low: number, high: number): BarChart {
  const step = niceStep((high - low) / (mostBars - 2));
  const from = Math.floor(low / step);
  const to = Math.floor(high / step) + 1;
  const counts = new Map<number, number>();
  for (const bucket of buckets) {
    const place = Math.min(to, Math.max(from - 1, Math.floor(middle(bucket) / step)));
    counts.set(place, (counts.get(place) ?? 0) + bucket.count);
  }
  // Multiplying gives 0.30000000000000004 where 0.3 is meant.
  const edge = (place: number): number => Number((place * step).toPrecision(12));
  const bars: Bar[] = Array.from({ length: to - from }, (_, i) => ({ low: edge(from + i), high: edge(from + i + 1), count: counts.get(from + i) ?? 0 }));
  const [under, over] = [counts.get(from - 1) ?? 0, counts.get(to) ?? 0];
  return { scale: 'linear', bars: [...(under > 0 ? [{ high: edge(from), count: under }] : []), ...bars, ...(over > 0 ? [{ low: edge(to), count: over }] : [])] };
}

/** The smallest of 1, 2, 5 × 10ⁿ that is not below `width`; 1 for nothing to divide. */
export function niceStep(width: number): number {
  if (!(width > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(width));
  const factor = [1, 2, 5, 10].find((one) => one * power >= width * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(12));
}

function middle({ low, high }: ValueBucket): number {
  return low === high ? low : (low + high) / 2;
}
