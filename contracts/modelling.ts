import type { ArtifactRef } from './artifacts.ts';
import type { FeatureSet } from './features.ts';
import type { Distribution } from '../domain/search-spaces.ts';
import type { Pipeline } from './pipeline.schema.ts';
import type { StepContext } from './steps.ts';
import type { FitSplit, Parameters, SearchedFamily } from './training.ts';

/**
 * Forecasts of one model for several cutoffs: Parquet sorted by (split, series, step): `split VARCHAR, series VARCHAR, origin DATE (TIMESTAMP for hours),
 * step USMALLINT, ds as origin, y_hat FLOAT, "q0.1" … FLOAT, actual DOUBLE (raw; NULL when not yet known)`.
 */
export type PredictionsRef = ArtifactRef;

/** Split names: `fold-1 … fold-n`, `test`, `final`. */
export interface ModelForecasts {
  /** `seasonal-naive`, `window-average`, `lightgbm`, `lstm`, `ensemble`, `champion`. */
  readonly model: string;
  readonly predictions: PredictionsRef;
  /** Bytes of the fitted final model; none for baselines. */
  readonly files: readonly ArtifactRef[];
  readonly parameters: Parameters;
  readonly engine: string;
}

export interface BaselinesInput {
  readonly context: StepContext;
  readonly features: FeatureSet;
  readonly models: readonly string[];
  readonly quantiles: readonly number[];
}

/** One fold of one trial: the unit that is repeated when a worker is lost. */
export interface FitFoldInput {
  readonly context: StepContext;
  readonly family: SearchedFamily;
  readonly features: FeatureSet;
  readonly parameters: Parameters;
  readonly seed: number;
  readonly fold: FitSplit;
  readonly trial: number;
  /** A fold of a trial predicts the point and the median band only, unless the family's point needs more. */
  readonly quantiles: readonly number[];
}
export interface FitFoldResult {
  /** WAPE of the fold's point forecast on raw actuals; `null` where the fit diverged: its forecasts are not numbers. */
  readonly wape: number | null;
  readonly seconds: number;
  readonly cached: boolean;
}

/** The chosen parameters: fitted on every fold (out-of-fold forecasts), before the test horizon, and on everything. */
export interface FitModelInput {
  readonly context: StepContext;
  readonly family: SearchedFamily;
  readonly features: FeatureSet;
  readonly parameters: Parameters;
  readonly seed: number;
  readonly quantiles: readonly number[];
  /** Which splits to fit; a champion's parameters are refitted for `test` only. */
  readonly splits: readonly ('folds' | 'test' | 'final')[];
}

export interface TrainingActivities {
  fitBaselines(input: BaselinesInput): Promise<readonly ModelForecasts[]>;
  fitFold(input: FitFoldInput): Promise<FitFoldResult>;
  /** A retried attempt skips the splits already done. */
  fitModel(input: FitModelInput): Promise<ModelForecasts>;
}

export interface TrialRecord {
  readonly number: number;
  readonly parameters: Parameters;
  /** WAPE per finished fold. */
  readonly folds: readonly number[];
  readonly state: 'complete' | 'pruned' | 'failed';
  /** Mean WAPE over the folds; absent unless complete. */
  readonly value?: number;
}

/** What the parent knows of one family's search before it starts; resolved from the pipeline file. */
export interface SearchInput {
  readonly context: StepContext;
  readonly family: SearchedFamily;
  readonly features: FeatureSet;
  readonly sampler: Pipeline['search']['sampler'];
  readonly pruner: Pipeline['search']['pruner'];
  readonly parallel: number;
  readonly seed: number;
  readonly trials: number;
  readonly space: Readonly<Record<string, Distribution>>;
  /** Parameters that every trial has. */
  readonly fixed: Parameters;
  /** All parameters of trial 0. */
  readonly first: Parameters;
}
export interface SearchResult {
  readonly best: TrialRecord;
  /** JSON: every {@link TrialRecord}. */
  readonly trials: ArtifactRef;
  readonly count: number;
  readonly pruned: number;
  /** Trials that diverged: a fold of theirs has no score. */
  readonly failed: number;
}

/** Activities on the `pipeline` queue around a search. */
export interface SearchActivities {
  /** The stored result of this very search, and the name of its study. */
  openSearch(input: SearchInput): Promise<{ readonly study: string; readonly result?: SearchResult }>;
  closeSearch(input: { readonly search: SearchInput; readonly trials: readonly TrialRecord[] }): Promise<SearchResult>;
}

/** Study name: `<digest of features, family, space, sampler, seed, code>`, so that a repeated run meets its own study again. */
export interface AskInput {
  readonly study: string;
  readonly sampler: Pipeline['search']['sampler'];
  readonly pruner: Pipeline['search']['pruner'];
  readonly seed: number;
  readonly space: Readonly<Record<string, Distribution>>;
  /** Trial numbers wanted; asking again for the same numbers returns the same parameters. */
  readonly numbers: readonly number[];
  /** Parameters of trial 0. */
  readonly first: Parameters;
}
export interface AskResult {
  readonly trials: readonly { readonly number: number; readonly parameters: Parameters }[];
}
export interface TellInput {
  readonly study: string;
  readonly trials: readonly TrialRecord[];
}
export interface PruneInput {
  readonly study: string;
  readonly pruner: Pipeline['search']['pruner'];
  /** Folds finished so far by the running generation; earlier generations are told already. */
  readonly trials: readonly { readonly number: number; readonly folds: readonly number[] }[];
}
export interface PruneResult {
  /** Trial numbers that should stop, in increasing order. */
  readonly stop: readonly number[];
}
/** Served by the Python worker on the `sampler` queue. All three can be repeated without effect. */
export interface SamplerActivities {
  ask(input: AskInput): Promise<AskResult>;
  tell(input: TellInput): Promise<{ readonly told: number }>;
  prune(input: PruneInput): Promise<PruneResult>;
}

export interface EnsembleInput {
  readonly context: StepContext;
  readonly members: readonly ModelForecasts[];
  readonly quantiles: readonly number[];
}
export interface EnsembleResult {
  readonly forecasts: ModelForecasts;
  /** Model name → weight; non-negative, sum 1. */
  readonly weights: Readonly<Record<string, number>>;
  /** Factor of the weighted point forecasts, see domain/level-factor.ts. */
  readonly level: number;
}

/** `null` = not defined on these data (for instance WAPE where nothing was sold). */
export type MetricValue = number | null;

export interface MetricRow {
  readonly model: string;
  /** `folds` (mean over the rolling-origin folds) or `test` (the untouched last horizon). */
  readonly split: 'folds' | 'test';
  readonly wape: MetricValue;
  readonly mase: MetricValue;
  readonly wql: MetricValue;
  /** (Σ forecast − Σ actual) / Σ|actual|: negative = too low. */
  readonly bias: MetricValue;
  readonly mae: MetricValue;
  readonly mse: MetricValue;
  readonly rmse: MetricValue;
  /** Share of actuals between the lowest and the highest quantile. */
  readonly coverage: MetricValue;
}

export interface EvaluateInput {
  readonly context: StepContext;
  readonly panel: ArtifactRef;
  readonly models: readonly ModelForecasts[];
  readonly ensemble: ModelForecasts;
  readonly weights: Readonly<Record<string, number>>;
  readonly level: number;
  /** The champion's parameters refitted on this run's data before the test horizon, where there is another champion. */
  readonly champion?: { readonly version: number; readonly members: readonly ModelForecasts[]; readonly weights: Readonly<Record<string, number>>; readonly level: number };
  readonly minHistory: number;
  readonly quantiles: readonly number[];
  /** Where `ensemble` adds up to levels above the series. */
  readonly hierarchy?: {
    readonly members: ArtifactRef;
    /** Panel of the nodes. */
    readonly panel: ArtifactRef;
    /** The nodes' forecasts that add up: they are served too. */
    readonly nodes: ModelForecasts;
    /** What they and `ensemble` were before. */
    readonly before: { readonly series: ModelForecasts; readonly nodes: ModelForecasts };
  };
}

/** How good the forecasts of one level are, beside what they were before they added up. */
export interface LevelScores {
  /** `total`, `category`, `category × store`; `series` for the series themselves. */
  readonly level: string;
  readonly split: MetricRow['split'];
  readonly wape: MetricValue;
  readonly wql: MetricValue;
  readonly bias: MetricValue;
  readonly before: Pick<MetricRow, 'wape' | 'wql' | 'bias'>;
}
export interface EvaluateResult {
  readonly report: ArtifactRef;
  readonly rows: readonly MetricRow[];
  /** `unique_id, ds, y_hat, q0.1 …` of the ensemble's final forecasts; of a hierarchy's nodes too. */
  readonly forecasts: ArtifactRef;
  /** Without nodes. */
  readonly forecastSeries: number;
  readonly levels?: readonly LevelScores[];
}

/** Activities on the `data` queue. */
export interface EvaluationActivities {
  buildEnsemble(input: EnsembleInput): Promise<EnsembleResult>;
  evaluateModels(input: EvaluateInput): Promise<EvaluateResult>;
}
