import type { Modality, Tuning } from './embeddings.schema.ts';

/** What products are told apart by while vectors are tuned; rows are those of {@link TuningData.series}. */
export type TuningTask =
  /** Standardised figures of a product's sales, row-major, `names.length` each; NaN where one is not known. */
  | { readonly kind: 'demand'; readonly names: readonly string[]; readonly values: Float32Array }
  /** Number of the product's value of the column. */
  | { readonly kind: 'alike'; readonly column: string; readonly labels: Uint32Array };

/** Vectors as bare numbers: little-endian float32, row-major, `rows` × `width`. */
export interface VectorRows {
  readonly file: string;
  readonly rows: number;
  /** Per row the product in {@link TuningData.series} that may be learnt from by it; −1 where nothing may. */
  readonly product: Int32Array;
}

/** One modality laid out for the child process. */
export interface TuningModality {
  readonly modality: Modality;
  readonly width: number;
  readonly vectors: VectorRows;
  /** Changed copies of what the vectors are of; the same width. */
  readonly views?: VectorRows;
}

/** All that tuning learns from, on local disk. */
export interface TuningData {
  /** Products first sold by then whose answer is known, in the order of their names. */
  readonly series: readonly string[];
  /** ISO date of the first fold's cutoff: nothing that became known after its period is in here. */
  readonly cutoff: string;
  readonly task: TuningTask;
  readonly modalities: readonly TuningModality[];
}

/** What the child process is asked to do. Deterministic in all of it on one engine. */
export interface TuneJob extends Omit<TuningData, 'cutoff' | 'series'> {
  readonly settings: Pick<Tuning, 'layers' | 'dims' | 'epochs'>;
  /** Per product whether it is kept from learning and tells when to stop. */
  readonly heldOut: Uint8Array;
  readonly seed: number;
  /** Where `<modality>.f32` goes: the new vectors of all rows, row-major, `settings.dims` each. */
  readonly outFolder: string;
}

/** How one modality was tuned. */
export interface TunedModality {
  readonly modality: Modality;
  /** Numbers of a vector before; `settings.dims` is how many it has now. */
  readonly width: number;
  /** Products learnt from and kept out, changed copies learnt from, and vectors that were changed. */
  readonly learnt: number;
  readonly heldOut: number;
  readonly views: number;
  readonly vectors: number;
  /** Loss on what was learnt from, per epoch, and on what was held out: before the first epoch, then after each. Empty without a hold-out. */
  readonly trainLoss: readonly number[];
  readonly heldOutLoss: readonly number[];
  /** Loss on the held-out products of whoever knows nothing of them: the mean of what was learnt from; by chance. */
  readonly ignorantLoss: number | null;
  /** Epochs whose weights were kept; 0 are those that training starts from. */
  readonly kept: number;
}
export interface TuneOutcome {
  readonly modalities: readonly TunedModality[];
  /** E.g. `tfjs-wasm 4.22.0`. */
  readonly engine: string;
}

/** The report artifact. */
export interface TuningReport extends TuneOutcome {
  readonly on: string;
  readonly layers: Tuning['layers'];
  readonly dims: number;
  readonly cutoff: string;
  /** Products that could be learnt from, the held-out ones among them. */
  readonly series: number;
  /** What was predicted (`demand`), or how many values the column has. */
  readonly task: { readonly kind: 'demand'; readonly names: readonly string[] } | { readonly kind: 'alike'; readonly column: string; readonly values: number };
}
