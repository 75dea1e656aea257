import type { FailureCode } from '../../contracts/failure.ts';
import type { Recipe } from './models.ts';

/** What a thread is started with. */
export interface ThreadStart {
  /** The ONNX file. */
  readonly weights: string;
  readonly device: 'cpu' | 'cuda';
  readonly pooling: Recipe['pooling'];
  readonly padId: number;
  /** Whether a text's vector depends on what else is in its batch: then each one is a batch of its own. */
  readonly alone: boolean;
}

/** Token ids one text after the other, and how many each has. */
export interface TokenBatch {
  readonly ids: Int32Array;
  readonly lengths: readonly number[];
}

export type ToThread = ({ readonly chunk: number } & TokenBatch) | { readonly close: true };

export interface ThreadFailure {
  readonly message: string;
  readonly code?: FailureCode;
}

export type FromThread =
  | { readonly ready: { readonly device: 'cpu' | 'cuda'; readonly runtime: string } }
  | { readonly warning: string }
  /** Without a chunk: it couldn't start. */
  | { readonly failure: ThreadFailure; readonly chunk?: number }
  /** One vector per text of the chunk, row-major, of Euclidean length 1. */
  | { readonly chunk: number; readonly vectors: Float32Array };
