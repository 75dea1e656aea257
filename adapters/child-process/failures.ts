import {
  ArtifactCorrupt,
  ArtifactMissing,
  BadInput,
  Conflict,
  DatasetMissing,
  DecisionRefused,
  EvidenceStale,
  ModelWeightsMissing,
  NotFound,
  PipelineError,
  ServiceUnavailable,
  TrainingFailed,
  ValidationBlocked,
} from '../../contracts/failure.ts';
import type { FailureCode } from '../../contracts/failure.ts';

const classes: Readonly<Record<FailureCode, new (message: string) => PipelineError>> = {
  ArtifactCorrupt,
  ArtifactMissing,
  BadInput,
  Conflict,
  DatasetMissing,
  DecisionRefused,
  EvidenceStale,
  ModelWeightsMissing,
  NotFound,
  ServiceUnavailable,
  TrainingFailed,
  ValidationBlocked,
};

/** The error a child reported, as the class it had there; an unexpected one becomes `TrainingFailed`. */
export function failureOf(code: FailureCode | undefined, message: string): PipelineError {
  return new classes[code ?? 'TrainingFailed'](message);
}

/** The code of an expected failure; undefined for a bug or a native library's error. */
export function codeOf(error: unknown): FailureCode | undefined {
  return error instanceof PipelineError ? error.code : undefined;
}
