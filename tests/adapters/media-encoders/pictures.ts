import { join } from 'node:path';

import sharp from 'sharp';
import type { OverlayOptions, Sharp } from 'sharp';

export const fixtures = join(import.meta.dirname, 'fixtures');
export const golden = join(import.meta.dirname, 'golden');

/** One colour in each quarter: left and right, top and bottom can be told apart. */
export function quarters(side: number): Sharp {
  const half = side / 2;
  const part = (colour: string, left: number, top: number): OverlayOptions => ({ input: { create: { width: half, height: half, channels: 3, background: colour } }, left, top });
  return sharp({ create: { width: side, height: side, channels: 3, background: '#000000' } }).composite([part('#ff0000', 0, 0), part('#00ff00', half, 0), part('#0000ff', 0, half), part('#ffff00', half, half)]);
}

/** The colour in the middle of each quarter, row by row. */
export function coloursOf(pixels: Uint8Array, side: number): number[][] {
  const at = (row: number, column: number): number[] => [...pixels.subarray((row * side + column) * 3, (row * side + column) * 3 + 3)];
  const [low, high] = [Math.floor(side / 4), Math.floor((3 * side) / 4)];
  return [at(low, low), at(low, high), at(high, low), at(high, high)];
}
