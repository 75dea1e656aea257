import type { ArtifactRef } from './artifacts.ts';
import type { ModalityVectors } from './embedding.ts';
import type { MetricValue } from './modelling.ts';
import type { Pipeline } from './pipeline.schema.ts';
import type { StepContext } from './steps.ts';

export interface ColdStartInput {
  readonly context: StepContext;
  readonly panel: ArtifactRef;
  /** Vectors of all products, those that were never sold too. */
  readonly modalities: readonly ModalityVectors[];
  /** `statics` of the snapshot. */
  readonly statics?: ArtifactRef;
  readonly frequency: Pipeline['frequency'];
  readonly horizon: number;
  readonly quantiles: readonly number[];
  readonly folds: number;
  readonly step?: number;
  readonly gap?: number;
  readonly seed: number;
}

/** How well the first periods of products were forecast that had no history at the cutoff, mean over the folds. */
export interface ColdStartRow {
  /** `analogues` (text, pictures and attributes), `category-average`, `overall-average`. */
  readonly method: string;
  readonly wape: MetricValue;
  readonly wql: MetricValue;
  readonly bias: MetricValue;
  /** Products that were launched within a horizon of one of the cutoffs. */
  readonly products: number;
}

export interface ColdStartResult {
  /** JSON: rows per fold, the gain of `analogues` over the category's average with its 95 % interval, and for every forecast product its nearest analogues with their likeness. */
  readonly report: ArtifactRef;
  readonly rows: readonly ColdStartRow[];
  /** `unique_id, ds, y_hat, q0.1 …` of the products that were never sold; absent where there are none. `ds` counts from the newest complete period, as if they were launched then. */
  readonly forecasts?: ArtifactRef;
  readonly products: number;
}

/** Activity on the `data` queue. */
export interface ColdStartActivities {
  forecastColdStart(input: ColdStartInput): Promise<ColdStartResult>;
}
