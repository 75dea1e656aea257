import type { ArtifactRef } from './artifacts.ts';
import type { ValidationReport } from './data.ts';
import type { StepContext } from './steps.ts';

/** A dataset that a step read or wrote, and what the step learnt of it. */
export interface StepDataset {
  readonly artifact: ArtifactRef;
  /** Of an input that was validated. */
  readonly quality?: ValidationReport;
}

/** Begin or end of a step, for whoever follows lineage elsewhere. A step has one START and one end, whatever the number of its attempts. */
export interface StepEvent {
  readonly type: 'START' | 'COMPLETE' | 'FAIL' | 'ABORT';
  readonly context: StepContext;
  readonly inputs: readonly StepDataset[];
  readonly outputs: readonly StepDataset[];
  /** Why it failed, in one line. */
  readonly error?: string;
}

export interface StepEvents {
  /** Takes an event so that it gets to where it is followed, once. Repeating the same step and type changes nothing. */
  emit(event: StepEvent): Promise<void>;
}
