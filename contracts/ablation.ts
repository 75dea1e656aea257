import type { ArtifactRef } from './artifacts.ts';
import type { FeatureSet } from './features.ts';
import type { ModelForecasts } from './modelling.ts';
import type { StepContext } from './steps.ts';

/** What a model loses without something, on the folds, paired by series. */
export interface AblationRow {
  /** `text`, `image`, `audio`, `video`, `reviews`; `tuning`: the tuned against the plain vectors. */
  readonly without: string;
  /** Columns that were left out; 0 for `tuning`. */
  readonly columns: number;
  readonly metric: 'wql' | 'wape';
  readonly full: number;
  readonly reduced: number;
  /** `1 − full / reduced`: positive means that it helps. With its 95 % interval by bootstrap over series. */
  readonly gain: number;
  readonly low: number;
  readonly high: number;
}

export interface OmitColumnsInput {
  readonly features: FeatureSet;
  /** `group` of the columns to leave out. */
  readonly groups: readonly string[];
}

export interface AblationInput {
  readonly context: StepContext;
  readonly full: ModelForecasts;
  readonly reduced: readonly { readonly without: string; readonly columns: number; readonly forecasts: ModelForecasts }[];
  readonly quantiles: readonly number[];
  readonly seed: number;
}
export interface AblationResult {
  /** JSON: `{ rows: AblationRow[], model, series, resamples }`. */
  readonly report: ArtifactRef;
  readonly rows: readonly AblationRow[];
}

/** Activities on the `data` queue. */
export interface AblationActivities {
  /** The same table with fewer columns: nothing is computed again. `columns`: how many were left out; 0 leaves `features` as it is. */
  omitColumns(input: OmitColumnsInput): Promise<{ readonly features: FeatureSet; readonly columns: number }>;
  measureAblation(input: AblationInput): Promise<AblationResult>;
}
