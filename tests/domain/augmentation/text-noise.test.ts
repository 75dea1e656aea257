import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addTextNoise, textNoises } from '../../../domain/augmentation/text/noise.ts';

const noisy = (noise: (typeof textNoises)[number], text: string, seed: number, strength = 0.3): string => addTextNoise(text, { noise, strength, seed });
const sorted = (text: string): string => [...text].sort().join('');

test.each(textNoises)('%s: the same seed gives the same text, well-formed text stays well-formed, and no text is emptied', (noise) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0, max: 1, noNaN: true }), (text, seed, strength) => {
      const once = noisy(noise, text, seed, strength);
      expect(noisy(noise, text, seed, strength)).toBe(once);
      expect(once).not.toMatch(/\p{Surrogate}/u);
      expect(once.length > 0).toBe(text.length > 0);
    }),
  );
});

test('swaps keep every character, drops only lose some, duplicates only add some', () => {
  const text = 'White hanging heart t-light holder, 12 pieces!';
  for (let seed = 1; seed <= 30; seed += 1) {
    expect(sorted(noisy('character-swap', text, seed))).toBe(sorted(text));
    expect(sorted(noisy('word-swap', text, seed))).toBe(sorted(text));
    expect(noisy('character-drop', text, seed).length).toBeLessThanOrEqual(text.length);
    expect(noisy('character-duplicate', text, seed).length).toBeGreaterThanOrEqual(text.length);
    expect(noisy('word-drop', text, seed).replace(/[^,!-]/g, '')).toBe('-,!');
  }
});

describe('text without spaces between words', () => {
  test('is worked on character by character', () => {
    const text = '韩国正品雪花秀护肤套装';
    const dropped = noisy('word-drop', text, 3, 0.5);
    expect(dropped.length).toBeGreaterThan(0);
    expect(dropped.length).toBeLessThan(text.length);
    expect([...dropped].every((one) => text.includes(one))).toBe(true);
    expect(noisy('word-swap', text, 4, 0.5)).not.toBe(text);
    expect(sorted(noisy('word-swap', text, 4, 0.5))).toBe(sorted(text));
  });

  test('and Latin words within it stay whole', () => {
    for (let seed = 1; seed <= 20; seed += 1) expect(noisy('word-swap', '雅诗兰黛ANR精华50ml', seed, 0.5)).toMatch(/ANR/);
  });
});

test('what a reader takes for one character is never torn apart', () => {
  const family = '👨‍👩‍👧';
  for (let seed = 1; seed <= 20; seed += 1) {
    expect(noisy('character-swap', `ab${family}cd`, seed, 0.9)).toContain(family);
    expect(noisy('character-duplicate', 'e\u0301', seed, 0.9)).toMatch(/^(e\u0301)+$/);
  }
});

test('a text without letters or digits is left alone', () => {
  for (const noise of textNoises) expect(noisy(noise, ' … !?', 1, 1)).toBe(' … !?');
});
