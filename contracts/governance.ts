import type { ArtifactRef } from './artifacts.ts';
import type { HierarchySettings } from './hierarchy.schema.ts';
import type { EvaluateResult, MetricRow } from './modelling.ts';
import type { Snapshot } from './data.ts';
import type { Gate, Pipeline } from './pipeline.schema.ts';
import type { StepContext } from './steps.ts';
import type { Parameters } from './training.ts';

/** What a model is, without when, where or by which run it was made. */
export interface Recipe {
  readonly members: Readonly<Record<string, { readonly parameters: Parameters; readonly files: readonly ArtifactRef[] }>>;
  readonly weights: Readonly<Record<string, number>>;
  /** What the weighted point forecasts are multiplied by (domain/level-factor.ts). */
  readonly level: number;
  readonly seed: number;
  readonly quantiles: readonly number[];
  /** Forecasts of levels above the series: the members' parameters fitted on sums, weighed by themselves, and how all of it is made to add up. */
  readonly hierarchy?: {
    readonly levels: HierarchySettings['levels'];
    readonly method: HierarchySettings['method'];
    readonly files: readonly ArtifactRef[];
    readonly weights: Readonly<Record<string, number>>;
    readonly level: number;
  };
}

/** The digests that a decision is bound to. */
export interface Evidence {
  /** Candidate digest: SHA-256 of canonical JSON over model bytes, snapshot, parameters, code version. */
  readonly candidate: string;
  readonly snapshot: string;
  readonly metrics: string;
  readonly pipeline: string;
  readonly code: string;
}

export interface GateOutcome {
  readonly gate: string;
  /** `null` = not defined on these data. */
  readonly value: number | null;
  readonly threshold: number;
  readonly holds: boolean;
  readonly reason: string;
}

export interface Candidate {
  readonly digest: string;
  readonly pipeline: string;
  /** 1, 2, 3 … within the pipeline, in order of registration. */
  readonly version: number;
  readonly runId: string;
  readonly snapshot: string;
  readonly recipe: Recipe;
  readonly metrics: readonly MetricRow[];
  readonly report: ArtifactRef;
  readonly forecasts: ArtifactRef;
  readonly evidence: Evidence;
  readonly mlflowRunId: string;
  readonly mlflowVersion: string;
  readonly createdAt: string;
}

export type ProposalStatus = 'open' | 'approved' | 'rejected' | 'expired' | 'superseded' | 'blocked';

export interface Proposal {
  readonly id: string;
  readonly pipeline: string;
  readonly candidate: string;
  readonly version: number;
  readonly runId: string;
  readonly evidence: Evidence;
  readonly gates: readonly GateOutcome[];
  readonly status: ProposalStatus;
  readonly proposedBy: string;
  readonly proposedAt: string;
  readonly expiresAt: string;
  readonly quorum: number;
  readonly decisions: readonly Decision[];
}

/** The input of the `decide` Update. */
export interface Decision {
  readonly proposalId: string;
  readonly verdict: 'approve' | 'reject';
  readonly reason: string;
  readonly actor: string;
  readonly evidence: Evidence;
}

export interface DecisionOutcome {
  readonly proposalId: string;
  readonly status: ProposalStatus;
  /** Approvals still missing. */
  readonly missing: number;
  readonly message: string;
}

export interface Champion {
  readonly pipeline: string;
  readonly candidate: string;
  readonly version: number;
  /** ISO time from which it was in production. */
  readonly since: string;
  readonly by: string;
  readonly reason: string;
  readonly proposalId: string;
}

export interface RegisterInput {
  readonly context: StepContext;
  readonly snapshot: Snapshot;
  readonly recipe: Recipe;
  readonly evaluation: EvaluateResult;
  readonly pipelineSpec: Pipeline;
  readonly trials: readonly { readonly family: string; readonly trials: ArtifactRef }[];
  readonly curves?: ArtifactRef;
}
export interface RegisterResult {
  readonly candidate: string;
  readonly version: number;
  readonly evidence: Evidence;
  readonly mlflowRunId: string;
  readonly mlflowVersion: string;
}

export interface ProposeInput {
  readonly context: StepContext;
  readonly registered: RegisterResult;
  readonly gates: readonly Gate[];
  readonly metrics: readonly MetricRow[];
  readonly approvals: Pipeline['promote']['approvals'];
  readonly proposedBy: string;
  readonly now: string;
}
export interface ProposeResult {
  readonly proposal: Proposal;
  /** False when this candidate was proposed before: an unchanged rerun asks nobody twice. */
  readonly created: boolean;
}

/** Activities on the `pipeline` queue. */
export interface RegistryActivities {
  /** The champion of a pipeline and how to fit it again, or nothing. */
  currentChampion(input: { readonly pipeline: string }): Promise<{ readonly champion?: Champion; readonly recipe?: Recipe }>;
  /** MLflow run with nested trials, dataset and model version (alias `candidate`), and the candidate's row. Repeating it changes nothing. */
  registerCandidate(input: RegisterInput): Promise<RegisterResult>;
  /** Evaluates the gates and hands the proposal to the champion workflow (started if it isn't there). */
  proposeCandidate(input: ProposeInput): Promise<ProposeResult>;
}

/** Activities that only the champion workflow calls; each may be repeated without a second effect. */
export interface ChampionActivities {
  /** Stores the proposal and closes the pipeline's older open ones as superseded, or returns the one of the same candidate that stands. */
  storeProposal(input: { readonly proposal: Proposal }): Promise<ProposeResult>;
  /** Re-reads the digests of what was proposed, from the store and the registry; throws EvidenceStale where one differs. */
  verifyEvidence(input: { readonly proposal: Proposal }): Promise<void>;
  /** Appends the decision to the audit table and updates the proposal. */
  recordDecision(input: { readonly decision: Decision; readonly status: ProposalStatus; readonly at: string }): Promise<void>;
  /** Forecasts of every series into PostgreSQL, lineage edges, alias `champion`, the champion's row. */
  promoteCandidate(input: { readonly proposal: Proposal; readonly decision: Decision; readonly at: string }): Promise<Champion>;
  closeProposal(input: { readonly proposalId: string; readonly status: ProposalStatus; readonly at: string; readonly reason: string }): Promise<void>;
}

/** State of the `champion/<pipeline>` workflow; its input when it starts and when it continues as new. */
export interface ChampionState {
  readonly pipeline: string;
  readonly open: readonly Proposal[];
  readonly champion?: Champion;
}
