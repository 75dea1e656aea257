import { setImmediate } from 'node:timers/promises';

import { Tensor, env } from '@huggingface/transformers';

import { batchesByLength } from './batches.ts';
import { encoderModel } from './models.ts';
import type { EncoderModel } from './models.ts';
import { poolBatch } from './pooling.ts';
import { loadWeights } from './weights.ts';
import type { Loaded, Tokenizer } from './weights.ts';

/** Everything that a vector depends on besides its text. */
export interface EncoderDescription {
  readonly model: string;
  /** The hub's revision where the weights are known to be its; else `sha256:` and the start of their digest. */
  readonly revision: string;
  readonly dtype: 'fp32';
  /** E.g. `onnxruntime 1.30.0`. */
  readonly runtime: string;
  readonly device: 'cpu' | 'cuda';
  readonly dims: number;
  /** All of it and the recipe as one string: equal ids mean equal vectors (to 1e-6), so it can be part of a cache key. */
  readonly id: string;
}

export interface TextEncoder {
  describe(): EncoderDescription;
  /**
   * One vector per text, row-major `texts.length × dims`, each of Euclidean length 1, in the order of the texts. The empty text
   * has a vector like any other (that of the empty string: all empty texts are alike); an over-long text counts up to the model's
   * limit. Independent of the other texts to 1e-6.
   * @param on.batch how many texts are done so far, after each batch
   * @throws the abort reason, at the next batch after `on.signal` aborts
   */
  embed(texts: readonly string[], on?: { batch?(done: number): void; readonly signal?: AbortSignal }): Promise<Float32Array>;
  /** Gives the network's memory back. */
  close(): Promise<void>;
}

export interface TextEncoderOptions {
  /** One folder per model, as `installModels` leaves them. */
  readonly modelsDir: string;
  readonly model: string;
  /** Load from the model hub what is not in `modelsDir`. Default: no. */
  readonly allowRemote?: boolean;
  readonly hubEndpoint?: string;
  /** Default: the CPU. CUDA falls back to it with a warning; not tested on a GPU. */
  readonly device?: 'cpu' | 'cuda';
  /** Threads within one operation. Default 2: 1.7 times as fast as one for 12 % more CPU. Vectors agree to 1e-6. */
  readonly threads?: number;
  /** Default: a process warning, which goes to stderr. */
  warn?(line: string): void;
}

// Measured on product names: 256 is as good, 1024 and 2048 are 2 % and 7 % slower per CPU second.
const tokensPerBatch = 512;
// Bounds the memory for token ids; sorting within so many texts leaves next to no padding.
const textsPerWindow = 4096;
const textsPerYield = 256;

/**
 * Loads the model once; its memory (~0.3 GB) is held until `close`.
 * @throws BadInput for a model that isn't known; ModelWeightsMissing; ServiceUnavailable when the hub is needed and doesn't answer
 */
export async function createTextEncoder(options: TextEncoderOptions): Promise<TextEncoder> {
  const model = encoderModel(options.model);
  const loaded = await loadWeights({
    modelsDir: options.modelsDir,
    model,
    allowRemote: options.allowRemote ?? false,
    ...(options.hubEndpoint !== undefined && { hubEndpoint: options.hubEndpoint }),
    device: options.device ?? 'cpu',
    threads: options.threads ?? 2,
    warn: options.warn ?? ((line) => process.emitWarning(line)),
  });
  const description = describe(model, loaded);
  return {
    describe: () => description,
    async embed(texts, on = {}) {
      const vectors = new Float32Array(texts.length * model.dims);
      for (let from = 0; from < texts.length; from += textsPerWindow) {
        const window = texts.slice(from, from + textsPerWindow);
        const ids = await tokenize(loaded.tokenizer, model, window, on.signal);
        let done = from;
        for (const batch of batchesByLength(ids.map((tokens) => tokens.length), tokensPerBatch)) {
          on.signal?.throwIfAborted();
          await embedBatch(loaded, model, batch.map((index) => ids[index] ?? []), (position, vector) => {
            vectors.set(vector, (from + (batch[position] ?? 0)) * model.dims);
          });
          done += batch.length;
          on.batch?.(done);
          await setImmediate();
        }
      }
      return vectors;
    },
    async close() {
      await loaded.network.dispose();
    },
  };
}

function describe(model: EncoderModel, { device, revision }: Loaded): EncoderDescription {
  const runtime = `onnxruntime ${env.backends.onnx.versions?.node ?? 'of unknown version'}`;
  const recipe = `${model.pooling}${model.prefix === '' ? '' : ` "${model.prefix}"`} ${model.maxTokens} tokens`;
  return {
    model: model.name,
    revision,
    dtype: 'fp32',
    runtime,
    device,
    dims: model.dims,
    id: `${model.name}@${revision.startsWith('sha256:') ? revision : revision.slice(0, 8)} fp32 ${recipe} ${runtime} ${device}`,
  };
}

async function tokenize(tokenizer: Tokenizer, model: EncoderModel, texts: readonly string[], signal?: AbortSignal): Promise<number[][]> {
  const ids: number[][] = [];
  for (const [index, text] of texts.entries()) {
    if (index % textsPerYield === 0) {
      signal?.throwIfAborted();
      await setImmediate();
    }
    ids.push(truncate(tokenizer(model.prefix + text, { return_tensor: false }).input_ids, model.maxTokens));
  }
  return ids;
}

/** The library's own truncation cuts the closing special token off, which moves the vector by up to 0.005 from Python's. */
function truncate(tokens: number[], maxTokens: number): number[] {
  const last = tokens.at(-1);
  return tokens.length <= maxTokens || last === undefined ? tokens : [...tokens.slice(0, maxTokens - 1), last];
}

async function embedBatch(
  { network, tokenizer }: Loaded,
  model: EncoderModel,
  batch: readonly (readonly number[])[],
  put: (position: number, vector: Float64Array) => void,
): Promise<void> {
  const lengths = batch.map((tokens) => tokens.length);
  const width = Math.max(...lengths);
  const inputIds = new BigInt64Array(batch.length * width).fill(BigInt(tokenizer.pad_token_id));
  const mask = new BigInt64Array(batch.length * width);
  batch.forEach((tokens, row) => {
    tokens.forEach((token, column) => {
      inputIds[row * width + column] = BigInt(token);
      mask[row * width + column] = 1n;
    });
  });
  const shape = [batch.length, width];
  const output: unknown = await network({
    input_ids: new Tensor('int64', inputIds, shape),
    attention_mask: new Tensor('int64', mask, shape),
    token_type_ids: new Tensor('int64', new BigInt64Array(batch.length * width), shape),
  });
  const hidden = hiddenStateOf(output);
  const [, , dims] = hidden.dims;
  if (dims !== model.dims || !(hidden.data instanceof Float32Array)) {
    throw new Error(`${model.name} gives ${dims} numbers of type ${hidden.type} per token, not ${model.dims} of float32: are the weights another model's?`);
  }
  poolBatch(hidden.data, { width, dims, lengths }, model.pooling, put);
}

function hiddenStateOf(output: unknown): Tensor {
  if (typeof output === 'object' && output !== null && 'last_hidden_state' in output && output.last_hidden_state instanceof Tensor) {
    return output.last_hidden_state;
  }
  throw new Error('the network has no output "last_hidden_state": are these the weights of an encoder?');
}
