import { readFile } from 'node:fs/promises';

import { z } from 'zod';

import { BadInput } from '../../contracts/failure.ts';

/** What a picture goes through before the network sees it; other settings give other vectors. */
export interface PictureRecipe {
  /** To exactly this size, or until the shorter side has this length. */
  readonly resize: { readonly width: number; readonly height: number } | { readonly shorter: number };
  /** The middle of it that the network sees. */
  readonly crop: { readonly width: number; readonly height: number };
  readonly kernel: 'nearest' | 'linear' | 'cubic' | 'lanczos3';
  /** Per channel, of values from 0 to 1. */
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

const side = z.number().int().min(1).max(2048);
const exact = z.object({ width: side, height: side });
const size = z.union([side, exact, z.object({ shortest_edge: side })]);
const perChannel = z.tuple([z.number(), z.number(), z.number()]);
const processorSchema = z.object({
  do_resize: z.boolean().default(true),
  size: size.default(224),
  resample: z.number().int().default(2),
  do_center_crop: z.boolean().optional(),
  crop_size: z.union([side, exact]).optional(),
  do_rescale: z.boolean().default(true),
  rescale_factor: z.number().positive().default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: perChannel.default([0.485, 0.456, 0.406]),
  image_std: perChannel.default([0.229, 0.224, 0.225]),
});

// Numbers of Pillow's filters, which the model hub's image processors use.
const kernels: ReadonlyMap<number, PictureRecipe['kernel']> = new Map([[0, 'nearest'], [1, 'lanczos3'], [2, 'linear'], [3, 'cubic']]);

/**
 * From a `preprocessor_config.json` of the model hub. Where it names a shorter side but no crop, the middle square is taken: a batch needs one size.
 * @throws BadInput when it asks for what isn't done here
 */
export async function readPictureRecipe(file: string): Promise<PictureRecipe> {
  const parsed = processorSchema.safeParse(parseJson(await readFile(file, 'utf8'), file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BadInput(`${file} is not an image processor's: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong form'}`);
  }
  const { size: resize, resample, crop_size: crop, ...processor } = parsed.data;
  const kernel = kernels.get(resample);
  if (kernel === undefined || !processor.do_resize || !processor.do_rescale) throw new BadInput(`${file} asks for a preparation of pictures that isn't done here (do_resize, do_rescale, resample 0 to 3 are)`);
  const resized = typeof resize === 'number' ? { width: resize, height: resize } : 'shortest_edge' in resize ? { shorter: resize.shortest_edge } : resize;
  const whole = 'shorter' in resized ? { width: resized.shorter, height: resized.shorter } : resized;
  const cropped = crop === undefined || processor.do_center_crop === false ? whole : typeof crop === 'number' ? { width: crop, height: crop } : crop;
  if (cropped.width > whole.width || cropped.height > whole.height) throw new BadInput(`${file} crops ${cropped.width} × ${cropped.height} out of ${whole.width} × ${whole.height}`);
  // value × factor is in 0 … 1 with the usual factor; another one moves mean and deviation.
  const unit = 1 / (255 * processor.rescale_factor);
  const scaled = ([red, green, blue]: readonly [number, number, number]) => [red * unit, green * unit, blue * unit] as const;
  return {
    resize: resized,
    crop: cropped,
    kernel,
    mean: processor.do_normalize ? scaled(processor.image_mean) : [0, 0, 0],
    deviation: processor.do_normalize ? scaled(processor.image_std) : [unit, unit, unit],
  };
}

/** As part of an encoder's id. */
export function recipeText({ resize, crop, kernel, mean, deviation }: PictureRecipe): string {
  const round = (values: readonly number[]): string => values.map((value) => Number(value.toFixed(4))).join(' ');
  const to = 'shorter' in resize ? `${resize.shorter}` : `${resize.width}x${resize.height}`;
  return `${kernel} ${to} crop ${crop.width}x${crop.height} mean ${round(mean)} deviation ${round(deviation)}`;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadInput(`${file} is not JSON`, { cause: error });
  }
}
