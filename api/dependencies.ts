import type { RunValidation, SourceRow } from '../contracts/data.ts';
import type {
  Candidate,
  Champion,
  Decision,
  DecisionOutcome,
  Proposal,
  ProposalStatus,
} from '../contracts/governance.ts';
import type { Lineage } from '../contracts/http-lineage.schema.ts';
import type { AuditCheck } from '../contracts/http.schema.ts';
import type { LineageEdge, LineageNode } from '../contracts/lineage.ts';
import type { RetrainInput, RetrainResult } from '../contracts/runs.ts';
import type { RunStatus, StepState } from '../contracts/steps.ts';
import type { ArtifactReader, SnapshotStore, SnapshotTables } from './snapshot-dependencies.ts';

// What the routes need, as narrow as they need it. The adapters satisfy it by shape; tests pass object literals.

export interface RunRow {
  readonly runId: string;
  readonly pipeline: string;
  readonly status: RunStatus;
  readonly actor: string;
  readonly requestedAt: string;
  readonly finishedAt?: string;
  readonly cutoff?: string;
  readonly result?: RetrainResult;
  readonly error?: string;
  readonly code?: string;
}

export interface RunStore {
  /** Records that the run was asked for; repeating it changes nothing. */
  start(input: RetrainInput): Promise<void>;
  finish(end: {
    readonly runId: string;
    readonly status: RunStatus;
    readonly error?: string;
    readonly code?: string;
  }): Promise<void>;
  get(runId: string): Promise<(RunRow & { readonly steps: readonly StepState[] }) | undefined>;
  input(runId: string): Promise<RetrainInput | undefined>;
  list(filter: {
    readonly pipeline?: string;
    readonly status?: RunStatus;
    readonly limit: number;
  }): Promise<readonly RunRow[]>;
}

export interface TemporalGateway {
  /** @returns the workflow's id. @throws Conflict when a workflow with this run id runs already */
  startRetrain(input: RetrainInput): Promise<{ readonly workflowId: string }>;
  cancelRun(pipeline: string, runId: string): Promise<void>;
  decide(pipeline: string, decision: Decision): Promise<DecisionOutcome>;
}

/** How a run's workflow stands; `unknown` when Temporal has none. */
export type WorkflowState =
  | { readonly state: 'running' }
  | { readonly state: 'done' }
  | { readonly state: 'unknown' }
  | { readonly state: 'failed' | 'cancelled'; readonly reason: string; readonly code?: string };

export interface CandidateStore {
  list(pipeline: string): Promise<readonly Candidate[]>;
  /** `ref`: a version or the first characters of a digest. */
  find(what: { readonly pipeline?: string; readonly ref: string }): Promise<Candidate | undefined>;
}

export interface ForecastPoint {
  readonly ds: string;
  readonly yHat: number;
  /** Level, such as `0.1`, to value. */
  readonly quantiles: Readonly<Record<string, number>>;
}

export interface ForecastStore {
  read(what: {
    readonly pipeline: string;
    readonly series: string;
    readonly candidate?: string;
  }): Promise<readonly ForecastPoint[]>;
  seriesOf(pipeline: string, filter: { readonly prefix?: string; readonly limit: number }): Promise<readonly string[]>;
}

export interface ApiDependencies {
  readonly runs: RunStore;
  readonly temporal: TemporalGateway;
  readonly workflows: {
    /** @throws ServiceUnavailable when Temporal does not answer */
    stateOf(pipeline: string, runId: string): Promise<WorkflowState>;
  };
  readonly candidates: CandidateStore;
  readonly proposals: {
    get(idOrPrefix: string): Promise<Proposal | undefined>;
    list(filter: { readonly pipeline?: string; readonly status?: ProposalStatus }): Promise<readonly Proposal[]>;
  };
  readonly champions: {
    /** ISO time; now when absent. */
    at(pipeline: string, time?: string): Promise<Champion | undefined>;
    history(pipeline: string): Promise<readonly Champion[]>;
  };
  readonly forecasts: ForecastStore;
  readonly lineage: {
    resolve(ref: string): Promise<LineageNode | undefined>;
    walk(node: LineageNode, direction: 'up' | 'down', depth: number): Promise<readonly LineageEdge[]>;
  };
  readonly snapshots: SnapshotStore;
  readonly validationResults: { ofRun(runId: string): Promise<RunValidation | undefined> };
  readonly audit: { verify(): Promise<AuditCheck> };
  readonly artifacts: ArtifactReader;
  readonly tables: SnapshotTables & {
    /** Writes what people get: `unique_id, ds, y_hat, q0.1 …`. */
    exportForecasts(request: {
      readonly file: string;
      readonly out: string;
      readonly format: 'csv' | 'parquet';
    }): Promise<void>;
    sourceRows(request: {
      /** Paths of the parts of a snapshot's sales. */
      readonly sales: readonly string[];
      /** Address of each source file by the number that rows call it. */
      readonly files: ReadonlyMap<number, string>;
      readonly series: string;
      /** ISO dates, both included. */
      readonly from?: string;
      readonly to?: string;
      /** ISO date or moment that they come before. */
      readonly before?: string;
      /** The newest so many. */
      readonly limit: number;
    }): Promise<{ readonly total: number; readonly rows: readonly SourceRow[] }>;
    /** What was known of a series besides its sales; asked like `sourceRows`. */
    besideRows(request: {
      readonly reviews?: string;
      readonly media?: string;
      readonly files: ReadonlyMap<number, string>;
      readonly series: string;
      readonly from?: string;
      readonly to?: string;
      readonly before?: string;
      readonly limit: number;
    }): Promise<{
      readonly total: number;
      readonly reviews: NonNullable<Lineage['reviews']>['rows'];
      readonly media: NonNullable<Lineage['media']>;
    }>;
  };
  /** One look at each server that the API needs; rejects when it does not answer. */
  readonly health: Readonly<Record<string, () => Promise<unknown>>>;
  readonly scratchDir: string;
  /** The bearer key of whoever may change something. */
  readonly key: string;
  /** Host names, without port, that this API answers to; empty means any. */
  readonly hosts: readonly string[];
  readonly version: string;
  readonly now: () => Date;
  readonly newRunId: (now: Date) => string;
  /** Failures that are not the caller's doing. */
  readonly report: (error: unknown) => void;
}
