import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { pixelsOf } from '../../../adapters/media-encoders/decode-picture.ts';
import type { PictureRecipe } from '../../../adapters/media-encoders/picture-recipe.ts';
import { coloursOf, fixtures, quarters } from './pictures.ts';

const side = 64;
const recipe: PictureRecipe = { resize: { shorter: 64 }, crop: { width: side, height: side }, kernel: 'cubic', mean: [0, 0, 0], deviation: [1, 1, 1] };
const plain = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]];
let folder: string;
let source: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forecastle-pictures-'));
  source = await quarters(128).png().toBuffer();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function decoded(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  const file = join(folder, name);
  await writeFile(file, bytes);
  return pixelsOf(file, recipe);
}

async function expectColours(name: string, bytes: Uint8Array, colours: readonly (readonly number[])[], tolerance: number): Promise<void> {
  const pixels = await decoded(name, bytes);
  expect(pixels).toHaveLength(side * side * 3);
  const found = coloursOf(pixels, side).flat();
  expect(Math.max(...found.map((value, at) => Math.abs(value - (colours.flat()[at] ?? Number.NaN)))), `${name}: ${found.join(' ')}`).toBeLessThanOrEqual(tolerance);
}

test('every format that shops use becomes the same pixels', async () => {
  await expectColours('a.png', source, plain, 0);
  await expectColours('a.gif', await sharp(source).gif().toBuffer(), plain, 6);
  await expectColours('a.tiff', await sharp(source).tiff({ compression: 'lzw' }).toBuffer(), plain, 0);
  await expectColours('a.webp', await sharp(source).webp({ lossless: true }).toBuffer(), plain, 0);
  await expectColours('a.avif', await sharp(source).avif({ lossless: true }).toBuffer(), plain, 3);
  await expectColours('a.jpg', await sharp(source).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(), plain, 3);
  await expectColours('progressive.jpg', await sharp(source).jpeg({ quality: 100, progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(), plain, 3);
  await expectColours('16.png', await sharp(source).toColourspace('rgb16').png().toBuffer(), plain, 1);
});

test('a picture is turned as its EXIF says', async () => {
  const turned = await sharp(source).withMetadata({ orientation: 3 }).png().toBuffer();
  await expectColours('turned.png', turned, [...plain].reverse(), 0);
});

test('grey stays grey, with one channel or sixteen bits or transparency', async () => {
  const grey = [[128, 128, 128], [128, 128, 128], [128, 128, 128], [128, 128, 128]];
  const flat = sharp({ create: { width: 50, height: 90, channels: 3, background: '#808080' } });
  await expectColours('grey.png', await flat.clone().toColourspace('b-w').png().toBuffer(), grey, 1);
  await expectColours('grey16.png', await flat.clone().toColourspace('grey16').png().toBuffer(), grey, 1);
});

test('what is transparent is white', async () => {
  const clear = await sharp({ create: { width: 80, height: 80, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } } }).png().toBuffer();
  await expectColours('clear.png', clear, [[255, 255, 255], [255, 255, 255], [255, 255, 255], [255, 255, 255]], 0);
  const half = await sharp({ create: { width: 80, height: 80, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.5 } } }).png().toBuffer();
  await expectColours('half.png', half, [[255, 127, 127], [255, 127, 127], [255, 127, 127], [255, 127, 127]], 1);
});

test('inks become the colours of a screen', async () => {
  const pixels = await decoded('cmyk.jpg', await sharp(source).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer());
  const [red = [], green = [], blue = []] = coloursOf(pixels, side);
  // Inks can't be as bright; which colour it is, they can say.
  expect(red.indexOf(Math.max(...red))).toBe(0);
  expect(green.indexOf(Math.max(...green))).toBe(1);
  expect(blue.indexOf(Math.max(...blue))).toBe(2);
});

test('an animation counts as its first picture', async () => {
  const frames = await Promise.all(['#ff0000', '#0000ff'].map((background) => sharp({ create: { width: 64, height: 64, channels: 3, background } }).png().toBuffer()));
  const red = [[255, 0, 0], [255, 0, 0], [255, 0, 0], [255, 0, 0]];
  await expectColours('moving.gif', await sharp(frames, { join: { animated: true } }).gif().toBuffer(), red, 3);
  await expectColours('moving.webp', await sharp(frames, { join: { animated: true } }).webp({ lossless: true }).toBuffer(), red, 3);
});

test('the middle is seen, whatever the shape', async () => {
  const wide = await sharp(source).extend({ left: 64, right: 64, background: '#ffffff' }).png().toBuffer();
  await expectColours('wide.png', wide, plain, 0);
  await expectColours('thin.png', await sharp({ create: { width: 20_000, height: 3, channels: 3, background: '#ff0000' } }).png().toBuffer(), [[255, 0, 0], [255, 0, 0], [255, 0, 0], [255, 0, 0]], 0);
  await expectColours('one.png', await sharp({ create: { width: 1, height: 1, channels: 3, background: '#ff0000' } }).png().toBuffer(), [[255, 0, 0], [255, 0, 0], [255, 0, 0], [255, 0, 0]], 0);
});

test('a file that is no picture gives its reason', async () => {
  const photo = await readFile(join(fixtures, 'shoes_05.jpg'));
  await expect(decoded('empty.jpg', Buffer.alloc(0))).rejects.toThrow(/^is empty$/);
  await expect(decoded('text.jpg', Buffer.from('no picture at all'))).rejects.toThrow(/^is not a picture of a known format \(JPEG,/);
  await expect(decoded('cut.jpg', photo.subarray(0, 5000))).rejects.toThrow(/^is damaged or cut off/);
  await expect(decoded('cut.png', source.subarray(0, source.length - 100))).rejects.toThrow(/^is damaged or cut off/);
  await expect(decoded('a.svg', Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'))).rejects.toThrow(/^is a drawing \(SVG\)/);
  await expect(pixelsOf(join(folder, 'nowhere.jpg'), recipe)).rejects.toThrow(/^is not there$/);
  await mkdir(join(folder, 'folder.jpg'));
  await expect(pixelsOf(join(folder, 'folder.jpg'), recipe)).rejects.toThrow(/^is not a file$/);
});

test('20,000 pixels a side are refused before they are decoded', async () => {
  // The size in its header alone: what follows is never looked at.
  const huge = Buffer.from(await sharp({ create: { width: 16, height: 16, channels: 3, background: '#fff' } }).jpeg().toBuffer());
  const frame = huge.indexOf(Buffer.from([0xff, 0xc0]));
  huge.writeUInt16BE(20_000, frame + 5);
  huge.writeUInt16BE(20_000, frame + 7);
  await expect(decoded('huge.jpg', huge)).rejects.toThrow(/^has more than 100 million pixels$/);
});

test('a view is changed as its seed says, and the same seed gives the same view', async () => {
  const file = join(fixtures, 't-shirt_02.jpg');
  const view = (seed: number, kinds: readonly ('crop' | 'flip' | 'colour')[]) => pixelsOf(file, recipe, { kinds, strength: 0.5, seed });
  const plainPixels = await pixelsOf(file, recipe);
  expect(await view(7, ['crop', 'flip', 'colour'])).toEqual(await view(7, ['crop', 'flip', 'colour']));
  expect(await view(7, ['crop', 'flip', 'colour'])).not.toEqual(await view(8, ['crop', 'flip', 'colour']));
  expect(Buffer.compare(await view(7, []), plainPixels)).toBe(0);
  for (const kind of ['crop', 'colour'] as const) {
    const changed = await view(7, [kind]);
    expect(changed).toHaveLength(plainPixels.length);
    expect(Buffer.compare(changed, plainPixels)).not.toBe(0);
  }
  const flips = await Promise.all(Array.from({ length: 12 }, (_, seed) => view(seed, ['flip'])));
  const kept = flips.filter((pixels) => Buffer.compare(pixels, plainPixels) === 0).length;
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(12);
});
