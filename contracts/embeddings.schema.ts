import { z } from 'zod';

import { textNoises } from '../domain/augmentation/text/noise.ts';

/** What products can have besides numbers, each with an encoder of its own. */
export const modalities = ['text', 'image', 'audio', 'video'] as const;
export type Modality = (typeof modalities)[number];

/** How the weights are stored: fp16 needs a GPU to be faster, int8 is three times as fast as fp32 on a CPU and a little less exact. */
const dtype = z.enum(['fp32', 'fp16', 'int8']).default('fp32');
/** Numbers per vector that become features. */
const dims = (most: number) => z.number().int().min(1).max(256).default(most);
/** `pca` learns the directions from what was known at the first fold's cutoff; `random-projection` learns nothing. */
const reduction = z.enum(['pca', 'random-projection']).default('pca');
/** A name of the model table, or `owner/name` of the model hub (`owner/name@revision` pins one). */
const model = z.string().min(1);

const textSchema = z.strictObject({
  /** The language of the texts decides when absent. */
  model: model.optional(),
  dtype,
  dims: dims(8),
  reduction,
});

const reviewsSchema = z.strictObject({
  model: model.optional(),
  dtype,
  dims: dims(4),
  reduction,
  /** How favourable each review is, told from its vector. */
  sentiment: z.boolean().default(true),
  /** Periods after which a review weighs half; one season of the frequency (13 weeks, 28 days, 6 months) when absent. */
  halfLife: z.number().positive().max(10_000).optional(),
});

/** `mean`: a product without a usable file has no value there, as of an unknown product; `refuse`: the run stops and names the first ones. */
const missing = z.enum(['mean', 'refuse']).default('mean');

const imageSchema = z.strictObject({ model: model.default('efficientnet-lite0'), dtype, dims: dims(8), reduction, missing });
const audioSchema = z.strictObject({ model: model.default('log-mel'), dtype, dims: dims(4), reduction, missing });
const videoSchema = z.strictObject({
  /** Of its pictures. */
  model: model.default('efficientnet-lite0'),
  /** Pictures taken at equal distances. */
  frames: z.number().int().min(1).max(64).default(8),
  dtype, dims: dims(8), reduction, missing,
});

export const pictureChanges = ['crop', 'flip', 'colour'] as const;
export type PictureChange = (typeof pictureChanges)[number];

/** Changed copies of texts and pictures that a tuned representation learns from; they never become features, nor are they scored. */
export const viewsSchema = z.strictObject({
  text: z.array(z.enum(textNoises)).default(['character-swap', 'word-drop']),
  image: z.array(z.enum(pictureChanges)).default(['crop', 'flip', 'colour']),
  copies: z.number().int().min(0).max(10).default(1),
  strength: z.number().gt(0).max(1).default(0.1),
});

/** A small network over the vectors, trained on the task, whose output replaces them. */
const tuneSchema = z.strictObject({
  /** `demand`: vectors of products that sell alike come close; a column of `products.static`: those of one value do (contrastive). */
  on: z.string().min(1).default('demand'),
  layers: z.enum(['linear', 'mlp']).default('linear'),
  dims: z.number().int().min(2).max(256).default(16),
  epochs: z.number().int().min(1).max(500).default(40),
  views: viewsSchema.default({ text: ['character-swap', 'word-drop'], image: ['crop', 'flip', 'colour'], copies: 1, strength: 0.1 }),
});

export const embeddingsSchema = z.strictObject({
  text: textSchema.optional(),
  reviews: reviewsSchema.optional(),
  image: imageSchema.optional(),
  audio: audioSchema.optional(),
  video: videoSchema.optional(),
  tune: tuneSchema.optional(),
});

export type Embeddings = z.infer<typeof embeddingsSchema>;
export type TextEmbedding = z.infer<typeof textSchema>;
export type ReviewsEmbedding = z.infer<typeof reviewsSchema>;
export type MediaEmbedding = z.infer<typeof imageSchema>;
export type VideoEmbedding = z.infer<typeof videoSchema>;
export type Tuning = z.infer<typeof tuneSchema>;
export type Views = z.infer<typeof viewsSchema>;
export type Dtype = z.infer<typeof dtype>;
export type ReductionMethod = z.infer<typeof reduction>;
