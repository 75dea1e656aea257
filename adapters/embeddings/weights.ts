import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';

import { env } from '@huggingface/transformers';

import { ModelWeightsMissing } from '../../contracts/failure.ts';
import { exists, fetchFromHub } from '../model-hub.ts';
import { filesOf, parseModelName, weightsFile } from './models.ts';
import type { Dtype, ModelName, Recipe } from './models.ts';
import { readRecipe, recipeFiles } from './recipe.ts';

export interface WeightsOptions {
  readonly modelsDir: string;
  /** A name of the table, a folder's name within `modelsDir`, or `owner/name[@revision]` of the hub. */
  readonly model: string;
  readonly dtype: Dtype;
  readonly allowRemote: boolean;
  /** Default: the library's own. */
  readonly hubEndpoint?: string;
}

export interface PlacedModel {
  /** As vectors carry it: without the revision. */
  readonly name: string;
  /** Whether the table says what the network gives. */
  readonly known: boolean;
  readonly folder: string;
  /** The hub's commit where the bytes are known to be its; else `sha256:` and the start of the files' digest. */
  readonly revision: string;
  readonly recipe: Recipe;
}

/**
 * Where a model's files lie and what they say: `<modelsDir>/<model>`, else the hub's, where that is allowed.
 * @throws BadInput for what is no model's name; ModelWeightsMissing that says how to provide them; ServiceUnavailable
 */
export async function placeWeights(options: WeightsOptions): Promise<PlacedModel> {
  const name = parseModelName(options.model);
  const { modelsDir, dtype } = options;
  const repository = name.kind === 'known' ? name.model.hub.repository : name.kind === 'hub' ? name.repository : undefined;
  const folder = join(modelsDir, ...(name.kind === 'known' ? [name.model.name] : name.kind === 'hub' ? name.repository.split('/') : [name.name]));
  const files = filesOf(dtype);
  const missing = await firstMissing(folder, files);
  const title = name.kind === 'known' ? name.model.name : name.kind === 'hub' ? name.repository : name.name;
  const about = { name: title, known: name.kind === 'known' };
  if (missing === undefined) return { ...about, folder, revision: await revisionOf(name, folder, dtype), recipe: await recipeOf(name, folder) };
  if (repository === undefined || !options.allowRemote) throw absent({ name, dtype, folder, missing, repository });
  const pinned = name.kind === 'known' ? name.model.weightsSha256[dtype] : undefined;
  const fetched = await fetchFromHub({
    repository,
    revision: name.kind === 'known' ? name.model.hub.revision : name.kind === 'hub' ? name.revision : 'main',
    files,
    // Beyond 2 GB the numbers lie in a file of their own.
    optional: name.kind === 'known' ? [] : [...recipeFiles, `${weightsFile[dtype]}_data`],
    sha256: new Map(pinned === undefined ? [] : [[weightsFile[dtype], pinned]]),
    modelsDir,
    endpoint: options.hubEndpoint ?? env.remoteHost,
    byHand: folder,
  });
  return { ...about, folder: fetched.folder, revision: fetched.commit ?? (await revisionOf(name, fetched.folder, dtype)), recipe: await recipeOf(name, fetched.folder) };
}

async function recipeOf(name: ModelName, folder: string): Promise<Recipe> {
  return name.kind === 'known' ? name.model : readRecipe(folder);
}

async function revisionOf(name: ModelName, folder: string, dtype: Dtype): Promise<string> {
  const weights = await sha256Of([join(folder, weightsFile[dtype])]);
  if (name.kind === 'known') {
    const { hub, weightsSha256 } = name.model;
    // A branch moves; its weights' digest doesn't.
    return weights === weightsSha256[dtype] && hub.revision !== 'main' ? hub.revision : `sha256:${weights.slice(0, 16)}`;
  }
  // Nothing else vouches for what lies beside the weights.
  const beside = ['tokenizer.json', 'tokenizer_config.json', ...recipeFiles, `${weightsFile[dtype]}_data`].map((file) => join(folder, file));
  const there = await Promise.all(beside.map(async (file) => ((await exists(file)) ? [file] : [])));
  return `sha256:${(await sha256Of([join(folder, weightsFile[dtype]), ...there.flat()])).slice(0, 16)}`;
}

function absent(of: { readonly name: ModelName; readonly dtype: Dtype; readonly folder: string; readonly missing: string; readonly repository: string | undefined }): ModelWeightsMissing {
  const { name, dtype, folder, missing, repository } = of;
  const title = name.kind === 'known' ? name.model.name : name.kind === 'hub' ? name.repository : name.name;
  const files = filesOf(dtype).join(', ');
  const remedies = [
    ...(name.kind === 'known' && name.model.installed.includes(dtype) ? ['run `npx forecastle install`'] : []),
    `copy ${files}${repository === undefined ? '' : ` of ${repository}`} into ${folder}`,
    `start the stack with FORECASTLE_MODELS set to a folder that has ${title}/`,
    ...(repository === undefined ? [] : ['with HF_ENDPOINT set to a model hub that answers']),
    ...(name.kind === 'known' && name.model.installed.length === 0 ? ['set `model` to one that is installed (all-MiniLM-L6-v2 for English, bge-small-zh-v1.5 for Chinese)'] : []),
    ...(name.kind === 'known' && name.model.installed.length > 0 && !name.model.installed.includes(dtype) ? [`set \`dtype: ${name.model.installed[0] ?? 'fp32'}\``] : []),
  ];
  return new ModelWeightsMissing(`no ${dtype === 'fp32' ? '' : `${dtype} `}weights for ${title}: ${join(folder, missing)} isn't there. Remedies: ${remedies.join('; or ')}`);
}

async function firstMissing(folder: string, files: readonly string[]): Promise<string | undefined> {
  for (const name of files) if (!(await exists(join(folder, name)))) return name;
  return undefined;
}

async function sha256Of(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
