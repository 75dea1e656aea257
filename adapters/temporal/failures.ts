import {
  isGrpcServiceError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';

import { Conflict, failureOf, isFailureCode, NotFound, PipelineError, ServiceUnavailable } from '../../contracts/failure.ts';

/** gRPC's numbers, as its specification fixes them. */
const status = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  unavailable: 14,
  unauthenticated: 16,
} as const;

export interface Place {
  readonly address: string;
  /** What was asked for, as half a sentence: `run 20251124-…`. */
  readonly doing: string;
}

/** What Temporal's client threw, as one of our failures where it is an expected one; anything else passes unchanged. */
export function translateFailure(error: unknown, place: Place): unknown {
  if (error instanceof PipelineError) return error;
  const options = { cause: error };
  if (error instanceof WorkflowUpdateFailedError) return refusalIn(error) ?? error;
  if (error instanceof WorkflowExecutionAlreadyStartedError)
    return new Conflict(`${place.doing} was started already`, options);
  if (error instanceof WorkflowNotFoundError)
    return new NotFound(`Temporal knows no ${place.doing.replace(/^the /, '')} that still runs`, options);
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return silent(place, options);
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) ? (translateGrpc(cause.code, cause.details, place, options) ?? error) : error;
}

function translateGrpc(code: number, details: string, place: Place, options: ErrorOptions): PipelineError | undefined {
  switch (code) {
    case status.unavailable:
    case status.cancelled:
      return new ServiceUnavailable(
        `Temporal at ${place.address} does not answer (${details}): run \`npx forecastle status\`, or check TEMPORAL_ADDRESS`,
        options,
      );
    case status.deadlineExceeded:
      return silent(place, options);
    case status.unauthenticated:
    case status.permissionDenied:
      return new ServiceUnavailable(
        `Temporal at ${place.address} refuses the login (${details}): check TEMPORAL_API_KEY and TEMPORAL_NAMESPACE`,
        options,
      );
    case status.notFound:
      return new ServiceUnavailable(`Temporal at ${place.address}: ${details}: check TEMPORAL_NAMESPACE`, options);
    case status.invalidArgument:
      return new ServiceUnavailable(
        `Temporal at ${place.address} refused ${place.doing} (${details}): are the search attributes ForecastlePipeline and ForecastleRunId there?`,
        options,
      );
    default:
      return undefined;
  }
}

function silent({ address, doing }: Place, options: ErrorOptions): ServiceUnavailable {
  return new ServiceUnavailable(
    `no answer in time from Temporal at ${address} for ${doing}: is a worker of the queue \`pipeline\` up, and every server that it needs (\`npx forecastle status\`)? ` +
      'Asked again in the same words, it is done once',
    options,
  );
}

/** A refusal travels as `ApplicationFailure` with `type` = code, possibly wrapped by the activity that threw it. */
function refusalIn(error: unknown): PipelineError | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof ApplicationFailure && at.type && isFailureCode(at.type))
      return failureOf(at.type, at.message, { cause: error });
  }
  return undefined;
}
