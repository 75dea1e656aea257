import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import type { EncoderDescription } from '../../contracts/embedding.ts';
import { ModelWeightsMissing } from '../../contracts/failure.ts';
import { batchesByLength } from './batches.ts';
import type { Encoder } from './encoder.ts';
import { probeTokenBudget } from './gpu-budget.ts';
import { weightsFile } from './models.ts';
import type { Dtype } from './models.ts';
import { createNetworkPool } from './network-pool.ts';
import type { NetworkPool } from './network-pool.ts';
import type { TokenBatch } from './thread-messages.ts';
import { openTokens } from './tokens.ts';
import type { Tokens } from './tokens.ts';
import { placeWeights } from './weights.ts';
import type { PlacedModel } from './weights.ts';

export interface TextEncoderOptions {
  /** One folder per model, as `installModels` leaves them. */
  readonly modelsDir: string;
  /** A name of the table, a folder's name within `modelsDir`, or `owner/name[@revision]` of the model hub. */
  readonly model: string;
  /** Default fp32. int8 numbers also depend on the kind of CPU. */
  readonly dtype?: Dtype;
  /** Load from the model hub what is not in `modelsDir`. Default: no. */
  readonly allowRemote?: boolean;
  readonly hubEndpoint?: string;
  /** Default: the CPU. CUDA falls back to it with a warning; not tested on a GPU. */
  readonly device?: 'cpu' | 'cuda';
  /** Threads with a network each, so ~0.15 GB each for a small model; one on a GPU. Default: one per core. Vectors don't depend on it. */
  readonly workers?: number;
  /** Default: a process warning, which goes to stderr. */
  warn?(line: string): void;
}

// Measured on product names and on reviews: 256 is as good, 1024 and 2048 are up to 7 % slower per CPU second.
const tokensPerBatch = 512;
const gpuTokens = { from: 2_048, most: 262_144 };
// Bounds the memory for token ids; sorting within so many texts leaves next to no padding.
const textsPerWindow = 4_096;

/**
 * Loads the model once per thread; its memory is held until `close`. Vectors have length 1, and are the same whatever the number of threads and
 * the order of the texts: to 1e-6 at fp32, to the bit at int8, where each text is a batch of its own. The empty text has a vector like any
 * other; a text counts up to the model's longest, and never beyond 100,000 characters.
 * @throws BadInput for what is no model; ModelWeightsMissing; ServiceUnavailable when the hub is needed and doesn't answer
 */
export async function createTextEncoder(options: TextEncoderOptions): Promise<Encoder<string>> {
  const { model, dtype = 'fp32', device = 'cpu', warn = (line: string) => process.emitWarning(line) } = options;
  const placed = await placeWeights({ ...options, dtype, allowRemote: options.allowRemote ?? false });
  const { folder, recipe } = placed;
  const tokens = await openTokens(folder, recipe);
  const pool = await createNetworkPool({ weights: join(folder, weightsFile[dtype]), device, pooling: recipe.pooling, padId: tokens.padId, alone: dtype === 'int8' }, device === 'cuda' ? 1 : Math.max(1, options.workers ?? availableParallelism()), warn);
  try {
    // A model may end in a layer that its configuration doesn't tell.
    const dims = (await pool.run(joined(await tokens.of([''])))).length;
    if (dims !== recipe.dims && placed.known) throw new ModelWeightsMissing(`${model} in ${folder} gives ${dims} numbers per text, not ${recipe.dims}: are the weights another model's?`);
    // Of texts that are encoded one by one it is only what a thread is given at a time.
    const onCpu = dtype === 'int8' ? 4 * tokensPerBatch : tokensPerBatch;
    const budget = pool.device === 'cuda' ? await probeTokenBudget((size) => tokensPerSecond(pool, recipe.maxTokens, size), gpuTokens) : onCpu;
    return encoderOf({ tokens, pool, dims, batches: (lengths) => batchesByLength(lengths, budget), description: describe(placed, { dtype, dims, pool }) });
  } catch (error) {
    await pool.close();
    throw error;
  }
}

function describe({ name, revision, recipe }: PlacedModel, { dtype, dims, pool: { runtime, device } }: { readonly dtype: Dtype; readonly dims: number; readonly pool: NetworkPool }): EncoderDescription {
  const { pooling, prefix, maxTokens } = recipe;
  const told = `${pooling}${prefix === '' ? '' : ` "${prefix}"`} ${maxTokens} tokens`;
  return { model: name, revision, dtype, runtime, device, dims, id: `${name}@${revision.startsWith('sha256:') ? revision : revision.slice(0, 8)} ${dtype} ${told} ${runtime} ${device}` };
}

interface Parts {
  readonly tokens: Tokens;
  readonly pool: NetworkPool;
  readonly dims: number;
  readonly description: EncoderDescription;
  batches(lengths: readonly number[]): readonly (readonly number[])[];
}

function encoderOf(parts: Parts): Encoder<string> {
  const { pool, dims, description } = parts;
  return {
    describe: () => description,
    async embed(texts, on = {}) {
      on.signal?.throwIfAborted();
      const vectors = new Float32Array(texts.length * dims);
      // Whatever fails first ends the rest.
      const failing = new AbortController();
      const signal = on.signal === undefined ? failing.signal : AbortSignal.any([on.signal, failing.signal]);
      // One queue for all lanes: who has a free hand takes the next batch.
      const queue = batchesOf(parts, texts, signal);
      let told: Promise<void> = Promise.resolve();
      const lane = async (): Promise<void> => {
        for (let next = await queue.next(); next.done !== true; next = await queue.next()) {
          const { positions, batch } = next.value;
          signal.throwIfAborted();
          const made = await pool.run(batch);
          signal.throwIfAborted();
          positions.forEach((position, index) => vectors.set(made.subarray(index * dims, (index + 1) * dims), position * dims));
          // One at a time, and waited for: the caller may be writing, and must not be overrun.
          told = told.then(() => {
            signal.throwIfAborted();
            return on.batch?.(positions, made);
          });
          await told;
        }
      };
      const ended = await Promise.allSettled(Array.from({ length: pool.lanes }, () => lane().catch((error: unknown) => {
        failing.abort(error);
        throw error;
      })));
      on.signal?.throwIfAborted();
      // The reason of the first to fail is that of all.
      failing.signal.throwIfAborted();
      for (const one of ended) if (one.status === 'rejected') throw one.reason;
      return { vectors, problems: new Map() };
    },
    close: () => pool.close(),
  };
}

interface QueuedBatch {
  readonly positions: readonly number[];
  readonly batch: TokenBatch;
}

/** Batches of the texts, window by window; the next window's tokens are made while the networks are at work on this one's. */
async function* batchesOf({ tokens, batches }: Parts, texts: readonly string[], signal: AbortSignal): AsyncGenerator<QueuedBatch, void> {
  const window = (from: number): Promise<readonly (readonly number[])[]> => {
    const made = tokens.of(texts.slice(from, from + textsPerWindow), signal);
    // Nobody may be waiting yet when it fails.
    made.catch(() => undefined);
    return made;
  };
  let next = window(0);
  for (let from = 0; from < texts.length; from += textsPerWindow) {
    const ids = await next;
    next = window(from + textsPerWindow);
    for (const batch of batches(ids.map((of) => of.length))) {
      yield { positions: batch.map((index) => from + index), batch: joined(batch.map((index) => ids[index] ?? [])) };
    }
  }
}

function joined(batch: readonly (readonly number[])[]): TokenBatch {
  return { ids: Int32Array.from(batch.flat()), lengths: batch.map((ids) => ids.length) };
}

/** Of made-up texts as long as typical ones. */
async function tokensPerSecond(pool: NetworkPool, maxTokens: number, size: number): Promise<number> {
  const width = Math.min(128, maxTokens);
  const count = Math.max(1, Math.floor(size / width));
  const batch = (): TokenBatch => ({ ids: new Int32Array(count * width).fill(1), lengths: Array.from({ length: count }, () => width) });
  // The first of a size sets its memory up.
  await pool.run(batch());
  const began = performance.now();
  await pool.run(batch());
  return (1000 * count * width) / (performance.now() - began);
}
