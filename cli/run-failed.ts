import type { RunDetail } from '../contracts/http.schema.ts';

/** A run that was waited for did not end well. The code is the failure's own, so that it decides the exit code. */
export class RunFailed extends Error {
  readonly code: string;
  constructor({ run, steps }: RunDetail) {
    const step = steps.find(({ status }) => status === 'failed')?.step;
    super(
      `run ${run.runId} ${run.status}${step === undefined ? '' : ` at ${step}`}${run.error ? `: ${run.error}` : ''}`,
    );
    this.name = 'RunFailed';
    this.code = run.code ?? (run.status === 'cancelled' ? 'RunCancelled' : 'RunFailed');
  }
}
