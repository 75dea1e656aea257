import type { StepContext, StepName } from '../contracts/steps.ts';
import type { Report } from './step.ts';

export interface StepRow {
  mark(mark: { readonly runId: string; readonly step: StepName; readonly status: 'running'; readonly note: string }): Promise<void>;
}

const noteEveryMs = 2_000;

/** Tells how far a step is: at once in the heartbeat, every other second in the row of the run. */
export function progressOf({ rows, context: { runId, step }, report, what }: { readonly rows: StepRow; readonly context: StepContext; readonly report: Report; readonly what: string }): (at: { readonly done: number; readonly of: number }) => Promise<void> {
  let noted = Number.NEGATIVE_INFINITY;
  return async ({ done, of }) => {
    report({ done, of });
    if (performance.now() - noted < noteEveryMs) return;
    noted = performance.now();
    await rows.mark({ runId, step, status: 'running', note: `${done.toLocaleString('en-US')} of ${of.toLocaleString('en-US')} ${what}` });
  };
}
