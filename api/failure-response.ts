import type { ContentfulStatusCode } from 'hono/utils/http-status';

import { PipelineError } from '../contracts/failure.ts';
import type { FailureCode } from '../contracts/failure.ts';

/** The status of every code; whoever adds a code must choose one. */
const statuses: Readonly<Record<FailureCode, ContentfulStatusCode>> = {
  BadInput: 400,
  DatasetMissing: 400,
  ModelWeightsMissing: 400,
  NotFound: 404,
  ArtifactMissing: 404,
  ArtifactCorrupt: 500,
  TrainingFailed: 500,
  ValidationBlocked: 409,
  EvidenceStale: 409,
  DecisionRefused: 409,
  Conflict: 409,
  ServiceUnavailable: 503,
};

export interface FailureBody {
  readonly error: { readonly code: string; readonly message: string };
}

export function failureBody(code: string, message: string): FailureBody {
  return { error: { code, message } };
}

/** Status and body for anything a route throws; undefined for what is a bug and must not be shown. */
export function expectedFailure(
  error: unknown,
): { readonly status: ContentfulStatusCode; readonly body: FailureBody } | undefined {
  if (!(error instanceof PipelineError)) return undefined;
  return { status: statuses[error.code], body: failureBody(error.code, error.message) };
}
