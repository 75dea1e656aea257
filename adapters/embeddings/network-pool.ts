import { Worker } from 'node:worker_threads';

import { failureOf } from '../../contracts/failure.ts';
import { threadEntry } from './thread-entry.ts';
import type { FromThread, ThreadStart, ToThread, TokenBatch } from './thread-messages.ts';

/** Networks in threads of their own, so that the caller's stays free and every core is used. */
export interface NetworkPool {
  readonly device: 'cpu' | 'cuda';
  readonly runtime: string;
  /** Batches that are worth having under way at once: each thread has one at work and one waiting. */
  readonly lanes: number;
  /** One vector per text, row-major. Whichever thread has least to do takes it. @throws Error when its thread dies, which the next call starts anew */
  run(batch: TokenBatch): Promise<Float32Array>;
  close(): Promise<void>;
}

const lanesPerThread = 2;

interface Thread {
  readonly device: 'cpu' | 'cuda';
  readonly runtime: string;
  waiting(): number;
  dead(): boolean;
  run(batch: TokenBatch): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * @param entry JavaScript of a thread
 * @throws what the network's loading throws, with no thread left running
 */
export async function createNetworkPool(start: ThreadStart, count: number, warn: (line: string) => void, entry = threadEntry()): Promise<NetworkPool> {
  const opened = await Promise.allSettled(Array.from({ length: count }, (_, index) => startThread(entry, start, index === 0 ? warn : () => undefined)));
  const failed = opened.find((one) => one.status === 'rejected');
  const threads = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const [first] = threads;
  if (failed !== undefined || first === undefined) {
    await Promise.all(threads.map((thread) => thread.close()));
    throw failed?.reason ?? new Error('an encoder needs at least one thread');
  }
  let slots: readonly Promise<Thread>[] = threads.map((thread) => Promise.resolve(thread));
  let closed = false;
  const living = async (): Promise<readonly Thread[]> => {
    if (closed) throw new Error('the encoder is closed');
    const seen = slots;
    const now = await Promise.all(seen);
    // Another call has replaced a dead thread meanwhile.
    if (slots !== seen) return living();
    if (!now.some((thread) => thread.dead())) return now;
    // Its memory may have run out for once. The same device as before: the vectors belong to what `describe` says.
    slots = now.map((thread) => (thread.dead() ? startThread(entry, { ...start, device: first.device }, warn) : Promise.resolve(thread)));
    const again = await Promise.allSettled(slots);
    const failed = again.find((one) => one.status === 'rejected');
    const threads = again.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (failed === undefined) return threads;
    await Promise.all(threads.filter((thread) => !now.includes(thread)).map((thread) => thread.close()));
    // The next call tries again.
    slots = now.map((thread) => Promise.resolve(thread));
    throw failed.reason;
  };
  return {
    device: first.device,
    runtime: first.runtime,
    lanes: count * lanesPerThread,
    async run(batch) {
      const [least] = [...(await living())].sort((a, b) => a.waiting() - b.waiting());
      if (least === undefined) throw new Error('an encoder needs at least one thread');
      return least.run(batch);
    },
    async close() {
      closed = true;
      const now = (await Promise.allSettled(slots)).flatMap((thread) => (thread.status === 'fulfilled' ? [thread.value] : []));
      await Promise.all(now.map((thread) => thread.close()));
    },
  };
}

function startThread(entry: string, start: ThreadStart, warn: (line: string) => void): Promise<Thread> {
  const worker = new Worker(entry, { workerData: start });
  const waiting = new Map<number, { done(vectors: Float32Array): void; fail(error: Error): void }>();
  const ended = new Promise<void>((done) => worker.once('exit', () => done()));
  let [chunks, broken]: [number, Error | undefined] = [0, undefined];
  const send = (message: ToThread, transfer: readonly ArrayBuffer[] = []): void => worker.postMessage(message, transfer);
  const settle = (chunk: number) => {
    const one = waiting.get(chunk);
    waiting.delete(chunk);
    return one;
  };
  const run = (batch: TokenBatch): Promise<Float32Array> =>
    new Promise((done, fail) => {
      if (broken !== undefined) return fail(broken);
      const chunk = (chunks += 1);
      waiting.set(chunk, { done, fail });
      send({ chunk, ...batch });
    });
  const close = async (): Promise<void> => {
    if (broken === undefined) send({ close: true });
    // Left alone, it has given its memory back by then; what is still at work is not waited for.
    if (waiting.size > 0) await worker.terminate();
    await ended;
  };
  return new Promise((done, fail) => {
    const breakDown = (error: Error): void => {
      broken ??= error;
      fail(broken);
      for (const { fail: failOne } of waiting.values()) failOne(broken);
      waiting.clear();
    };
    worker.on('error', (error) => breakDown(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => breakDown(new Error(`a thread of the text encoder ended with code ${code}`)));
    worker.on('message', (message: FromThread) => {
      if ('warning' in message) warn(message.warning);
      else if ('ready' in message) done({ ...message.ready, waiting: () => waiting.size, dead: () => broken !== undefined, run, close });
      else if ('vectors' in message) settle(message.chunk)?.done(message.vectors);
      else {
        const { code, message: text } = message.failure;
        const error = code === undefined ? new Error(text) : failureOf(code, text);
        if (message.chunk !== undefined) settle(message.chunk)?.fail(error);
        else {
          breakDown(error);
          send({ close: true });
        }
      }
    });
  });
}
