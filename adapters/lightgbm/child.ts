import type { FitJob, FitOutcome, FitProgress } from '../../contracts/training.ts';
import { fitLightgbm } from './fit.ts';

export interface LightgbmJob {
  /** Path of `lib_lightgbm`. */
  readonly library: string;
  readonly fit: FitJob;
}

/** Entry of a training child; the parent is the same build, so the job has this shape. */
export function execute({ library, fit }: LightgbmJob, on: { progress(p: FitProgress): void }): Promise<FitOutcome> {
  return fitLightgbm(library, fit, (progress) => on.progress(progress));
}
