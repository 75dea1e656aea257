import { join } from 'node:path';

import type { EncoderDescription } from '../../contracts/embedding.ts';
import { BadInput } from '../../contracts/failure.ts';
import { decoderVersion } from './decode-picture.ts';
import type { MediaEncoderOptions } from './encoder.ts';
import { placeModel } from './model-place.ts';
import { openNetwork, runtime } from './network.ts';
import type { PictureRecipe } from './picture-recipe.ts';
import { readPictureRecipe, recipeText } from './picture-recipe.ts';

const weights = { fp32: 'onnx/model.onnx', fp16: 'onnx/model_fp16.onnx', int8: 'onnx/model_quantized.onnx' } as const;

export interface PictureNetwork {
  readonly recipe: PictureRecipe;
  readonly description: EncoderDescription;
  /** @param pictures as `pixelsOf` gives them */
  run(pictures: readonly Uint8Array[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** @throws BadInput, ModelWeightsMissing, ServiceUnavailable */
export async function openPictureNetwork(options: MediaEncoderOptions): Promise<PictureNetwork> {
  const { model, dtype = 'fp32' } = options;
  if (model === 'efficientnet-lite0' && dtype !== 'fp32') throw new BadInput(`efficientnet-lite0 has weights in fp32 only, not in ${dtype}: set dtype to fp32, or choose another model`);
  const place = await placeModel(options, ['preprocessor_config.json', weights[dtype]]);
  const recipe = await readPictureRecipe(join(place.folder, 'preprocessor_config.json'));
  const network = await openNetwork(join(place.folder, weights[dtype]), 'pixel_values', options);
  const { width, height } = recipe.crop;
  const pool = (values: Float32Array, items: number) => network.pooled(values, [items, 3, height, width]);
  // Its own answer says how many numbers a vector has; the first run also makes the network's memory ready.
  const { dims } = await pool(new Float32Array(3 * width * height), 1);
  const revision = place.commit ?? `sha256:${network.digest.slice(0, 16)}`;
  const versions = `${runtime}, ${decoderVersion}`;
  // int8 scales depend on the whole batch: alone, a picture has the same vector every time.
  let most = dtype === 'int8' ? 1 : network.device === 'cuda' ? 64 : 4;
  const normalized = normalizer(recipe);
  return {
    recipe,
    description: { model, revision, dtype, runtime: versions, device: network.device, dims, id: `${model}@${revision} ${dtype} ${recipeText(recipe)} ${versions} ${network.device}` },
    async run(pictures) {
      const vectors: Float32Array[] = [];
      while (vectors.length < pictures.length) {
        const batch = pictures.slice(vectors.length, vectors.length + most);
        const values = new Float32Array(batch.length * 3 * width * height);
        batch.forEach((pixels, index) => normalized(pixels, values.subarray(index * 3 * width * height, (index + 1) * 3 * width * height)));
        try {
          const { data } = await pool(values, batch.length);
          for (let index = 0; index < batch.length; index += 1) vectors.push(data.slice(index * dims, (index + 1) * dims));
        } catch (error) {
          // A GPU's memory decides how many fit.
          if (network.device === 'cpu' || batch.length === 1) throw error;
          most = Math.ceil(batch.length / 2);
        }
      }
      return vectors;
    },
    close: () => network.close(),
  };
}

/** Pixels row by row → `3 × height × width` of (value − mean) / deviation. */
function normalizer({ mean, deviation }: PictureRecipe): (pixels: Uint8Array, out: Float32Array) => void {
  const tables = mean.map((middle, channel) => Float32Array.from({ length: 256 }, (_, value) => (value / 255 - middle) / (deviation[channel] ?? 1)));
  return (pixels, out) => {
    const area = out.length / 3;
    tables.forEach((table, channel) => {
      const plane = out.subarray(channel * area, (channel + 1) * area);
      for (let at = 0, from = channel; at < area; at += 1, from += 3) plane[at] = table[pixels[from] ?? 0] ?? 0;
    });
  };
}
