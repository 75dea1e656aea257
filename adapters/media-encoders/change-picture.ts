import { cropPicture, flipPicture, jitterColours } from '../../domain/augmentation/pixels/picture.ts';
import type { Picture } from '../../domain/augmentation/pixels/picture.ts';
import { createRandom } from '../../domain/random.ts';
import type { ViewChange } from './encoder.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * A view of the picture: a random part of it (at strength 0.1 of 0.925 of its sides, at 1 of a quarter), mirrored every second time, in other
 * colours. What the seed draws for one kind doesn't depend on the others.
 * @param size what the network sees: the middle of this size is taken where `crop` is not among the kinds
 */
export function changePicture(picture: Picture, size: Size, { kinds, strength, seed }: ViewChange): Picture {
  const seeds = createRandom(seed);
  const stream = () => createRandom(seeds.integer(2 ** 32));
  const [where, mirror, colours] = [stream(), stream(), stream()];
  const keep = 1 - 0.75 * strength;
  const part = { width: Math.max(1, Math.round(picture.width * keep)), height: Math.max(1, Math.round(picture.height * keep)) };
  let view = kinds.includes('crop') ? cropPicture(picture, part, where) : middleOf(picture, size);
  if (kinds.includes('flip') && mirror.next() < 0.5) view = flipPicture(view);
  return kinds.includes('colour') ? jitterColours(view, strength, colours) : view;
}

/** The middle part of this size. */
export function middleOf({ width, height, channels, pixels }: Picture, size: Size): Picture {
  if (size.width === width && size.height === height) return { width, height, channels, pixels };
  const top = Math.floor((height - size.height) / 2);
  const left = Math.floor((width - size.width) / 2);
  const out = new Uint8Array(size.width * size.height * channels);
  for (let row = 0; row < size.height; row += 1) {
    const start = ((top + row) * width + left) * channels;
    out.set(pixels.subarray(start, start + size.width * channels), row * size.width * channels);
  }
  return { ...size, channels, pixels: out };
}
