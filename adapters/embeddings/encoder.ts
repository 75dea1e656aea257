import type { EncoderDescription } from '../../contracts/embedding.ts';

/** Turns things into vectors: texts, or files of pictures, sounds and films. */
export interface Encoder<T> {
  describe(): EncoderDescription;
  /**
   * One vector per item, row-major `items.length × dims`, in the order of the items, each of Euclidean length 1 (texts) or as the network gives
   * it (media). An item that can't be read has a vector of NaN and its reason in `problems`. Independent of the other items to 1e-6.
   * @param on.batch positions of the items done with this batch, and their vectors, as soon as they are there
   * @throws the abort reason, at the next batch after `on.signal` aborts
   */
  embed(items: readonly T[], on?: { batch?(positions: readonly number[], vectors: Float32Array): void | Promise<void>; readonly signal?: AbortSignal }): Promise<{
    readonly vectors: Float32Array;
    /** By position; absent where all is well. */
    readonly problems: ReadonlyMap<number, string>;
  }>;
  /** Gives the network's memory back. */
  close(): Promise<void>;
}
