import type { FitProgress } from '../../../contracts/training.ts';
import type { TuneJob, TuneOutcome } from '../../../contracts/tuning.ts';
import { tuneVectors } from './tune.ts';

/** Entry of a tuning child; the parent is the same build, so the job has this shape. The engine is chosen per machine. */
export function execute(job: TuneJob, on: { progress(p: FitProgress): void }): Promise<TuneOutcome> {
  return tuneVectors(job, (done, note) => on.progress({ done, note }), process.env['FORECASTLE_TENSORFLOW']);
}
