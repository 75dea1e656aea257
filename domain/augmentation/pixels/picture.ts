import type { Random } from '../../random.ts';

/** Pixels row by row, channels together: 1 (grey), 3 (red, green, blue) or 4 (and opacity) of them, 0 … 255. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: Uint8Array;
}

/** A random part of this size (Krizhevsky et al. 2012); the whole picture in a direction where it is not larger. */
export function cropPicture({ height, width, channels, pixels }: Picture, size: { readonly height: number; readonly width: number }, random: Random): Picture {
  const cropped = { height: Math.min(height, size.height), width: Math.min(width, size.width), channels };
  const top = random.integer(height - cropped.height + 1);
  const left = random.integer(width - cropped.width + 1);
  const out = new Uint8Array(cropped.height * cropped.width * channels);
  for (let row = 0; row < cropped.height; row += 1) {
    const start = ((top + row) * width + left) * channels;
    out.set(pixels.subarray(start, start + cropped.width * channels), row * cropped.width * channels);
  }
  return { ...cropped, pixels: out };
}

/** Left becomes right. Twice gives the picture back. */
export function flipPicture({ height, width, channels, pixels }: Picture): Picture {
  const out = new Uint8Array(pixels.length);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const from = (row * width + column) * channels;
      out.set(pixels.subarray(from, from + channels), (row * width + width - 1 - column) * channels);
    }
  }
  return { height, width, channels, pixels: out };
}

/** Brightness, contrast and saturation times a factor each, uniform in 1 ± strength; opacity stays. Grey by the weights of ITU-R BT.601. */
export function jitterColours(picture: Picture, strength: number, random: Random): Picture {
  const { channels, pixels } = picture;
  const factor = (): number => 1 + strength * (2 * random.next() - 1);
  const [brightness, contrast, saturation] = [factor(), factor(), factor()];
  const coloured = channels >= 3;
  const grey = (at: number): number =>
    coloured ? 0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0) : (pixels[at] ?? 0);
  let sum = 0;
  for (let at = 0; at < pixels.length; at += channels) sum += grey(at);
  const mean = sum / Math.max(1, pixels.length / channels);
  const out = pixels.slice();
  for (let at = 0; at < pixels.length; at += channels) {
    const own = grey(at);
    for (let channel = 0; channel < (coloured ? 3 : 1); channel += 1) {
      const saturated = own + saturation * ((pixels[at + channel] ?? 0) - own);
      const value = brightness * (mean + contrast * (saturated - mean));
      out[at + channel] = Math.min(255, Math.max(0, Math.round(value)));
    }
  }
  return { ...picture, pixels: out };
}
