import type { ArtifactRef } from './artifacts.ts';
import type { MediaEmbedding, Modality, ReductionMethod, ReviewsEmbedding, TextEmbedding, Tuning, VideoEmbedding, Views } from './embeddings.schema.ts';
import type { Frequency } from './pipeline.schema.ts';
import type { StepContext } from './steps.ts';

/** Everything that a vector depends on besides what it is of. */
export interface EncoderDescription {
  readonly model: string;
  /** The hub's revision where the weights are known to be its; else `sha256:` and the start of their digest. */
  readonly revision: string;
  readonly dtype: 'fp32' | 'fp16' | 'int8';
  /** E.g. `onnxruntime 1.30.0`. */
  readonly runtime: string;
  readonly device: 'cpu' | 'cuda';
  readonly dims: number;
  /** All of it and the recipe as one string: equal ids mean equal vectors (to 1e-6), so it can be part of a cache key. */
  readonly id: string;
}

export interface EmbedTextsInput {
  readonly context: StepContext;
  /** `texts` of a snapshot. */
  readonly texts: ArtifactRef;
  readonly settings: Pick<TextEmbedding, 'model' | 'dtype'>;
  /** Changed copies to make as well, by this seed. */
  readonly views?: { readonly settings: Views; readonly seed: number };
}

/** Vectors of one modality. */
export interface EmbedResult {
  /** Parquet sorted by series: `series VARCHAR, known_from TIMESTAMP, vector FLOAT[d], sha256 VARCHAR (of what was embedded)`. */
  readonly vectors: ArtifactRef;
  /** Parquet sorted by (series, view): `series VARCHAR, known_from TIMESTAMP, view INTEGER (from 0), vector FLOAT[d]`. */
  readonly views?: ArtifactRef;
  readonly dims: number;
  readonly embedded: number;
  /** Items whose vector came from the cache. */
  readonly reused: number;
  /** Items without a vector: files that are not there or can't be read. */
  readonly unreadable: number;
  /** `id` of the {@link EncoderDescription}. */
  readonly encoder: string;
}

export interface EmbedReviewsInput {
  readonly context: StepContext;
  /** `reviews` of a snapshot. */
  readonly reviews: ArtifactRef;
  readonly settings: Pick<ReviewsEmbedding, 'model' | 'dtype' | 'sentiment'>;
}

/** As {@link EmbedResult}, but the rows of `vectors` are the reviews': `series, known_from, file, row, rating DOUBLE, sentiment FLOAT (0 … 1; NULL where it is not asked for or the review has no text), vector FLOAT[d] (NULL without a text)`, sorted by (series, known_from, file, row). */
export type EmbedReviewsResult = Omit<EmbedResult, 'views'> & { /** The classifier behind `sentiment`, e.g. `all-MiniLM-L6-v2, 23,486 reviews, version 1`. */ readonly sentimentBy?: string };

export interface EmbedMediaInput {
  readonly context: StepContext;
  /** `media` of a snapshot. */
  readonly media: ArtifactRef;
  readonly settings: {
    readonly image?: Pick<MediaEmbedding, 'model' | 'dtype' | 'missing'>;
    readonly audio?: Pick<MediaEmbedding, 'model' | 'dtype' | 'missing'>;
    readonly video?: Pick<VideoEmbedding, 'model' | 'dtype' | 'missing' | 'frames'>;
  };
  readonly views?: { readonly settings: Views; readonly seed: number };
}
export type EmbedMediaResult = { readonly [M in Exclude<Modality, 'text'>]?: EmbedResult };

/** Activities on the `embedding` queue. All are steps: cached by digest; what was embedded once is never embedded again. */
export interface EmbeddingActivities {
  embedTexts(input: EmbedTextsInput): Promise<EmbedResult>;
  embedReviews(input: EmbedReviewsInput): Promise<EmbedReviewsResult>;
  embedMedia(input: EmbedMediaInput): Promise<EmbedMediaResult>;
}

/** The vectors of one modality as features and cold start take them. */
export interface ModalityVectors {
  readonly modality: Modality;
  readonly vectors: ArtifactRef;
  /** Numbers per series that become features. */
  readonly dims: number;
  readonly reduction: ReductionMethod;
}

/** The reviews as features take them. */
export interface ReviewVectors {
  readonly vectors: ArtifactRef;
  readonly dims: number;
  readonly reduction: ReductionMethod;
  readonly halfLife?: number;
}

export interface TuneInput {
  readonly context: StepContext;
  readonly modalities: readonly { readonly modality: Modality; readonly vectors: ArtifactRef; readonly views?: ArtifactRef }[];
  readonly settings: Tuning;
  readonly panel: ArtifactRef;
  /** `statics` of the snapshot, where `settings.on` names one of its columns. */
  readonly statics?: ArtifactRef;
  readonly frequency: Frequency;
  readonly horizon: number;
  readonly folds: number;
  readonly step?: number;
  readonly gap?: number;
  readonly seed: number;
}
export interface TuneResult {
  /** The new vectors, in the form of {@link EmbedResult}, of the same series. */
  readonly modalities: readonly { readonly modality: Modality; readonly vectors: ArtifactRef; readonly dims: number }[];
  /** JSON: loss per epoch on what was learnt from and on what was held out, per modality; series; engine. */
  readonly report: ArtifactRef;
  readonly series: number;
  readonly epochs: number;
}

/** Activity on the `training` queue: a child process. Learns from what was known at the first fold's cutoff only. */
export interface TuningActivities {
  tuneVectors(input: TuneInput): Promise<TuneResult>;
}
