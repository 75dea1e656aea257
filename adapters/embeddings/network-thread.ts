import { parentPort, workerData } from 'node:worker_threads';

import { env } from 'onnxruntime-node';

import { PipelineError } from '../../contracts/failure.ts';
import { openNetwork, runtime } from './network.ts';
import type { Network } from './network.ts';
import type { FromThread, ThreadFailure, ThreadStart, ToThread } from './thread-messages.ts';

// The beginning of a thread that owns one network: see network-pool.ts.

const port = parentPort;
if (port === null) throw new Error('network-thread runs as a worker thread');
const say = (message: FromThread, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer);

// What goes wrong is thrown as well: the runtime's own lines on stderr would say it twice.
env.logLevel = 'fatal';
const start: ThreadStart = workerData;
let network: Network | undefined;
try {
  network = await openNetwork(start, (warning) => say({ warning }));
  say({ ready: { device: network.device, runtime } });
} catch (error) {
  say({ failure: failureOf(error) });
}

port.on('message', (message: ToThread) => {
  if ('close' in message) {
    port.close();
    void network?.close();
  } else if (network !== undefined) void run(network, message);
});

async function run(on: Network, { chunk, ids, lengths }: Extract<ToThread, { chunk: number }>): Promise<void> {
  try {
    const vectors = await on.run({ ids, lengths });
    say({ chunk, vectors }, vectors.buffer instanceof ArrayBuffer ? [vectors.buffer] : []);
  } catch (error) {
    say({ chunk, failure: failureOf(error) });
  }
}

function failureOf(error: unknown): ThreadFailure {
  return { message: error instanceof Error ? error.message : String(error), ...(error instanceof PipelineError && { code: error.code }) };
}
