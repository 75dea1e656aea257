import { BadInput } from '../../contracts/failure.ts';

/** What a model's authors prescribe; other settings give other vectors. */
export interface EncoderModel {
  readonly name: string;
  /** Where the model hub has the ONNX export, and its pinned revision. */
  readonly hub: { readonly repository: string; readonly revision: string };
  /** SHA-256 of `onnx/model.onnx` at that revision, where it is known. */
  readonly weightsSha256?: string;
  readonly pooling: 'mean' | 'cls';
  /** Put before every text. */
  readonly prefix: string;
  readonly dims: number;
  /** Longer texts are cut here, special tokens included. */
  readonly maxTokens: number;
}

const models: readonly EncoderModel[] = [
  {
    // English. 256: its authors' `max_seq_length`; the network could read 512, but wasn't trained to.
    name: 'all-MiniLM-L6-v2',
    hub: { repository: 'Xenova/all-MiniLM-L6-v2', revision: '751bff37182d3f1213fa05d7196b954e230abad9' },
    weightsSha256: '759c3cd2b7fe7e93933ad23c4c9181b7396442a2ed746ec7c1d46192c469c46e',
    pooling: 'mean',
    prefix: '',
    dims: 384,
    maxTokens: 256,
  },
  {
    // About a hundred languages. Its authors ask for `query: ` in symmetric tasks such as features and clusters.
    name: 'multilingual-e5-small',
    hub: { repository: 'Xenova/multilingual-e5-small', revision: '761b726dd34fb83930e26aab4e9ac3899aa1fa78' },
    pooling: 'mean',
    prefix: 'query: ',
    dims: 384,
    maxTokens: 512,
  },
];

/** What a model consists of, under the names that the model hub has for them. */
export const weightsFiles = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx'] as const;

/** @throws BadInput that names the models there are */
export function encoderModel(name: string): EncoderModel {
  const found = models.find((model) => model.name === name);
  if (found !== undefined) return found;
  throw new BadInput(`no text model "${name}": set embeddings.text.model to one of ${models.map((model) => model.name).join(', ')}`);
}
