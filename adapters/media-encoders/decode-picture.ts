import { open, stat } from 'node:fs/promises';

import sharp from 'sharp';

import type { Picture } from '../../domain/augmentation/pixels/picture.ts';
import { changePicture, middleOf } from './change-picture.ts';
import { UnreadableMedia } from './encoder.ts';
import type { ViewChange } from './encoder.ts';
import type { PictureRecipe } from './picture-recipe.ts';

/** 300 MB where a format has to be decoded as a whole; a square of 10,000 pixels. */
const mostPixels = 100_000_000;
const mostBytes = 256 * 1024 * 1024;
const mostSeconds = 30;

// Files come from anywhere: only formats whose decoders are made for that. An SVG can name other files and needs no pixels to be huge.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp', 'VipsForeignLoadNsgif', 'VipsForeignLoadHeif', 'VipsForeignLoadTiff'],
});
// One thread a picture, several pictures at a time, and every picture once: the least work in all.
sharp.concurrency(1);
sharp.cache(false);

/** Decoder and resizer, as part of an encoder's id: another version may give other pixels. */
export const decoderVersion = `sharp ${sharp.versions.sharp ?? '?'} vips ${sharp.versions.vips}`;

/**
 * Red, green and blue of `recipe.crop` pixels, row by row. Turned as EXIF says, transparency on white, any colour space to sRGB, the first picture
 * of an animation. The only way from a file to pixels, for training and serving alike.
 * @param source a path, or the bytes of a picture
 * @throws UnreadableMedia with the reason
 */
export async function pixelsOf(source: string | Uint8Array, recipe: PictureRecipe, change?: ViewChange): Promise<Uint8Array> {
  if (typeof source === 'string') await checkFile(source, mostBytes);
  const { width, height } = recipe.crop;
  if (change === undefined) return (await decode(source, recipe, recipe.crop)).pixels;
  const viewed = changePicture(await decode(source, recipe), recipe.crop, change);
  if (viewed.width === width && viewed.height === height) return viewed.pixels;
  const raw = { width: viewed.width, height: viewed.height, channels: 3 as const };
  return sharp(viewed.pixels, { raw }).resize(width, height, { fit: 'fill', kernel: recipe.kernel }).raw().toBuffer();
}

/** @throws UnreadableMedia for what isn't a file with something in it */
export async function checkFile(file: string, limitBytes: number): Promise<void> {
  const found = await stat(file).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw new UnreadableMedia(code === 'ENOENT' ? 'is not there' : `can't be opened (${String(code)})`);
  });
  if (!found.isFile()) throw new UnreadableMedia('is not a file');
  if (found.size === 0) throw new UnreadableMedia('is empty');
  if (found.size > limitBytes) throw new UnreadableMedia(`has ${Math.round(found.size / 1e6)} MB, more than ${Math.round(limitBytes / 1e6)}`);
}

/** @param crop the middle that is wanted of what is resized: the rest isn't computed then */
async function decode(source: string | Uint8Array, { resize, kernel }: PictureRecipe, crop?: PictureRecipe['crop']): Promise<Picture> {
  const size = 'shorter' in resize ? { width: resize.shorter, height: resize.shorter, fit: 'cover' as const } : { ...resize, fit: 'fill' as const };
  try {
    const resized = sharp(source, { failOn: 'error', limitInputPixels: mostPixels, pages: 1, autoOrient: true })
      .timeout({ seconds: mostSeconds })
      .flatten({ background: '#ffffff' })
      .resize({ ...size, kernel });
    const { data, info } = await (crop === undefined ? resized : resized.extract(middleOf(size, crop)))
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`decoded to ${info.channels} channels`);
    return { width: info.width, height: info.height, channels: 3, pixels: data };
  } catch (error) {
    throw new UnreadableMedia(await reasonOf(error, source), { cause: error });
  }
}

async function reasonOf(error: unknown, source: string | Uint8Array): Promise<string> {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  if (line.includes('pixel limit')) return `has more than ${mostPixels / 1e6} million pixels`;
  if (line.startsWith('timeout')) return `takes longer than ${mostSeconds} s to decode`;
  if (!line.includes('unsupported image format')) return `is damaged or cut off (${line.replace(/^Input (file|buffer) has corrupt header:\s*/, '').slice(0, 120) || 'its beginning'})`;
  return /<svg[\s>]/i.test(await beginningOf(source)) ? 'is a drawing (SVG): export it as PNG or JPEG' : 'is not a picture of a known format (JPEG, PNG, WebP, GIF, AVIF, TIFF)';
}

async function beginningOf(source: string | Uint8Array): Promise<string> {
  if (typeof source !== 'string') return Buffer.from(source.subarray(0, 1024)).toString('latin1');
  const handle = await open(source, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024, 0);
    return buffer.subarray(0, bytesRead).toString('latin1');
  } finally {
    await handle.close();
  }
}
