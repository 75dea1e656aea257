import type { Cutoffs } from './features.ts';
import type { GateOutcome, ProposalStatus } from './governance.ts';
import type { MetricRow } from './modelling.ts';
import type { Pipeline } from './pipeline.schema.ts';
import type { RunStatus, StepName, StepStatus } from './steps.ts';

/** Input of the `retrain` workflow; id `retrain/<pipeline>/<runId>`. */
export interface RetrainInput {
  readonly runId: string;
  readonly pipeline: Pipeline;
  readonly baseFolder: string;
  readonly actor: string;
  readonly cutoff?: string;
  /** ISO time of the request. */
  readonly requestedAt: string;
}

export interface RetrainResult {
  readonly runId: string;
  readonly candidate: string;
  readonly version: number;
  readonly metrics: readonly MetricRow[];
  readonly weights: Readonly<Record<string, number>>;
  readonly cutoffs: Cutoffs;
  readonly gates: readonly GateOutcome[];
  readonly proposal?: { readonly id: string; readonly status: ProposalStatus; readonly created: boolean };
  readonly forecastSeries: number;
  readonly snapshot: string;
}

/** Step bookkeeping, on the `pipeline` queue; the tables that lists are made from. */
export interface RunActivities {
  startRun(input: RetrainInput): Promise<void>;
  /** For steps that are not one activity (a search) and for steps a pipeline leaves out. */
  markStep(input: { readonly runId: string; readonly step: StepName; readonly status: StepStatus; readonly note?: string; readonly error?: string }): Promise<void>;
  finishRun(input: { readonly runId: string; readonly status: RunStatus; readonly result?: RetrainResult; readonly error?: string; readonly code?: string }): Promise<void>;
  /** Cache for a search as a whole: the key's stored result, or nothing. */
  lookupSearch(input: { readonly key: string; readonly runId: string; readonly step: StepName }): Promise<{ readonly result?: string }>;
}

export const workflowIds = {
  retrain: (pipeline: string, runId: string) => `retrain/${pipeline}/${runId}`,
  search: (runId: string, family: string) => `search/${runId}/${family}`,
  champion: (pipeline: string) => `champion/${pipeline}`,
};
