import type { FitJob, FitOutcome, FitProgress } from '../../contracts/training.ts';
import type { LightgbmJob } from './child.ts';

export interface LightgbmTrainerDeps {
  /** Path of `lib_lightgbm`. */
  readonly library: string;
  /** Runs a job in a child process and gives its outcome. */
  readonly runJob: (run: {
    readonly entry: URL;
    readonly job: LightgbmJob;
    readonly onProgress: (progress: FitProgress) => void;
    readonly signal: AbortSignal;
  }) => Promise<FitOutcome>;
}

export interface LightgbmTrainer {
  /** Rejects with `BadInput` for unusable parameters or cutoffs, `TrainingFailed` when the child ends early, or the signal's reason. */
  fit(job: FitJob, on: { progress(p: FitProgress): void; signal: AbortSignal }): Promise<FitOutcome>;
}

/** Trains gradient-boosted trees, one child process per fit. */
export function createLightgbmTrainer({ library, runJob }: LightgbmTrainerDeps): LightgbmTrainer {
  return {
    fit: (job, on) =>
      runJob({
        entry: new URL('./child.ts', import.meta.url),
        job: { library, fit: job },
        onProgress: (progress) => on.progress(progress),
        signal: on.signal,
      }),
  };
}
