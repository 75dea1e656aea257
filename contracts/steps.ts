/** The steps of a retraining run and what each waits for: the DAG that the command line and the API show. */
export const retrainDag = {
  ingest: [],
  validate: ['ingest'],
  clean: ['validate'],
  aggregate: ['clean'],
  'embed:text': ['ingest'],
  'embed:reviews': ['ingest'],
  'embed:media': ['ingest'],
  tune: ['clean', 'embed:text', 'embed:media'],
  features: ['tune', 'embed:reviews'],
  'cold-start': ['tune'],
  baselines: ['features'],
  'search:lightgbm': ['features'],
  'search:lstm': ['features'],
  'fit:lightgbm': ['search:lightgbm'],
  'fit:lstm': ['search:lstm'],
  ensemble: ['baselines', 'fit:lightgbm', 'fit:lstm'],
  levels: ['aggregate', 'baselines', 'fit:lightgbm', 'fit:lstm'],
  reconcile: ['ensemble', 'levels'],
  ablation: ['fit:lightgbm'],
  evaluate: ['reconcile'],
  register: ['evaluate', 'ablation', 'cold-start'],
  propose: ['register'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type StepName = keyof typeof retrainDag;
export const stepNames = Object.keys(retrainDag) as readonly StepName[];

export type StepStatus = 'waiting' | 'running' | 'done' | 'cached' | 'skipped' | 'failed' | 'cancelled';

export interface StepState {
  readonly step: StepName;
  readonly status: StepStatus;
  readonly startedAt?: string;
  readonly seconds?: number;
  readonly attempt?: number;
  /** A short fact for a person: `541,909 rows`, `trial 5 of 8, best WAPE 0.571`. */
  readonly note?: string;
  readonly error?: string;
}

export type RunStatus = 'running' | 'done' | 'failed' | 'cancelled';

/** Who and what a step activity works for; part of every step activity's input, never of its cache key. */
export interface StepContext {
  readonly runId: string;
  readonly pipeline: string;
  /** Name of the step in {@link retrainDag}. */
  readonly step: StepName;
}
