import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { AutoModel, AutoTokenizer, env } from '@huggingface/transformers';

import { ModelWeightsMissing } from '../../contracts/failure.ts';
import { exists, fetchFromHub, innermostMessage } from './hub.ts';
import { weightsFiles } from './models.ts';
import type { EncoderModel } from './models.ts';

export type Tokenizer = Awaited<ReturnType<typeof AutoTokenizer.from_pretrained>>;
export type Network = Awaited<ReturnType<typeof AutoModel.from_pretrained>>;

export interface WeightsOptions {
  readonly modelsDir: string;
  readonly model: EncoderModel;
  readonly allowRemote: boolean;
  /** Default: the library's own. */
  readonly hubEndpoint?: string;
  readonly device: 'cpu' | 'cuda';
  readonly threads: number;
  warn(line: string): void;
}

export interface Loaded {
  readonly tokenizer: Tokenizer;
  readonly network: Network;
  readonly device: 'cpu' | 'cuda';
  /** The hub's revision where the bytes are known to be its; else `sha256:` and the start of the weights' digest. */
  readonly revision: string;
}

/** From `<modelsDir>/<model>`, or from the hub where that is allowed. */
export async function loadWeights(options: WeightsOptions): Promise<Loaded> {
  const { model } = options;
  const folder = await folderOf(options);
  const tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
  const { network, device } = await loadNetwork(folder, options);
  const digest = await sha256Of(join(folder, 'onnx', 'model.onnx'));
  return { tokenizer, network, device, revision: digest === model.weightsSha256 ? model.hub.revision : `sha256:${digest.slice(0, 16)}` };
}

async function folderOf({ model, modelsDir, allowRemote, hubEndpoint }: WeightsOptions): Promise<string> {
  const folder = join(modelsDir, model.name);
  const missing = await firstMissing(folder);
  if (missing === undefined) return folder;
  if (allowRemote) return fetchFromHub(model, modelsDir, hubEndpoint ?? env.remoteHost);
  // `install` knows one model; the others come from a hub or by hand.
  const install = model.weightsSha256 === undefined ? '' : 'Run `npx forecastle install`; or ';
  throw new ModelWeightsMissing(
    `no weights for ${model.name}: ${join(folder, missing)} isn't there. ${install}${install === '' ? 'Copy' : 'copy'} ${weightsFiles.join(', ')} of ` +
      `${model.hub.repository} into ${folder}; or start the stack with FORECASTLE_MODELS set to a folder that has ${model.name}/, or with HF_ENDPOINT set to a model hub that answers`,
  );
}

/** Asked for CUDA where there is none, the library throws at load: the CPU does the same work. */
async function loadNetwork(folder: string, options: WeightsOptions): Promise<Pick<Loaded, 'network' | 'device'>> {
  const withDevice = (device: 'cpu' | 'cuda'): Promise<Network> =>
    AutoModel.from_pretrained(folder, {
      local_files_only: true,
      dtype: 'fp32',
      device,
      session_options: {
        intraOpNumThreads: options.threads,
        interOpNumThreads: 1,
        // Threads that wait by spinning cost up to half as much CPU again when something else, such as training, runs beside them.
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      },
    });
  if (options.device === 'cpu') return { network: await withDevice('cpu'), device: 'cpu' };
  try {
    return { network: await withDevice('cuda'), device: 'cuda' };
  } catch (error) {
    options.warn(`CUDA can't be used for ${options.model.name} (${innermostMessage(error)}): embedding on the CPU`);
    return { network: await withDevice('cpu'), device: 'cpu' };
  }
}

async function firstMissing(folder: string): Promise<string | undefined> {
  for (const name of weightsFiles) {
    if (!(await exists(join(folder, name)))) return name;
  }
  return undefined;
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
