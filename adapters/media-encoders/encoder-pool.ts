import { Worker } from 'node:worker_threads';

import type { EncoderDescription } from '../../contracts/embedding.ts';
import { failureOf } from '../../contracts/failure.ts';
import type { EmbedOptions, Encoder, MediaItem } from './encoder.ts';
import type { EncoderKind, MediaModality } from './encoder-kind.ts';
import type { Failure, FromWorker, ToWorker, WorkerStart } from './worker-messages.ts';

/** Items a thread is given at a time; of two such chunks, one is decoded while the network is at work on the other. */
const chunkSizes: Readonly<Record<MediaModality, number>> = { image: 16, audio: 4, video: 2 };
const chunksPerThread = 2;

type Embedded = Extract<FromWorker, { vectors: Float32Array }>;

interface Thread {
  readonly description: EncoderDescription;
  /** It has ended, by itself or by `close`. */
  isOver(): boolean;
  embed(items: readonly MediaItem[], signal?: AbortSignal): Promise<Embedded>;
  close(): Promise<void>;
}

/**
 * The same encoder in threads of its own, so that the caller's stays free and every core is used. Vectors don't depend on the number of threads.
 * @param entry JavaScript of `encoder-thread.ts`
 */
export async function createEncoderPool(kind: EncoderKind, threads: { readonly count: number; readonly entry: string }, warn: (line: string) => void): Promise<Encoder<MediaItem>> {
  const opened = await Promise.allSettled(Array.from({ length: threads.count }, (_, index) => startThread(kind, threads.entry, index === 0 ? warn : () => undefined)));
  const pool = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = opened.find((one) => one.status === 'rejected');
  const [first] = pool;
  if (failed !== undefined || first === undefined) {
    await Promise.all(pool.map((thread) => thread.close()));
    throw failed?.reason ?? new Error('an encoder needs at least one thread');
  }
  const { description } = first;
  let isClosed = false;
  return {
    describe: () => description,
    async embed(items, on = {}) {
      // What ended a thread (its memory, say) failed the call it happened in; the next one has all of them again.
      for (const [index, thread] of pool.entries()) if (!isClosed && thread.isOver()) pool[index] = await startThread(kind, threads.entry, warn);
      return embedWith(pool, chunkSizes[kind.modality], description.dims, items, on);
    },
    close: async () => {
      isClosed = true;
      await Promise.all(pool.map((thread) => thread.close()));
    },
  };
}

async function embedWith(pool: readonly Thread[], chunkSize: number, dims: number, items: readonly MediaItem[], on: EmbedOptions): ReturnType<Encoder<MediaItem>['embed']> {
  on.signal?.throwIfAborted();
  const vectors = new Float32Array(items.length * dims);
  const problems = new Map<number, string>();
  // Whatever fails first ends the rest.
  const failing = new AbortController();
  const signal = on.signal === undefined ? failing.signal : AbortSignal.any([on.signal, failing.signal]);
  let next = 0;
  let told: Promise<void> = Promise.resolve();
  const lane = async (thread: Thread): Promise<void> => {
    while (next < items.length && !signal.aborted) {
      const from = next;
      next += chunkSize;
      const answer = await thread.embed(items.slice(from, from + chunkSize), signal);
      vectors.set(answer.vectors, from * dims);
      for (const [index, reason] of answer.problems) problems.set(from + index, reason);
      // One at a time: the caller may be writing.
      told = told.then(() => on.batch?.(Array.from({ length: answer.vectors.length / dims }, (_, index) => from + index), answer.vectors));
      await told;
    }
  };
  const lanes = pool.flatMap((thread) => Array.from({ length: chunksPerThread }, () => thread));
  const ended = await Promise.allSettled(lanes.map((thread) => lane(thread).catch((error: unknown) => {
    failing.abort();
    throw error;
  })));
  on.signal?.throwIfAborted();
  for (const lane of ended) if (lane.status === 'rejected') throw lane.reason;
  return { vectors, problems: new Map([...problems].sort(([a], [b]) => a - b)) };
}

function startThread(kind: EncoderKind, entry: string, warn: (line: string) => void): Promise<Thread> {
  const worker = new Worker(entry, { workerData: kind satisfies WorkerStart });
  const waiting = new Map<number, { done(answer: Embedded): void; fail(error: Error): void }>();
  let chunks = 0;
  let broken: Error | undefined;
  return new Promise((done, fail) => {
    const breakDown = (error: Error): void => {
      broken ??= error;
      fail(broken);
      for (const { fail: failOne } of waiting.values()) failOne(broken);
      waiting.clear();
    };
    worker.on('error', (error) => breakDown(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => breakDown(new Error(`a thread of the encoder ended with code ${code}`)));
    worker.on('message', (message: FromWorker) => {
      if ('warning' in message) warn(message.warning);
      else if ('ready' in message) done({ description: message.ready, isOver: () => broken !== undefined, embed, close });
      else if ('failure' in message) {
        const error = errorOf(message.failure);
        if (message.chunk === undefined) {
          fail(error);
          void worker.terminate();
        } else settle(message.chunk)?.fail(error);
      } else settle(message.chunk)?.done(message);
    });
    const settle = (chunk: number) => {
      const one = waiting.get(chunk);
      waiting.delete(chunk);
      return one;
    };
    const embed = (items: readonly MediaItem[], signal?: AbortSignal): Promise<Embedded> => {
      const chunk = (chunks += 1);
      const send = (message: ToWorker): void => worker.postMessage(message);
      const cancel = (): void => send({ cancel: chunk });
      signal?.addEventListener('abort', cancel, { once: true });
      return new Promise<Embedded>((resolve, reject) => {
        if (broken !== undefined) return reject(broken);
        waiting.set(chunk, { done: resolve, fail: reject });
        send({ chunk, items });
      }).finally(() => signal?.removeEventListener('abort', cancel));
    };
    const close = async (): Promise<void> => {
      worker.removeAllListeners('exit');
      breakDown(new Error('the encoder is closed'));
      await worker.terminate();
    };
  });
}

function errorOf({ code, message }: Failure): Error {
  return code === undefined ? new Error(message) : failureOf(code, message);
}
