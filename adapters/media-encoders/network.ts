import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

import { InferenceSession, Tensor, env } from 'onnxruntime-node';

import { BadInput } from '../../contracts/failure.ts';
import { innermostMessage } from '../model-hub.ts';
import type { MediaEncoderOptions } from './encoder.ts';

/** E.g. `onnxruntime 1.30.0`. */
export const runtime = `onnxruntime ${env.versions.node ?? 'of unknown version'}`;

// What goes wrong is thrown; in colours on stderr as well it would be said twice.
env.logLevel = 'fatal';

/** A loaded network with one input. */
export interface Network {
  readonly device: 'cpu' | 'cuda';
  /** SHA-256 of its file. */
  readonly digest: string;
  /** @param data `shape`, row-major. @returns `items × dims`, row-major; one vector per item of the first dimension */
  pooled(data: Float32Array, shape: readonly number[]): Promise<{ readonly data: Float32Array; readonly dims: number }>;
  /** `items × steps × dims`, row-major. */
  hidden(data: Float32Array, shape: readonly number[]): Promise<{ readonly data: Float32Array; readonly steps: number; readonly dims: number }>;
  close(): Promise<void>;
}

/**
 * @param file an ONNX model with the input `input`, of float32
 * @throws BadInput when it takes something else
 */
export async function openNetwork(file: string, input: string, options: Pick<MediaEncoderOptions, 'model' | 'device' | 'threads' | 'warn'>): Promise<Network> {
  const { session, device } = await load(file, options);
  const [only, ...others] = session.inputMetadata;
  if (only === undefined || others.length > 0 || only.name !== input || !only.isTensor || only.type !== 'float32') {
    await session.release();
    throw new BadInput(`${options.model} takes ${session.inputNames.join(', ')}, not one ${input} of 32-bit numbers: choose the export of an encoder whose inputs stay fp32`);
  }
  const run = async (data: Float32Array, shape: readonly number[]): Promise<ReadonlyMap<string, Tensor>> =>
    new Map(Object.entries(await session.run({ [input]: new Tensor('float32', data, shape) })));
  return {
    device,
    digest: await sha256Of(file),
    pooled: async (data, shape) => pool(await run(data, shape), options.model),
    hidden: async (data, shape) => {
      const { values, dims } = floats((await run(data, shape)).get('last_hidden_state'), options.model);
      const [, steps = 0, size = 0] = dims;
      return { data: values, steps, dims: size };
    },
    close: () => session.release(),
  };
}

/** Asked for CUDA where there is none, the runtime throws at load: the CPU does the same work. */
async function load(file: string, { model, device = 'cpu', threads = 1, warn }: Pick<MediaEncoderOptions, 'model' | 'device' | 'threads' | 'warn'>): Promise<{ session: InferenceSession; device: 'cpu' | 'cuda' }> {
  const on = (provider: 'cpu' | 'cuda'): Promise<InferenceSession> =>
    InferenceSession.create(file, {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      // Threads that wait by spinning take CPU from whatever runs beside them.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  if (device === 'cpu') return { session: await on('cpu'), device };
  try {
    return { session: await on('cuda'), device };
  } catch (error) {
    (warn ?? ((line: string) => process.emitWarning(line)))(`CUDA can't be used for ${model} (${innermostMessage(error)}): embedding on the CPU`);
    return { session: await on('cpu'), device: 'cpu' };
  }
}

/**
 * One vector per item: what the model calls its pooled output; else the first step (the class token of a vision transformer); else the mean over
 * height and width of a convolutional network's last map.
 */
function pool(outputs: ReadonlyMap<string, Tensor>, model: string): { data: Float32Array; dims: number } {
  const named = outputs.get('image_embeds') ?? outputs.get('pooler_output') ?? outputs.get('last_hidden_state') ?? outputs.values().next().value;
  const { values, dims } = floats(named, model);
  const [items = 0, second = 0, third = 1, fourth = 1] = dims;
  if (dims.length === 2) return { data: values, dims: second };
  if (dims.length === 3) {
    const data = new Float32Array(items * third);
    for (let item = 0; item < items; item += 1) data.set(values.subarray(item * second * third, item * second * third + third), item * third);
    return { data, dims: third };
  }
  if (dims.length !== 4) throw new BadInput(`${model} gives an output of ${dims.length} dimensions: choose an encoder with one of 2, 3 or 4`);
  const area = third * fourth;
  const data = new Float32Array(items * second);
  for (let at = 0; at < data.length; at += 1) {
    let sum = 0;
    for (let pixel = 0; pixel < area; pixel += 1) sum += values[at * area + pixel] ?? Number.NaN;
    data[at] = sum / area;
  }
  return { data, dims: second };
}

function floats(tensor: Tensor | undefined, model: string): { values: Float32Array; dims: readonly number[] } {
  if (tensor === undefined) throw new BadInput(`${model} has no output that could be a vector: are these the weights of an encoder?`);
  if (!(tensor.data instanceof Float32Array)) throw new BadInput(`${model} gives ${tensor.type}, not float32: choose an export whose outputs stay fp32`);
  return { values: tensor.data, dims: tensor.dims };
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
