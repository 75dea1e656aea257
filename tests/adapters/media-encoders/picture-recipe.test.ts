import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { readPictureRecipe } from '../../../adapters/media-encoders/picture-recipe.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forecastle-recipe-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function recipeOf(config: unknown): ReturnType<typeof readPictureRecipe> {
  const file = join(folder, 'preprocessor_config.json');
  await writeFile(file, typeof config === 'string' ? config : JSON.stringify(config));
  return readPictureRecipe(file);
}

test('DINOv2: the shorter side to 256, the middle 224, bicubic', async () => {
  const recipe = await recipeOf({ crop_size: { height: 224, width: 224 }, do_center_crop: true, image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225], resample: 3, size: { shortest_edge: 256 } });
  expect(recipe).toEqual({ resize: { shorter: 256 }, crop: { width: 224, height: 224 }, kernel: 'cubic', mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] });
});

test('a plain ViT: exactly 224 × 224, bilinear, one half', async () => {
  const recipe = await recipeOf({ size: { height: 224, width: 224 }, resample: 2, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] });
  expect(recipe).toEqual({ resize: { width: 224, height: 224 }, crop: { width: 224, height: 224 }, kernel: 'linear', mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] });
});

test('a factor other than 1/255 moves mean and deviation along', async () => {
  const recipe = await recipeOf({ size: 32, rescale_factor: 1 / 127.5, image_mean: [1, 1, 1], image_std: [1, 1, 1] });
  // (value / 127.5 − 1) / 1 is (value / 255 − 0.5) / 0.5
  expect(recipe.mean).toEqual([0.5, 0.5, 0.5]);
  expect(recipe.deviation).toEqual([0.5, 0.5, 0.5]);
});

test('what is not done here is refused with the file in the message', async () => {
  await expect(recipeOf({ size: 224, resample: 9 })).rejects.toThrow(/preprocessor_config\.json asks for a preparation/);
  await expect(recipeOf({ size: { longest_edge: 3 } })).rejects.toThrow(/preprocessor_config\.json is not an image processor's: size/);
  await expect(recipeOf({ size: 64, crop_size: 128, do_center_crop: true })).rejects.toThrow(/crops 128 × 128 out of 64 × 64/);
  await expect(recipeOf('{')).rejects.toThrow(/is not JSON/);
});
