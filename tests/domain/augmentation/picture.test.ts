import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cropPicture, flipPicture, jitterColours, type Picture } from '../../../domain/augmentation/pixels/picture.ts';
import { createRandom } from '../../../domain/random.ts';

const anyPicture: fc.Arbitrary<Picture> = fc
  .record({ height: fc.integer({ min: 1, max: 6 }), width: fc.integer({ min: 1, max: 6 }), channels: fc.constantFrom(1, 3, 4) })
  .chain((size) => fc.uint8Array({ minLength: size.height * size.width * size.channels, maxLength: size.height * size.width * size.channels }).map((pixels) => ({ ...size, pixels })));
const pixel = ({ width, channels, pixels }: Picture, row: number, column: number): string => pixels.subarray((row * width + column) * channels, (row * width + column + 1) * channels).join(',');

test('flipping twice gives the picture back, once mirrors every pixel whole', () => {
  fc.assert(
    fc.property(anyPicture, (picture) => {
      const flipped = flipPicture(picture);
      expect(flipPicture(flipped)).toEqual(picture);
      for (let row = 0; row < picture.height; row += 1) {
        for (let column = 0; column < picture.width; column += 1) expect(pixel(flipped, row, column)).toBe(pixel(picture, row, picture.width - 1 - column));
      }
    }),
  );
});

test('a crop is a stretch of the picture, wherever it lies', () => {
  fc.assert(
    fc.property(anyPicture, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.integer(), (picture, height, width, seed) => {
      const cropped = cropPicture(picture, { height, width }, createRandom(seed));
      expect([cropped.height, cropped.width]).toEqual([Math.min(height, picture.height), Math.min(width, picture.width)]);
      const fits = (top: number, left: number): boolean =>
        Array.from({ length: cropped.height * cropped.width }, (_, i) => [Math.floor(i / cropped.width), i % cropped.width] as const).every(([r, c]) => pixel(cropped, r, c) === pixel(picture, top + r, left + c));
      const places = Array.from({ length: (picture.height - cropped.height + 1) * (picture.width - cropped.width + 1) }, (_, i) => [Math.floor(i / (picture.width - cropped.width + 1)), i % (picture.width - cropped.width + 1)] as const);
      expect(places.some(([top, left]) => fits(top, left))).toBe(true);
    }),
  );
});

test('colours change with the seed, opacity does not, and no strength leaves the picture as it is', () => {
  fc.assert(
    fc.property(anyPicture, fc.integer(), (picture, seed) => {
      const changed = jitterColours(picture, 0.4, createRandom(seed));
      expect(changed).toEqual(jitterColours(picture, 0.4, createRandom(seed)));
      if (picture.channels === 4) expect(changed.pixels.filter((_, i) => i % 4 === 3)).toEqual(picture.pixels.filter((_, i) => i % 4 === 3));
      jitterColours(picture, 0, createRandom(seed)).pixels.forEach((value, i) => expect(Math.abs(value - (picture.pixels[i] ?? 0))).toBeLessThanOrEqual(1));
    }),
  );
  const grey: Picture = { height: 1, width: 2, channels: 3, pixels: Uint8Array.of(50, 50, 50, 200, 200, 200) };
  expect(new Set(Array.from({ length: 20 }, (_, seed) => jitterColours(grey, 0.4, createRandom(seed + 1)).pixels.join()))).toHaveLength(20);
});
