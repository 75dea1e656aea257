import { proxyActivities } from '@temporalio/workflow';
import type { ColdStartActivities, ColdStartResult } from '../contracts/cold-start.ts';
import type { CleanResult, FeaturesInput, Snapshot } from '../contracts/data.ts';
import type { EmbeddingActivities, EmbedMediaResult, EmbedResult, EmbedReviewsResult, ModalityVectors, TuningActivities } from '../contracts/embedding.ts';
import type { Modality } from '../contracts/embeddings.schema.ts';
import type { RetrainInput, RunActivities } from '../contracts/runs.ts';
import type { StepContext, StepName } from '../contracts/steps.ts';
import * as options from './activity-options.ts';
import { allOrNone } from './all-or-none.ts';

const { embedTexts, embedReviews, embedMedia } = proxyActivities<EmbeddingActivities>(options.embedding);
const { tuneVectors } = proxyActivities<TuningActivities>(options.training);
const { forecastColdStart } = proxyActivities<ColdStartActivities>(options.data);
const { markStep } = proxyActivities<RunActivities>(options.light);

type At = (step: StepName) => StepContext;

/** What a run has embedded. */
export interface Embedded {
  readonly products: readonly ({ readonly modality: Modality } & EmbedResult)[];
  readonly reviews: EmbedReviewsResult | undefined;
}

/** Texts, reviews and media become vectors, as far as the pipeline file asks and the sources have them. */
export async function embed(input: RetrainInput, snapshot: Snapshot, at: At): Promise<Embedded> {
  const [text, reviews, media] = await allOrNone(() => [embedProductTexts(input, snapshot, at), embedCustomerReviews(input, snapshot, at), embedProductMedia(input, snapshot, at)] as [
    Promise<EmbedResult | undefined>, Promise<EmbedReviewsResult | undefined>, Promise<EmbedMediaResult>,
  ]);
  const byModality: readonly (readonly [Modality, EmbedResult | undefined])[] = [['text', text], ['image', media.image], ['audio', media.audio], ['video', media.video]];
  return { products: byModality.flatMap(([modality, result]) => (result === undefined ? [] : [{ modality, ...result }])), reviews };
}

/** Changed copies are made for tuning only. */
function viewsOf({ pipeline: { embeddings: { tune }, search } }: RetrainInput) {
  return tune === undefined || tune.views.copies === 0 ? {} : { views: { settings: tune.views, seed: search.seed } };
}

async function embedProductTexts(input: RetrainInput, { texts }: Snapshot, at: At): Promise<EmbedResult | undefined> {
  const { text } = input.pipeline.embeddings;
  if (texts === undefined || text === undefined) return skip(input, 'embed:text', 'the pipeline file names no texts');
  return embedTexts({ context: at('embed:text'), texts, settings: { dtype: text.dtype, ...(text.model !== undefined && { model: text.model }) }, ...viewsOf(input) });
}

async function embedCustomerReviews(input: RetrainInput, { reviews: table }: Snapshot, at: At): Promise<EmbedReviewsResult | undefined> {
  const { reviews } = input.pipeline.embeddings;
  if (table === undefined || reviews === undefined) return skip(input, 'embed:reviews', 'the pipeline file names no reviews');
  const { model, dtype, sentiment } = reviews;
  return embedReviews({ context: at('embed:reviews'), reviews: table, settings: { dtype, sentiment, ...(model !== undefined && { model }) } });
}

async function embedProductMedia(input: RetrainInput, { media }: Snapshot, at: At): Promise<EmbedMediaResult> {
  const { image, audio, video } = input.pipeline.embeddings;
  const { products } = input.pipeline.sources;
  const settings = {
    ...(image !== undefined && products?.image !== undefined && { image }),
    ...(audio !== undefined && products?.audio !== undefined && { audio }),
    ...(video !== undefined && products?.video !== undefined && { video }),
  };
  if (media === undefined || Object.keys(settings).length === 0) return (await skip(input, 'embed:media', 'the pipeline file names no pictures')) ?? {};
  return embedMedia({ context: at('embed:media'), media, settings, ...viewsOf(input) });
}

/** Vectors of products as features take them: tuned to the task where the pipeline file asks, and what they were before. */
export interface Modalities {
  readonly used: readonly ModalityVectors[];
  /** Untuned; absent where nothing was tuned. */
  readonly plain?: readonly ModalityVectors[];
}

export async function tune(input: RetrainInput, given: { readonly embedded: Embedded; readonly snapshot: Snapshot; readonly panel: CleanResult['panel'] }, at: At): Promise<Modalities> {
  const { pipeline } = input;
  const { tune: settings } = pipeline.embeddings;
  const { embedded: { products }, snapshot: { statics }, panel } = given;
  const plain = products.map(({ modality, vectors }) => asFeatures(input, modality, vectors));
  if (settings === undefined || products.length === 0) {
    await skip(input, 'tune', settings === undefined ? 'the pipeline file tunes nothing' : 'there is nothing to tune');
    return { used: plain };
  }
  const { frequency, horizon, evaluate: { folds, step, gap }, search: { seed } } = pipeline;
  const tuned = await tuneVectors({
    context: at('tune'),
    modalities: products.map(({ modality, vectors, views }) => ({ modality, vectors, ...(views && { views }) })),
    settings, panel, ...(statics && { statics }), frequency, horizon, folds, gap, ...(step !== undefined && { step }), seed,
  });
  return { used: tuned.modalities.map(({ modality, vectors }) => asFeatures(input, modality, vectors)), plain };
}

function asFeatures({ pipeline: { embeddings } }: RetrainInput, modality: Modality, vectors: ModalityVectors['vectors']): ModalityVectors {
  const { dims = 0, reduction = 'pca' } = embeddings[modality] ?? {};
  return { modality, vectors, dims, reduction };
}

/** The part of the features' input that comes from vectors. */
export function vectorInputs({ pipeline: { embeddings } }: RetrainInput, modalities: readonly ModalityVectors[], reviews: EmbedReviewsResult | undefined): Pick<FeaturesInput, 'modalities' | 'reviews'> {
  const { reviews: settings } = embeddings;
  return {
    ...(modalities.length > 0 && { modalities }),
    ...(reviews && settings && { reviews: { vectors: reviews.vectors, dims: settings.dims, reduction: settings.reduction, ...(settings.halfLife !== undefined && { halfLife: settings.halfLife }) } }),
  };
}

/** First periods of products without history, where the pipeline file asks. */
export async function coldStart(input: RetrainInput, given: { readonly modalities: readonly ModalityVectors[]; readonly snapshot: Snapshot; readonly panel: CleanResult['panel'] }, at: At): Promise<ColdStartResult | undefined> {
  const { frequency, horizon, quantiles, evaluate, search: { seed } } = input.pipeline;
  const { folds, step, gap } = evaluate;
  const { modalities, snapshot: { statics }, panel } = given;
  if (!evaluate.coldStart) return skip(input, 'cold-start', 'the pipeline file does not ask for it');
  return forecastColdStart({ context: at('cold-start'), panel, modalities, ...(statics && { statics }), frequency, horizon, quantiles, folds, gap, ...(step !== undefined && { step }), seed });
}

async function skip({ runId }: RetrainInput, step: StepName, note: string): Promise<undefined> {
  await markStep({ runId, step, status: 'skipped', note });
  return undefined;
}
