import type { AblationRow } from './ablation.ts';
import type { ArtifactRef } from './artifacts.ts';
import type { ColdStartRow } from './cold-start.ts';
import type { Cutoffs } from './features.ts';
import type { GateOutcome, ProposalStatus } from './governance.ts';
import type { LevelScores, MetricRow } from './modelling.ts';
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
  readonly proposal: { readonly id: string; readonly status: ProposalStatus; readonly created: boolean };
  readonly forecastSeries: number;
  /** Of a pipeline with a hierarchy. */
  readonly levels?: readonly LevelScores[];
  /** What each modality adds, where the pipeline file asks. */
  readonly ablation?: readonly AblationRow[];
  /** First periods of products without history, where the pipeline file asks. */
  readonly coldStart?: readonly ColdStartRow[];
  readonly snapshot: string;
  /** What cleaning made: every touched cell stands in the panel. Runs of before 0.2 don't say. */
  readonly cleaned?: { readonly panel: ArtifactRef; readonly report: ArtifactRef };
}

/** Bookkeeping on the `pipeline` queue; the tables that lists are made from. */
export interface RunActivities {
  startRun(input: RetrainInput): Promise<void>;
  /** For steps that are not one activity (a search) and for steps that a pipeline leaves out. */
  markStep(input: {
    readonly runId: string;
    readonly step: StepName;
    readonly status: StepStatus;
    readonly seconds?: number;
    readonly note?: string;
    readonly error?: string;
  }): Promise<void>;
  finishRun(input: {
    readonly runId: string;
    readonly status: RunStatus;
    readonly result?: RetrainResult;
    readonly error?: string;
    /** A `FailureCode`, where the failure was an expected one. */
    readonly code?: string;
  }): Promise<void>;
}

export const workflowIds = {
  retrain: (pipeline: string, runId: string): string => `retrain/${pipeline}/${runId}`,
  search: (runId: string, family: string): string => `search/${runId}/${family}`,
  champion: (pipeline: string): string => `champion/${pipeline}`,
};

/** Names of the champion workflow's Updates and Query. */
export const championMessages = { propose: 'propose', decide: 'decide', state: 'state' } as const;
