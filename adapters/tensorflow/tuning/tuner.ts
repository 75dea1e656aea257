import type { FitProgress } from '../../../contracts/training.ts';
import type { TuneJob, TuneOutcome } from '../../../contracts/tuning.ts';

export interface TensorflowTunerDeps {
  /** Runs a job in a child process and gives its outcome. */
  readonly runJob: (run: {
    readonly entry: URL;
    readonly job: TuneJob;
    readonly onProgress: (progress: FitProgress) => void;
    readonly signal: AbortSignal;
  }) => Promise<TuneOutcome>;
}

export interface TensorflowTuner {
  /** Rejects with `TrainingFailed` when the child ends early, or the signal's reason. */
  tune(job: TuneJob, on: { progress(p: FitProgress): void; readonly signal: AbortSignal }): Promise<TuneOutcome>;
}

/** Tunes vectors, one child process per job. */
export function createTensorflowTuner({ runJob }: TensorflowTunerDeps): TensorflowTuner {
  return {
    tune: (job, on) => runJob({ entry: new URL('./child.ts', import.meta.url), job, onProgress: (progress) => on.progress(progress), signal: on.signal }),
  };
}
