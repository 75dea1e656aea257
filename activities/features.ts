import { cancellationSignal } from '@temporalio/activity';
import type { DataActivities, FeaturesInput } from '../contracts/data.ts';
import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { ModalityVectors, ReviewVectors } from '../contracts/embedding.ts';
import type { Cutoffs, FeatureSpec } from '../contracts/features.ts';
import { readParts, type TablePart } from '../contracts/table-parts.ts';
import type { FeaturePlan } from '../domain/features/feature-plan.ts';
import { matrixColumns } from '../domain/features/matrix-columns.ts';
import type { OriginSpan } from '../domain/features/origin-spans.ts';
import type { ProductBlock } from '../domain/features/product-block.ts';
import type { ReviewHistory } from '../domain/features/review-history.ts';
import type { ArtifactStore, WithScratch } from './artifact-store.ts';
import { publishPart, publishParts } from './publish-table.ts';
import type { StepRunner } from './step.ts';

/** A local file with one part of a table. */
interface LocalPart {
  readonly from: string;
  readonly file: string;
}

/** Everything about an origin table but its rows. */
interface PlannedTable {
  readonly plan: FeaturePlan;
  readonly cutoffs: Cutoffs;
  readonly first: number;
  readonly last: number;
  readonly series: number;
  readonly chosen?: readonly string[];
  /** What is known of products besides numbers, and what customers wrote. */
  readonly products: readonly ProductBlock[];
  readonly reviews?: ReviewHistory;
  /** `others`: digest of what the rows rest on besides panel, plan and code. */
  readonly spans: readonly (OriginSpan & { readonly others: string })[];
}

interface PlanInput extends Omit<FeaturesInput, 'context' | 'panel' | 'modalities' | 'reviews'> {
  readonly panel: readonly LocalPart[];
  readonly modalities: readonly (Omit<ModalityVectors, 'vectors'> & { readonly file: string })[];
  readonly reviews?: Omit<ReviewVectors, 'vectors'> & { readonly file: string };
  readonly signal: AbortSignal;
}

export interface FeatureTables {
  planOrigins(input: PlanInput): Promise<PlannedTable>;
  originParts(input: Pick<PlannedTable, 'plan' | 'first' | 'last' | 'chosen' | 'products' | 'reviews'> & { panel: readonly LocalPart[]; outFolder: string }): {
    /** Spans come oldest first; those left out are not read. */
    make(span: OriginSpan, signal: AbortSignal): Promise<{ file: string; rows: number }>;
  };
}

export interface FeaturesDeps {
  readonly tables: FeatureTables;
  readonly artifacts: ArtifactStore;
  readonly withScratch: WithScratch;
  readonly steps: StepRunner;
}

const count = (n: number): string => n.toLocaleString('en-GB');

/**
 * Turns a panel into a table of what is known at each origin, part by part. A part is made again when one of the panel's parts that its rows
 * rest on is another (back as far as features reach, ahead one horizon), or what is known of products and reviews by its end is; everything is
 * made again when the columns are others (a longer history allows for more of them), the reduction of vectors is, or another `top` is chosen.
 */
export function createBuildFeatures({ tables, artifacts, withScratch, steps }: FeaturesDeps): DataActivities['buildFeatures'] {
  return ({ context, panel, modalities = [], reviews, ...input }) => {
    let [made, all] = [0, 0];
    return steps.step(
      context,
      {
        activity: 'buildFeatures',
        parameters: { ...input, panel, ...(modalities.length > 0 && { modalities }), ...(reviews && { reviews }) },
        note: ({ rows, columns, series }) => `${count(rows)} origins of ${count(series)} series, ${columns} columns${made < all ? `, ${made} of ${all} parts new` : ''}`,
      },
      () =>
        withScratch(async (outFolder) => {
          const signal = cancellationSignal();
          const panelParts = await readParts(artifacts, panel);
          const files: LocalPart[] = [];
          for (const { from, file } of panelParts) files.push({ from, file: await artifacts.fetchFile(file, signal) });
          const withFile = async <V extends { readonly vectors: ArtifactRef }>({ vectors, ...settings }: V) => ({ ...settings, file: await artifacts.fetchFile(vectors, signal) });
          const planned = await tables.planOrigins({
            ...input, panel: files, modalities: await Promise.all(modalities.map(withFile)), ...(reviews && { reviews: await withFile(reviews) }), signal,
          });
          const { plan, spans } = planned;
          const maker = tables.originParts({ ...planned, panel: files, outFolder });
          const parts: TablePart[] = [];
          all = spans.length;
          for (const { others, ...span } of spans) {
            const restsOn = panelParts.slice(span.oldestPart, span.newestPart + 1).map(({ file }) => file);
            const { value, cached } = await steps.once<TablePart>('featurePart', { plan, span: [span.first, span.last], restsOn, others }, async () => {
              const { file, rows } = await maker.make(span, signal);
              return publishPart(artifacts, 'features', { from: span.from, rows, file }, signal);
            });
            parts.push(value);
            if (!cached) made += 1;
          }
          const { frequency, horizon, shared, perStep, sequence, statics } = plan;
          const spec: FeatureSpec = { frequency, horizon, shared, perStep, sequence, statics };
          return {
            table: await publishParts(artifacts, 'features', parts.filter(({ rows }) => rows > 0)),
            spec: await artifacts.publishJson('features', spec),
            cutoffs: planned.cutoffs,
            rows: parts.reduce((sum, { rows }) => sum + rows, 0),
            series: planned.series,
            columns: matrixColumns(spec).length,
          };
        }),
    );
  };
}
