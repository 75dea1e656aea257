import type { EncoderDescription } from '../../contracts/embedding.ts';
import type { FailureCode } from '../../contracts/failure.ts';
import type { MediaItem } from './encoder.ts';
import type { EncoderKind } from './encoder-kind.ts';

/** What a thread is started with. */
export type WorkerStart = EncoderKind;

export type ToWorker =
  | { readonly chunk: number; readonly items: readonly MediaItem[] }
  /** Go on with nothing of this chunk; it is still answered. */
  | { readonly cancel: number };

export interface Failure {
  readonly message: string;
  readonly code?: FailureCode;
}

export type FromWorker =
  | { readonly ready: EncoderDescription }
  | { readonly warning: string }
  /** Without a chunk: it couldn't start. */
  | { readonly failure: Failure; readonly chunk?: number }
  | { readonly chunk: number; readonly vectors: Float32Array; readonly problems: ReadonlyMap<number, string> };
