import type { EncoderDescription } from '../../contracts/embedding.ts';
import type { PictureChange } from '../../contracts/embeddings.schema.ts';

/** Turns files of pictures, sounds and films into vectors. Of one shape with the encoders of texts. */
export interface Encoder<T> {
  describe(): EncoderDescription;
  /**
   * One vector per item, row-major `items.length × dims`, in the order of the items, as the network gives it. An item that can't be read has a
   * vector of NaN and its reason in `problems`. Independent of the other items to 1e-6.
   * @param on.batch positions of the items done with this batch, and their vectors, as soon as they are there
   * @throws the abort reason, at the next batch after `on.signal` aborts
   */
  embed(items: readonly T[], on?: EmbedOptions): Promise<{
    readonly vectors: Float32Array;
    /** By position; absent where all is well. */
    readonly problems: ReadonlyMap<number, string>;
  }>;
  /** Gives the network's memory back. */
  close(): Promise<void>;
}

export interface EmbedOptions {
  batch?(positions: readonly number[], vectors: Float32Array): void | Promise<void>;
  readonly signal?: AbortSignal;
}

export interface MediaItem {
  readonly file: string;
  /** Of a picture only: encode a changed view of it. The same seed makes the same view. */
  readonly change?: ViewChange;
}

export interface ViewChange {
  readonly kinds: readonly PictureChange[];
  /** 0 … 1. */
  readonly strength: number;
  readonly seed: number;
}

/** A file that can't become a vector. The message is the reason, as half a sentence about the file. */
export class UnreadableMedia extends Error {}

export interface MediaEncoderOptions {
  /** One folder per model. */
  readonly modelsDir: string;
  /** `efficientnet-lite0` (pictures, films), `log-mel` (sounds), a folder of `modelsDir`, or `owner/name[@revision]` of the model hub. */
  readonly model: string;
  /** Default fp32. */
  readonly dtype?: 'fp32' | 'fp16' | 'int8';
  /** Default: the CPU. CUDA falls back to it with a warning. */
  readonly device?: 'cpu' | 'cuda';
  /** Threads within one operation of the network. Default 1. */
  readonly threads?: number;
  /** Load from the model hub what is not in `modelsDir`. Default: no. */
  readonly allowRemote?: boolean;
  readonly hubEndpoint?: string;
  /** FFmpeg's program. Default: `ffmpeg` on the PATH. */
  readonly ffmpeg?: string;
  /** Default: a process warning, which goes to stderr. */
  warn?(line: string): void;
}
