import type { Snapshot } from '../contracts/data.ts';
import type { RetrainResult } from '../contracts/runs.ts';
import type { RunStatus, StepState } from '../contracts/steps.ts';

// What the stores return beyond the contracts; shared by PostgreSQL and its memory twin, which may not know each other.

/** A run as lists show it. Times are ISO. */
export interface RunRecord {
  readonly runId: string;
  readonly pipeline: string;
  readonly status: RunStatus;
  readonly actor: string;
  readonly cutoff?: string;
  readonly requestedAt: string;
  readonly finishedAt?: string;
  readonly result?: RetrainResult;
  readonly error?: string;
  readonly code?: string;
}

export interface RunDetail extends RunRecord {
  /** In the order of the DAG; steps that have not begun are absent. */
  readonly steps: readonly StepState[];
}

/** A dataset version as a pipeline first met it. */
export interface StoredSnapshot {
  readonly pipeline: string;
  readonly storedAt: string;
  readonly snapshot: Snapshot;
}
