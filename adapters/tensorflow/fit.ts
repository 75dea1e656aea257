import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInput } from '../../contracts/failure.ts';
import type { FitJob, FitOutcome, FitProgress } from '../../contracts/training.ts';
import { startOfIso } from '../../domain/calendar.ts';
import { learnableTargets } from '../../domain/cutoffs.ts';
import { rowsAtOrigin } from '../../domain/origin-rows.ts';
import { createRandom } from '../../domain/random.ts';
import { readMatrix } from '../read-matrix.ts';
import { addWindows } from './added-windows.ts';
import { openEngine } from './engine.ts';
import { modelFiles, saveNetwork } from './model-file.ts';
import { initialWeights } from './network-shape.ts';
import type { NetworkShape } from './network-shape.ts';
import { forecast } from './predict.ts';
import type { FittedNetwork } from './predict.ts';
import { headCount, settingsOf } from './settings.ts';
import { holdOut, startingOutputs, targetsOf } from './targets.ts';
import { train } from './train.ts';
import { standardOf, windowsOf } from './windows.ts';

/**
 * Executes a job in this process, which it keeps busy: run it in a child. Writes `predictions.f32` and, with `keepModel`, the network.
 * The same job gives the same bytes on the same engine; `threads` is not used. Throws `BadInput` for parameters or a cutoff that cannot
 * be used. `engineWanted`: see `openEngine`.
 */
export async function fitNetwork(
  job: FitJob,
  progress: (p: FitProgress) => void,
  engineWanted?: string,
): Promise<FitOutcome> {
  const { spec } = job.matrix;
  const settings = settingsOf(job.parameters, job.quantiles);
  const cutoff = startOfIso(job.split.cutoff, spec.frequency);
  if (cutoff === undefined) throw new BadInput(`split ${job.split.name}: cutoff ${job.split.cutoff} is not a date`);
  const table = await readMatrix(job.matrix);
  const predicted = rowsAtOrigin(table, cutoff);
  if (predicted.length === 0)
    throw new BadInput(`split ${job.split.name}: the origin table has no row with origin ${job.split.cutoff}`);
  const windows = windowsOf(table, spec);
  const span = learnableTargets(cutoff, spec.frequency, job.split);
  const targets = targetsOf(table, spec, windows.levels, span);
  if (targets.rows.length === 0) {
    throw new BadInput(
      `split ${job.split.name}: no series has a known target up to ${job.split.cutoff}; use fewer folds or more history`,
    );
  }

  const engine = await openEngine(engineWanted);
  const { training, heldOut } = holdOut(table, targets.rows, createRandom(job.seed));
  const shape: NetworkShape = {
    sequence: spec.sequence.length,
    statics: windows.statics.length,
    units: settings.units,
    dense: settings.dense,
    horizon: spec.horizon,
    heads: headCount(settings.heads),
  };
  const levels = [...(settings.heads.point ? [0.5] : []), ...settings.heads.quantiles];
  const start = initialWeights(shape, startingOutputs(targets, training, levels), createRandom(job.seed + 1));
  const standard = standardOf(windows.statics, training);
  const added = settings.augmentation && addWindows({ table, spec, targets, training, span, settings, augmentation: settings.augmentation, seed: job.seed + 3 });
  const set = added ?? { windows, targets, training };
  const trained = await train(
    engine.tf,
    shape,
    start,
    { ...set, standard, heldOut },
    settings,
    job.seed + 2,
    (done) => progress({ done, note: `${job.split.name}: network` }),
  );

  const fitted: FittedNetwork = {
    shape,
    heads: settings.heads,
    weights: trained.weights,
    standard,
    staticNames: windows.staticNames,
  };
  await writeFile(
    join(job.outputFolder, 'predictions.f32'),
    forecast(engine.tf, fitted, windows, predicted, job.quantiles),
  );
  if (job.keepModel) await saveNetwork(job.outputFolder, fitted);
  return {
    predictedRows: predicted.length,
    modelFiles: job.keepModel ? [...modelFiles] : [],
    curves: { train_loss: trained.trainLoss, validation_loss: trained.validationLoss },
    trainedRows: training.length,
    ...(added && { augmented: added.counts }),
    engine: engine.name,
  };
}
