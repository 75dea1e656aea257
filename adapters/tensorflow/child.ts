import type { FitJob, FitOutcome, FitProgress } from '../../contracts/training.ts';
import { fitNetwork } from './fit.ts';

/** Entry of a training child; the parent is the same build, so the job has this shape. The engine is chosen per machine. */
export function execute(job: FitJob, on: { progress(p: FitProgress): void }): Promise<FitOutcome> {
  return fitNetwork(job, (progress) => on.progress(progress), process.env['FORECASTLE_TENSORFLOW']);
}
