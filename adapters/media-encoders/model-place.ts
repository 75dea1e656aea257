import { join } from 'node:path';

import { env } from '@huggingface/transformers';

import { BadInput, ModelWeightsMissing } from '../../contracts/failure.ts';
import type { MediaEncoderOptions } from './encoder.ts';
import { exists, fetchFromHub } from '../model-hub.ts';

// Names, not paths: a pipeline file must not reach other folders of a worker's machine.
const nameForm = /^(?!.*\.\.)[A-Za-z0-9][\w.-]*$/;
const hubForm = /^(?!.*\.\.)([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([A-Za-z0-9][\w.-]*))?$/;

export interface PlacedModel {
  readonly folder: string;
  /** The hub's, where it is known. */
  readonly commit?: string;
}

/**
 * Where a model's files lie: `<modelsDir>/<model>`, else the model hub's, where that is allowed.
 * @param files that it consists of
 * @throws BadInput for what is no model's name; ModelWeightsMissing; ServiceUnavailable
 */
export async function placeModel(options: MediaEncoderOptions, files: readonly string[]): Promise<PlacedModel> {
  const { model, modelsDir } = options;
  const hub = hubForm.exec(model);
  if (hub === null && !nameForm.test(model)) throw new BadInput(`"${model.slice(0, 100)}" is no model: give a name of one that is installed, or owner/name[@revision] of the model hub`);
  const folder = join(modelsDir, ...(hub?.[1] ?? model).split('/'));
  const missing = await firstMissing(folder, files);
  if (missing === undefined) return { folder };
  if (hub?.[1] !== undefined && options.allowRemote === true) {
    return fetchFromHub({ repository: hub[1], revision: hub[2] ?? 'main', files, optional: [], sha256: new Map(), modelsDir, byHand: folder, endpoint: options.hubEndpoint ?? env.remoteHost });
  }
  const remedies = [
    ...(model === 'efficientnet-lite0' ? ['run `npx forecastle install`'] : []),
    `copy ${files.join(' and ')} into ${folder}`,
    ...(hub !== null ? ['set HF_ENDPOINT to a model hub that answers'] : []),
  ];
  throw new ModelWeightsMissing(`no weights for ${model}: ${join(folder, missing)} isn't there: ${remedies.join(', or ')}`);
}

async function firstMissing(folder: string, files: readonly string[]): Promise<string | undefined> {
  for (const name of files) if (!(await exists(join(folder, name)))) return name;
  return undefined;
}
