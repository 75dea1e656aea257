import fc from 'fast-check';
import { expect, test } from 'vitest';

import { readWav } from '../../../../adapters/media-encoders/audio/wav.ts';
import { wavFile } from '../wav-file.ts';

test('samples of every width come back, channels as their mean', () => {
  const left = [0, 0.5, -0.5, 0.25];
  const right = [0, -0.5, -0.5, 0.75];
  for (const form of ['u8', 's16', 's24', 's32', 'f32', 'f64'] as const) {
    const wav = readWav(wavFile({ rate: 8000, channels: [left, right], form }), 600);
    expect(wav?.rate).toBe(8000);
    expect(Math.max(...(wav?.samples ?? []).map((value, at) => Math.abs(value - ((left[at] ?? 0) + (right[at] ?? 0)) / 2))), form).toBeLessThan(1 / 100);
    expect(wav?.samples).toHaveLength(4);
  }
});

test('the extensible form names its true one further on', () => {
  expect(readWav(wavFile({ rate: 16_000, channels: [[0, 0.5]], form: 's16', extensible: true }), 600)?.samples).toEqual(Float32Array.of(0, 0.5));
});

test('what comes after the limit is left out', () => {
  expect(readWav(wavFile({ rate: 1000, channels: [Array.from({ length: 3000 }, () => 0.1)], form: 's16' }), 2)?.samples).toHaveLength(2000);
});

test('a recording that was cut off keeps what it has', () => {
  const whole = wavFile({ rate: 8000, channels: [Array.from({ length: 100 }, () => 0.5)], form: 's16' });
  expect(readWav(whole.subarray(0, whole.length - 51), 600)?.samples).toHaveLength(74);
});

test('compressed samples and other files are nobody’s here', () => {
  const compressed = wavFile({ rate: 8000, channels: [[0, 0]], form: 's16' });
  compressed[compressed.indexOf('fmt ') + 8] = 0x11;
  expect(readWav(compressed, 600)).toBeUndefined();
  expect(readWav(new Uint8Array(0), 600)).toBeUndefined();
  expect(readWav(Buffer.from('ID3 and so on, long enough'), 600)).toBeUndefined();
});

test('whatever is behind the first twelve bytes, it is samples, nothing, or a reason', () => {
  const beginning = wavFile({ rate: 8000, channels: [[0, 0.5, 1]], form: 's16' });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 12, max: beginning.length }), (rest, kept) => {
      try {
        const wav = readWav(Buffer.concat([beginning.subarray(0, kept), rest]), 600);
        expect(wav === undefined || wav.samples.length <= 80).toBe(true);
      } catch (error) {
        expect(String(error)).toMatch(/is damaged/);
      }
    }),
  );
});
