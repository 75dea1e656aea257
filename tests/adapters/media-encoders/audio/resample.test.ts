import { expect, test } from 'vitest';

import { resample } from '../../../../adapters/media-encoders/audio/resample.ts';

const tone = (hertz: number, rate: number, length: number): Float32Array => Float32Array.from({ length }, (_, at) => Math.sin((2 * Math.PI * hertz * at) / rate));
/** Largest value away from the ends, where the tone begins and stops. */
const largest = (values: Float32Array): number => Math.max(...values.subarray(200, -200).map(Math.abs));

test('a tone below half of both rates is the same tone at the other rate', async () => {
  for (const [from, to] of [[44_100, 16_000], [8000, 16_000], [48_000, 16_000], [22_050, 16_000], [11_025, 16_000]] as const) {
    const resampled = await resample(tone(1000, from, from / 2), from, to);
    expect(resampled).toHaveLength(to / 2);
    expect(largest(resampled.map((value, at) => value - Math.sin((2 * Math.PI * 1000 * at) / to))), `${from} → ${to}`).toBeLessThan(1e-3);
  }
});

test('a tone above half of the new rate is gone, not folded back', async () => {
  expect(largest(await resample(tone(11_000, 44_100, 22_050), 44_100, 16_000))).toBeLessThan(1e-3);
});

test('equal rates change nothing', async () => {
  const samples = tone(440, 16_000, 100);
  expect(await resample(samples, 16_000, 16_000)).toBe(samples);
});
