import type { Dtype } from '../contracts/embeddings.schema.ts';
import type { EmbeddingActivities, EmbedMediaInput } from '../contracts/embedding.ts';
import type { StepRow } from './embedding-progress.ts';
import type { ArtifactStore, WithScratch } from './artifact-store.ts';
import type { CacheTables, EmbeddingSets, Encoder, Item } from './embedding-cache.ts';
import { embedMediaFiles } from './embedding-media.ts';
import { progressOf } from './embedding-progress.ts';
import { embedReviewTexts } from './embedding-reviews.ts';
import { embedProductTexts } from './embedding-texts.ts';
import type { MediaItem, Original } from './embedding-views.ts';
import type { StepRunner } from './step.ts';

export type MediaModality = keyof EmbedMediaInput['settings'];

/** Loaded encoders; the same settings may give the same one again. */
export interface Encoders {
  text(settings: { readonly model: string; readonly dtype: Dtype }): Promise<Encoder<string>>;
  media(modality: MediaModality, settings: { readonly model: string; readonly dtype: Dtype; readonly frames?: number }): Promise<Encoder<MediaItem>>;
}

interface Interruptible {
  readonly signal: AbortSignal;
}
type Texts = { readonly texts: string };
type Media = { readonly media: string; readonly modality: MediaModality };
type ViewItems = { readonly views: string };

/** What embedding needs of DuckDB; files are absolute paths, and every table is documented where `adapters/duckdb/vectors` makes it. */
export interface VectorTables extends CacheTables {
  writeWanted(request: { readonly source: Texts | Media | ViewItems | { readonly reviews: string }; readonly out: string } & Interruptible): Promise<number>;
  firstContents(request: { readonly wanted: string; readonly count: number } & Interruptible): Promise<readonly string[]>;
  writeViews(request: { readonly source: Texts | Media; readonly copies: number; readonly change: (of: Original) => Item; readonly out: string } & Interruptible): Promise<void>;
  writeVectors(request: { readonly source: Texts | Media | ViewItems; readonly parts: readonly string[]; readonly dims: number; readonly out: string } & Interruptible): Promise<number>;
  writeReviewVectors(request: { readonly reviews: string; readonly parts: readonly string[]; readonly dims: number; readonly sentiment?: (vectors: Float32Array) => Float32Array; readonly out: string } & Interruptible): Promise<number>;
  mediaState(request: Media & { readonly parts: readonly string[]; readonly first: number } & Interruptible): Promise<{
    readonly rows: number;
    readonly unreadable: number;
    readonly first: readonly { readonly series: string; readonly name: string; readonly problem: string }[];
  }>;
}

export interface EmbeddingDeps {
  readonly encoders: Encoders;
  readonly tables: VectorTables;
  readonly artifacts: ArtifactStore;
  /** Published vector files by encoder: the cache of everything embedded before. */
  readonly sets: EmbeddingSets;
  readonly withScratch: WithScratch;
  readonly steps: StepRunner;
  /** Where a step in progress shows how far it is. */
  readonly rows: StepRow;
}

const counted = (count: number): string => count.toLocaleString('en-US');

/** Activities on the `embedding` queue. Each distinct content is embedded once per encoder, over all runs. */
export function createEmbeddingActivities(deps: EmbeddingDeps): EmbeddingActivities {
  const { steps, withScratch, rows } = deps;
  return {
    embedTexts: ({ context, texts, settings, views }) =>
      steps.step(
        context,
        { activity: 'embedTexts', parameters: { texts, settings, views }, note: ({ embedded, reused, encoder }) => `${counted(embedded)} texts embedded, ${counted(reused)} reused, ${encoder}` },
        (report) => withScratch((folder) => embedProductTexts(deps, { texts, settings, ...(views && { views }), folder, progress: progressOf({ rows, context, report, what: 'texts' }) })),
      ),

    embedReviews: ({ context, reviews, settings }) =>
      steps.step(
        context,
        {
          activity: 'embedReviews', parameters: { reviews, settings },
          note: ({ embedded, reused, encoder, sentimentBy }) =>
            `${counted(embedded)} texts of reviews embedded, ${counted(reused)} reused, ${encoder}; ${sentimentBy === undefined ? noSentiment(settings.sentiment) : `sentiment by ${sentimentBy}`}`,
        },
        (report) => withScratch((folder) => embedReviewTexts(deps, { reviews, settings, folder, progress: progressOf({ rows, context, report, what: 'reviews' }) })),
      ),

    embedMedia: ({ context, media, settings, views }) =>
      steps.step(
        context,
        {
          activity: 'embedMedia', parameters: { media, settings, views },
          note: (results) =>
            Object.entries(results)
              .map(([modality, { embedded, reused, unreadable, encoder }]) => `${modality}: ${counted(embedded)} embedded, ${counted(reused)} reused, ${counted(unreadable)} not readable, ${encoder}`)
              .join('; '),
        },
        (report) => withScratch((folder) => embedMediaFiles(deps, { media, settings, ...(views && { views }), folder, progress: (modality) => progressOf({ rows, context, report, what: `${modality} files` }) })),
      ),
  };
}

const noSentiment = (asked: boolean): string => (asked ? 'no sentiment: no classifier is there for this model' : 'no sentiment asked for');
