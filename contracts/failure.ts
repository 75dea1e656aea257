/** Codes a person or a program may act on. A code never changes its meaning. */
export type FailureCode =
  | 'BadInput'
  | 'DatasetMissing'
  | 'ArtifactMissing'
  | 'ArtifactCorrupt'
  | 'ModelWeightsMissing'
  | 'ValidationBlocked'
  | 'TrainingFailed'
  | 'EvidenceStale'
  | 'DecisionRefused'
  | 'NotFound'
  | 'Conflict'
  | 'ServiceUnavailable';

/**
 * An expected failure. The message says what, where, and what to do; one interceptor turns it into Temporal's
 * `ApplicationFailure` with `type = code` and `nonRetryable = !retryable`.
 */
export abstract class PipelineError extends Error {
  abstract readonly code: FailureCode;
  abstract readonly retryable: boolean;
  override get name(): string {
    return this.code;
  }
}

/** Something the user gave is wrong: a file, a value, a column, a date. Nothing was changed. Exit code 2. */
export class BadInput extends PipelineError {
  readonly code = 'BadInput';
  readonly retryable = false;
}

/** The dataset is not there, and trying again will not bring it back. Exit code 2. */
export class DatasetMissing extends PipelineError {
  readonly code = 'DatasetMissing';
  readonly retryable = false;
}

/** No object with this key. */
export class ArtifactMissing extends PipelineError {
  readonly code = 'ArtifactMissing';
  readonly retryable = false;
}

/** The bytes do not match the digest in their reference. */
export class ArtifactCorrupt extends PipelineError {
  readonly code = 'ArtifactCorrupt';
  readonly retryable = false;
}

/** No weights for an embedding model, here or at the hub. Exit code 2. */
export class ModelWeightsMissing extends PipelineError {
  readonly code = 'ModelWeightsMissing';
  readonly retryable = false;
}

/** A validation rule of severity `block` does not hold. Exit code 3. */
export class ValidationBlocked extends PipelineError {
  readonly code = 'ValidationBlocked';
  readonly retryable = false;
}

/** The training process ended without a result; another attempt may succeed. */
export class TrainingFailed extends PipelineError {
  readonly code = 'TrainingFailed';
  readonly retryable = true;
}

/** What a decision was based on has changed since. Exit code 3. */
export class EvidenceStale extends PipelineError {
  readonly code = 'EvidenceStale';
  readonly retryable = false;
}

/** A decision that the rules do not allow: empty reason, own candidate, expired, already decided. Exit code 3. */
export class DecisionRefused extends PipelineError {
  readonly code = 'DecisionRefused';
  readonly retryable = false;
}

/** No such run, candidate, proposal, series, snapshot. Exit code 2. */
export class NotFound extends PipelineError {
  readonly code = 'NotFound';
  readonly retryable = false;
}

/** The thing is in a state that does not allow this. */
export class Conflict extends PipelineError {
  readonly code = 'Conflict';
  readonly retryable = false;
}

/** A server did not answer: it is down, or its address is wrong. Trying again is right. Exit code 2. */
export class ServiceUnavailable extends PipelineError {
  readonly code = 'ServiceUnavailable';
  readonly retryable = true;
}

const classes: Readonly<Record<FailureCode, new (message: string, options?: ErrorOptions) => PipelineError>> = {
  BadInput,
  DatasetMissing,
  ArtifactMissing,
  ArtifactCorrupt,
  ModelWeightsMissing,
  ValidationBlocked,
  TrainingFailed,
  EvidenceStale,
  DecisionRefused,
  NotFound,
  Conflict,
  ServiceUnavailable,
};

/** Whether a text that came from elsewhere is one of our codes. */
export function isFailureCode(text: string): text is FailureCode {
  return Object.hasOwn(classes, text);
}

/** A failure that travelled as code and message, as the class it had before. */
export function failureOf(code: FailureCode, message: string, options?: ErrorOptions): PipelineError {
  return new classes[code](message, options);
}

/**
 * Exit code of the command line for a failure code: 2 where what was given has to change first (a file, an option, an address, a port),
 * 3 where a gate, a rule or a role refuses, 1 for everything that went wrong by itself.
 */
export function exitCodeOf(code: string): 1 | 2 | 3 {
  switch (code) {
    case 'BadInput':
    case 'DatasetMissing':
    case 'ModelWeightsMissing':
    case 'NotFound':
    case 'ServiceUnavailable':
      return 2;
    case 'ValidationBlocked':
    case 'EvidenceStale':
    case 'DecisionRefused':
      return 3;
    default:
      return 1;
  }
}
