import { expect, test } from 'vitest';
import { type Bar, describeBar, exitCodeOfBars } from '../../bench/bars.ts';

const bar = (figure: number): Bar => ({ name: 'WAPE', figure, atMost: 0.626 });

test('a bar is met by a figure on it, and missed by one above it', () => {
  expect(exitCodeOfBars([bar(0.58), bar(0.626)])).toBe(0);
  expect(exitCodeOfBars([bar(0.58), bar(0.6261)])).toBe(1);
});

test('a figure that is no number misses its bar', () => {
  expect(exitCodeOfBars([bar(Number.NaN)])).toBe(1);
});

test('a line says whether the bar is met, the figure and the bar', () => {
  expect(describeBar(bar(0.5834))).toBe('✓ WAPE: 0.583 (at most 0.626)');
  expect(describeBar({ ...bar(0.7), unit: 's' })).toBe('✗ WAPE: 0.700 s (at most 0.626 s)');
});
