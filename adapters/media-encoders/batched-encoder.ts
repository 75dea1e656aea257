import type { EncoderDescription } from '../../contracts/embedding.ts';
import type { Encoder } from './encoder.ts';
import { UnreadableMedia } from './encoder.ts';

export interface EncoderParts<T, Prepared> {
  readonly description: EncoderDescription;
  /** Items that are decoded together, and so many more while the network is at work: this bounds what is held in memory. */
  readonly batchSize: number;
  /** Decodes one item, in other threads. @throws UnreadableMedia with the reason when the item itself is at fault */
  prepare(item: T, signal?: AbortSignal): Promise<Prepared>;
  /** One vector per prepared item, in their order. */
  run(prepared: readonly Prepared[]): Promise<readonly Float32Array[]>;
  close(): Promise<void>;
}

type Outcome<Prepared> = { readonly prepared: Prepared } | { readonly problem: string } | { readonly error: unknown };

/** Decodes the next batch while the network is at work on this one. */
export function createBatchedEncoder<T, Prepared>(parts: EncoderParts<T, Prepared>): Encoder<T> {
  const { description, batchSize } = parts;
  const { dims } = description;
  return {
    describe: () => description,
    async embed(items, on = {}) {
      const vectors = new Float32Array(items.length * dims);
      const problems = new Map<number, string>();
      const decode = (from: number): Promise<Outcome<Prepared>[]> => Promise.all(items.slice(from, from + batchSize).map((item) => outcomeOf(parts, item, on.signal)));
      on.signal?.throwIfAborted();
      let next = decode(0);
      try {
        for (let from = 0; from < items.length; from += batchSize) {
          const outcomes = await next;
          on.signal?.throwIfAborted();
          next = decode(from + batchSize);
          const ready: Prepared[] = [];
          const positions: number[] = [];
          outcomes.forEach((outcome, index) => {
            if ('error' in outcome) throw outcome.error;
            if ('problem' in outcome) problems.set(from + index, outcome.problem);
            else {
              positions.push(from + index);
              ready.push(outcome.prepared);
            }
          });
          const out = ready.length === 0 ? [] : await parts.run(ready);
          positions.forEach((position, index) => vectors.set(out[index] ?? nothing(dims), position * dims));
          for (const position of outcomes.keys()) if (problems.has(from + position)) vectors.fill(Number.NaN, (from + position) * dims, (from + position + 1) * dims);
          await on.batch?.(Array.from(outcomes.keys(), (index) => from + index), vectors.slice(from * dims, (from + outcomes.length) * dims));
        }
      } finally {
        // Nothing reads files any more once this has ended.
        await next;
      }
      return { vectors, problems };
    },
    close: () => parts.close(),
  };
}

async function outcomeOf<T, Prepared>(parts: EncoderParts<T, Prepared>, item: T, signal?: AbortSignal): Promise<Outcome<Prepared>> {
  try {
    return { prepared: await parts.prepare(item, signal) };
  } catch (error) {
    return error instanceof UnreadableMedia ? { problem: error.message } : { error };
  }
}

function nothing(dims: number): never {
  throw new Error(`the network gave fewer vectors of ${dims} numbers than it was given items`);
}
