import type { EncoderDescription } from '../../contracts/embedding.ts';
import { BadInput } from '../../contracts/failure.ts';

export type Dtype = EncoderDescription['dtype'];

/** What makes a vector of the network's output; other settings give other vectors. */
export interface Recipe {
  readonly pooling: 'mean' | 'cls';
  /** Put before every text. */
  readonly prefix: string;
  readonly dims: number;
  /** Longer texts are cut here, special tokens included. */
  readonly maxTokens: number;
}

/** A model whose authors' settings are known here. */
export interface KnownModel extends Recipe {
  readonly name: string;
  /** Where the model hub has the ONNX export. */
  readonly hub: { readonly repository: string; /** A commit, or a branch whose weights are pinned by their SHA-256. */ readonly revision: string };
  /** SHA-256 of the weights at that revision, where it is known. */
  readonly weightsSha256: Readonly<Partial<Record<Dtype, string>>>;
  /** Of these, `npx forecastle install` puts into place. */
  readonly installed: readonly Dtype[];
}

const models: readonly KnownModel[] = [
  {
    // English. 256: its authors' `max_seq_length`; the network could read 512, but wasn't trained to.
    name: 'all-MiniLM-L6-v2',
    hub: { repository: 'Xenova/all-MiniLM-L6-v2', revision: '751bff37182d3f1213fa05d7196b954e230abad9' },
    weightsSha256: {
      fp32: '759c3cd2b7fe7e93933ad23c4c9181b7396442a2ed746ec7c1d46192c469c46e',
      int8: 'afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1',
    },
    installed: ['fp32', 'int8'],
    pooling: 'mean',
    prefix: '',
    dims: 384,
    maxTokens: 256,
  },
  {
    // Chinese. Its authors put an instruction before queries of a search only; texts that become features have none.
    name: 'bge-small-zh-v1.5',
    hub: { repository: 'Xenova/bge-small-zh-v1.5', revision: 'main' },
    weightsSha256: { fp32: '69a0b846f4f116b5e6aabf9546ea6754d02264f3211a13a1bd69b31b8040749a' },
    installed: ['fp32'],
    pooling: 'cls',
    prefix: '',
    dims: 512,
    maxTokens: 512,
  },
  {
    // About a hundred languages. Its authors ask for `query: ` in symmetric tasks such as features and clusters.
    name: 'multilingual-e5-small',
    hub: { repository: 'Xenova/multilingual-e5-small', revision: '761b726dd34fb83930e26aab4e9ac3899aa1fa78' },
    weightsSha256: {},
    installed: [],
    pooling: 'mean',
    prefix: 'query: ',
    dims: 384,
    maxTokens: 512,
  },
];

/** Where the weights of each precision are, under the names that the model hub has for them. */
export const weightsFile: Readonly<Record<Dtype, string>> = { fp32: 'onnx/model.onnx', fp16: 'onnx/model_fp16.onnx', int8: 'onnx/model_quantized.onnx' };

/** What a model consists of. */
export function filesOf(dtype: Dtype): readonly string[] {
  return ['config.json', 'tokenizer.json', 'tokenizer_config.json', weightsFile[dtype]];
}

/** A model of the table, of the hub, or a folder that a person filled. */
export type ModelName =
  | { readonly kind: 'known'; readonly model: KnownModel }
  | { readonly kind: 'hub'; readonly repository: string; readonly revision: string }
  | { readonly kind: 'folder'; readonly name: string };

// Names, not paths: a pipeline file must not reach other folders of a worker's machine.
const folderForm = /^(?!.*\.\.)[A-Za-z0-9][\w.-]*$/;
const hubForm = /^(?!.*\.\.)([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([A-Za-z0-9][\w.-]*))?$/;

/** @throws BadInput for what can't be a model's name, and says which names there are */
export function parseModelName(name: string): ModelName {
  const model = models.find((one) => one.name === name);
  if (model !== undefined) return { kind: 'known', model };
  const [, repository, revision = 'main'] = hubForm.exec(name) ?? [];
  if (repository !== undefined) return { kind: 'hub', repository, revision };
  if (folderForm.test(name)) return { kind: 'folder', name };
  throw new BadInput(`"${name.slice(0, 100)}" is no text model: give one of ${knownNames()}, or owner/name or owner/name@revision of the model hub`);
}

export function knownNames(): string {
  return models.map(({ name }) => name).join(', ');
}
