import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { bandCentres, bands, logMelStatistics, sampleRate } from '../../../../adapters/media-encoders/audio/log-mel.ts';

const tone = (hertz: number, seconds: number): Float32Array => Float32Array.from({ length: sampleRate * seconds }, (_, at) => 0.5 * Math.sin((2 * Math.PI * hertz * at) / sampleRate));

test('a rising tone has the statistics that numpy and scipy give it', async () => {
  const expected: number[] = JSON.parse(await readFile(join(import.meta.dirname, '..', 'golden', 'sounds.json'), 'utf8'));
  const samples = Float32Array.from({ length: sampleRate * 1.5 }, (_, at) => 0.5 * Math.sin((2 * Math.PI * (200 + (1500 * at) / sampleRate) * at) / sampleRate));
  const found = await logMelStatistics(samples);
  expect(found).toHaveLength(128);
  expect(Math.max(...found.map((value, at) => Math.abs(value - (expected[at] ?? Number.NaN))))).toBeLessThan(2e-4);
});

test('the loudest band of a pure tone is the one around its frequency, and its level does not move', async () => {
  const centres = bandCentres();
  for (const hertz of [300, 1000, 2500, 6000]) {
    const found = await logMelStatistics(tone(hertz, 1));
    const means = found.subarray(0, bands);
    const loudest = means.indexOf(Math.max(...means));
    const nearest = centres.map((centre) => Math.abs(centre - hertz));
    expect(loudest, `${hertz} Hz`).toBe(nearest.indexOf(Math.min(...nearest)));
    expect(found[bands + loudest]).toBeLessThan(0.05);
  }
});

test('twice as loud adds the logarithm of four to every mean and nothing to a deviation', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.double({ min: -0.4, max: 0.4, noNaN: true }), { minLength: 600, maxLength: 1200 }), async (values) => {
      const noisy = Float32Array.from(values, (value, at) => value + 0.05 * Math.sin(at * at));
      const once = await logMelStatistics(noisy);
      const twice = await logMelStatistics(noisy.map((value) => 2 * value));
      for (let band = 0; band < bands; band += 1) {
        expect(twice[band]).toBeCloseTo((once[band] ?? 0) + Math.log(4), 3);
        expect(twice[bands + band]).toBeCloseTo(once[bands + band] ?? 0, 3);
      }
    }),
    { numRuns: 20 },
  );
});

test('silence, and less than one window of it, is −100 dB without any movement', async () => {
  for (const length of [1, 399, 4000]) {
    const found = await logMelStatistics(new Float32Array(length));
    expect([...found.subarray(0, bands)].every((value) => Math.abs(value - Math.log(1e-10)) < 1e-5)).toBe(true);
    expect(Math.max(...found.subarray(bands))).toBeLessThan(1e-3);
  }
});
