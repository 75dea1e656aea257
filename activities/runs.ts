import type { RunActivities } from '../contracts/runs.ts';

export interface RunDeps {
  readonly runs: {
    start: RunActivities['startRun'];
    finish: RunActivities['finishRun'];
  };
  readonly steps: { mark: RunActivities['markStep'] };
}

/** Bookkeeping on the `pipeline` queue: the rows that lists and the live view are made from. All may be repeated. */
export function createRunActivities({ runs, steps }: RunDeps): RunActivities {
  return {
    startRun: (input) => runs.start(input),
    markStep: (input) => steps.mark(input),
    finishRun: (input) => runs.finish(input),
  };
}
