import { InferenceSession, Tensor, env } from 'onnxruntime-node';

import { BadInput, ModelWeightsMissing } from '../../contracts/failure.ts';
import { fromHalfFloats } from './half-floats.ts';
import { innermostMessage } from '../model-hub.ts';
import { poolBatch } from './pooling.ts';
import type { ThreadStart, TokenBatch } from './thread-messages.ts';

/** E.g. `onnxruntime 1.30.0`. */
export const runtime = `onnxruntime ${env.versions.node ?? 'of unknown version'}`;

/** A loaded sentence encoder. A run blocks its thread: the runtime's own threads are off, because one thread per core wastes less. */
export interface Network {
  readonly device: 'cpu' | 'cuda';
  run(batch: TokenBatch): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * @throws ModelWeightsMissing when the file is no network; BadInput when the network wants something else than tokens
 */
export async function openNetwork(start: ThreadStart, warn: (line: string) => void): Promise<Network> {
  const { session, device } = await load(start, warn);
  const unknown = session.inputNames.find((name) => !(name in inputs));
  if (unknown !== undefined) {
    await session.release();
    throw new BadInput(`${start.weights} takes ${session.inputNames.join(', ')}: a sentence encoder takes ${Object.keys(inputs).join(', ')} at most`);
  }
  return { device, run: (batch) => (start.alone ? runAlone(session, start, batch) : run(session, start, batch)), close: () => session.release() };
}

const inputs = {
  input_ids: (batch: Padded) => batch.ids,
  attention_mask: (batch: Padded) => batch.mask,
  token_type_ids: (batch: Padded) => new BigInt64Array(batch.ids.length),
  position_ids: (batch: Padded) => BigInt64Array.from(batch.ids, (_, at) => BigInt(at % batch.width)),
} as const;

interface Padded {
  readonly ids: BigInt64Array;
  readonly mask: BigInt64Array;
  readonly width: number;
}

async function load({ weights, device }: ThreadStart, warn: (line: string) => void): Promise<{ session: InferenceSession; device: 'cpu' | 'cuda' }> {
  const on = (provider: 'cpu' | 'cuda'): Promise<InferenceSession> =>
    InferenceSession.create(weights, { executionProviders: [provider], intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3, extra: { session: { intra_op: { allow_spinning: '0' } } } });
  if (device === 'cuda') {
    try {
      return { session: await on('cuda'), device };
    } catch (error) {
      // Asked for CUDA where there is none, the runtime throws at load: the CPU does the same work.
      warn(`CUDA can't be used for ${weights} (${innermostMessage(error)}): embedding on the CPU`);
    }
  }
  try {
    return { session: await on('cpu'), device: 'cpu' };
  } catch (error) {
    throw new ModelWeightsMissing(`${weights} can't be loaded (${innermostMessage(error)}): fetch or copy it again`, { cause: error });
  }
}

/**
 * Text by text, for int8: the runtime measures the range of the numbers between its layers over the whole batch, so that a vector would depend on
 * batch mates whatever the padding (by up to 0.035 per dimension among texts of one length). It takes 8 % more CPU.
 */
async function runAlone(session: InferenceSession, start: ThreadStart, { ids, lengths }: TokenBatch): Promise<Float32Array> {
  const made: Float32Array[] = [];
  let from = 0;
  for (const length of lengths) {
    made.push(await run(session, start, { ids: ids.subarray(from, from + length), lengths: [length] }));
    from += length;
  }
  const dims = made[0]?.length ?? 0;
  const vectors = new Float32Array(made.length * dims);
  made.forEach((vector, index) => vectors.set(vector, index * dims));
  return vectors;
}

async function run(session: InferenceSession, { pooling, padId }: ThreadStart, batch: TokenBatch): Promise<Float32Array> {
  const { lengths } = batch;
  const padded = pad(batch, padId);
  const shape = [lengths.length, padded.width];
  const feeds = Object.fromEntries(Object.entries(inputs).filter(([name]) => session.inputNames.includes(name)).map(([name, of]) => [name, new Tensor('int64', of(padded), shape)]));
  const outputs = new Map(Object.entries(await session.run(feeds)));
  const hidden = outputs.get('last_hidden_state') ?? outputs.get('token_embeddings') ?? outputs.get('sentence_embedding');
  if (hidden === undefined) throw new BadInput(`the network gives ${[...outputs.keys()].join(', ')}, not last_hidden_state, token_embeddings or sentence_embedding: are these the weights of a sentence encoder?`);
  const dims = hidden.dims.at(-1) ?? 0;
  const vectors = new Float32Array(lengths.length * dims);
  // A sentence embedding is pooled already: one "token" per text.
  const pooled = hidden.dims.length === 2;
  poolBatch(floats(hidden), { width: pooled ? 1 : padded.width, dims, lengths: pooled ? lengths.map(() => 1) : lengths }, pooling, (text, vector) => vectors.set(vector, text * dims));
  return vectors;
}

function pad({ ids, lengths }: TokenBatch, padId: number): Padded {
  const width = Math.max(...lengths);
  const padded = new BigInt64Array(lengths.length * width).fill(BigInt(padId));
  const mask = new BigInt64Array(padded.length);
  let from = 0;
  lengths.forEach((length, row) => {
    for (let at = 0; at < length; at += 1) {
      padded[row * width + at] = BigInt(ids[from + at] ?? padId);
      mask[row * width + at] = 1n;
    }
    from += length;
  });
  return { ids: padded, mask, width };
}

function floats(tensor: Tensor): Float32Array {
  if (tensor.data instanceof Float32Array) return tensor.data;
  if (tensor.data instanceof Uint16Array && tensor.type === 'float16') return fromHalfFloats(tensor.data);
  throw new BadInput(`the network gives ${tensor.type}, not float32 or float16: choose another export of the model`);
}
