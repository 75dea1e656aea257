import type { FitJob, FitOutcome, FitProgress } from '../../contracts/training.ts';

export interface TensorflowTrainerDeps {
  /** Runs a job in a child process and gives its outcome. */
  readonly runJob: (run: {
    readonly entry: URL;
    readonly job: FitJob;
    readonly onProgress: (progress: FitProgress) => void;
    readonly signal: AbortSignal;
  }) => Promise<FitOutcome>;
}

export interface TensorflowTrainer {
  /** Rejects with `BadInput` for unusable parameters or cutoffs, `TrainingFailed` when the child ends early, or the signal's reason. */
  fit(job: FitJob, on: { progress(p: FitProgress): void; signal: AbortSignal }): Promise<FitOutcome>;
}

/** Trains the sequence network, one child process per fit. */
export function createTensorflowTrainer({ runJob }: TensorflowTrainerDeps): TensorflowTrainer {
  return {
    fit: (job, on) =>
      runJob({
        entry: new URL('./child.ts', import.meta.url),
        job,
        onProgress: (progress) => on.progress(progress),
        signal: on.signal,
      }),
  };
}
