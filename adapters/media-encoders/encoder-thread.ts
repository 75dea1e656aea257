import { parentPort, workerData } from 'node:worker_threads';

import { PipelineError } from '../../contracts/failure.ts';
import type { Encoder, MediaItem } from './encoder.ts';
import { openEncoder } from './encoder-kind.ts';
import type { Failure, FromWorker, ToWorker, WorkerStart } from './worker-messages.ts';

// The beginning of a thread that owns one encoder: see encoder-pool.ts.

const port = parentPort;
if (port === null) throw new Error('encoder-thread runs as a worker thread');
const say = (message: FromWorker, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer);

const start: WorkerStart = workerData;
let encoder: Encoder<MediaItem> | undefined;
try {
  encoder = await openEncoder(start, (warning) => say({ warning }));
  say({ ready: encoder.describe() });
} catch (error) {
  say({ failure: failureOf(error) });
}

const running = new Map<number, AbortController>();
port.on('message', (message: ToWorker) => {
  if ('cancel' in message) running.get(message.cancel)?.abort(new Error('cancelled'));
  else if (encoder !== undefined) void embed(encoder, message.chunk, message.items);
});

async function embed(with_: Encoder<MediaItem>, chunk: number, items: readonly MediaItem[]): Promise<void> {
  const controller = new AbortController();
  running.set(chunk, controller);
  try {
    const { vectors, problems } = await with_.embed(items, { signal: controller.signal });
    say({ chunk, vectors, problems }, vectors.buffer instanceof ArrayBuffer ? [vectors.buffer] : []);
  } catch (error) {
    say({ chunk, failure: failureOf(error) });
  } finally {
    running.delete(chunk);
  }
}

function failureOf(error: unknown): Failure {
  return { message: error instanceof Error ? error.message : String(error), ...(error instanceof PipelineError && { code: error.code }) };
}
