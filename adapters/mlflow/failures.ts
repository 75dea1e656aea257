import { setTimeout as sleep } from 'node:timers/promises';

import { BadInput, NotFound, ServiceUnavailable } from '../../contracts/failure.ts';

const tries = 5;
const firstPauseMs = 200;

/** One request that failed, before it is decided whether to try again. Never leaves this folder. */
export class RequestFailure extends Error {
  readonly request: string;
  /** Absent when there was no answer at all. */
  readonly status: number | undefined;
  /** MLflow's `error_code`, or the system's (`ECONNREFUSED`). */
  readonly code: string;

  constructor(about: { request: string; status?: number; code: string; message: string; cause?: unknown }) {
    super(about.message, { cause: about.cause });
    this.request = about.request;
    this.status = about.status;
    this.code = about.code;
  }

  get mayPass(): boolean {
    if (this.status === undefined || this.status === 429 || this.status >= 500) return true;
    // All of the server's database connections are in use: MLflow says that with 400.
    return this.status === 400 && this.message.includes('QueuePool');
  }
}

/** Whether the server said that there is no such thing. A missing alias is 400 and INVALID_PARAMETER_VALUE there. */
export function isMissing(error: unknown): boolean {
  if (!(error instanceof RequestFailure)) return false;
  if (error.code === 'RESOURCE_DOES_NOT_EXIST') return true;
  return error.status === 400 && error.code === 'INVALID_PARAMETER_VALUE' && /alias .*not found/i.test(error.message);
}

export function alreadyExists(error: unknown): boolean {
  return error instanceof RequestFailure && error.code === 'RESOURCE_ALREADY_EXISTS';
}

/**
 * Does `work` up to five times, with pauses of 0.2 to 1.6 s (plus up to half as much at random), while its failure is
 * one that may pass. `work` must be safe to repeat after a request whose answer was lost: look first, then create.
 * @throws {ServiceUnavailable} no answer, server errors, or credentials refused
 * @throws {NotFound} the server knows no such run, model or version
 * @throws {BadInput} the server refuses what was sent
 */
export async function withRetries<T>(place: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      if (!error.mayPass || attempt === tries) throw translated(error, place);
      await sleep(firstPauseMs * 2 ** (attempt - 1) * (1 + Math.random() / 2));
    }
  }
}

/** As one line: what, where, what to do. */
function translated(failure: RequestFailure, place: string): Error {
  const { status, code, request } = failure;
  const cause = { cause: failure };
  if (status === undefined) {
    return new ServiceUnavailable(`MLflow at ${place} does not answer (${code}): start it with \`npx forecastle up\`, or check MLFLOW_TRACKING_URI`, cause);
  }
  const said = failure.message.replace(/\s+/g, ' ').slice(0, 300);
  if (failure.mayPass) return new ServiceUnavailable(`MLflow at ${place} failed ${tries} times (${request}: ${status} ${said}): look at its log, then try again`, cause);
  if (status === 401 || status === 403) {
    return new ServiceUnavailable(`MLflow at ${place} refuses access (${request}: ${status} ${said}): check MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD and the host it allows`, cause);
  }
  if (code === 'RESOURCE_DOES_NOT_EXIST') return new NotFound(`MLflow at ${place} has no such entry (${request}: ${said}): check its name`, cause);
  if (status < 400 || code === 'NOT_MLFLOW') return new ServiceUnavailable(`the server at ${place} does not answer as MLflow does (${request}: ${status} ${said}): check MLFLOW_TRACKING_URI`, cause);
  return new BadInput(`MLflow at ${place} refuses ${request} (${status} ${code}): ${said}`, cause);
}
