import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { BadInput } from '../../contracts/failure.ts';
import type { FitJob, FitOutcome, FitProgress } from '../../contracts/training.ts';
import { startOfIso, unitOf } from '../../domain/calendar.ts';
import { learnableTargets } from '../../domain/cutoffs.ts';
import { recentLevels, rowsAtOrigin, trainingRows } from '../../domain/origin-rows.ts';
import type { OriginTable } from '../../domain/origin-rows.ts';
import { addRows } from './added-rows.ts';
import { createBooster } from './booster.ts';
import type { Booster } from './booster.ts';
import { createDataset } from './dataset.ts';
import type { Dataset } from './dataset.ts';
import { describeEngine } from './engine.ts';
import { openLightgbm } from './library.ts';
import type { LightgbmLibrary } from './library.ts';
import type { LightgbmParameters } from './parameter-text.ts';
import { readMatrix } from '../read-matrix.ts';
import { settingsOf } from './settings.ts';
import type { Settings } from './settings.ts';
import { requiredColumn, sampleRows, stackedNames, stackRows } from './stacked-rows.ts';
import { forecastOf, labelOf } from './target-scale.ts';

/** One of the models of a fit: the point forecast's, or a quantile's. */
interface Head {
  /** `point`, `q0.1` …: the model file's name. */
  readonly name: string;
  readonly parameters: LightgbmParameters;
}

const iterationsPerReport = 10;

/**
 * Executes a job in this process, which it keeps busy: run it in a child. Writes `predictions.f32` and, with `keepModel`, one text model
 * per head and `model.json`. Bit-identical for any number of threads. Throws `BadInput` for parameters or a cutoff that cannot be used.
 */
export async function fitLightgbm(
  libraryPath: string,
  job: FitJob,
  progress: (p: FitProgress) => void,
): Promise<FitOutcome> {
  const settings = settingsOf(job.parameters, job.seed, job.threads);
  const library = openLightgbm(libraryPath);
  const table = await readMatrix(job.matrix);
  const levels = levelsOf(table, job, settings);
  const { dataset, trained, counts } = trainingData(library, table, job, settings);
  try {
    const { predicted, ask } = questions(table, job);
    const heads = headsOf(settings, job.quantiles);
    const forecasts: Float64Array[] = [];
    const curves: Record<string, readonly number[]> = {};
    for (const [number, head] of heads.entries()) {
      const booster = createBooster(library, dataset, head.parameters);
      try {
        curves[head.name] = await train(booster, settings.iterations, (done) =>
          progress({ done: (number + done) / heads.length, note: `${job.split.name}: ${head.name}` }),
        );
        forecasts.push(booster.predict(ask, job.threads));
        if (job.keepModel) await writeFile(join(job.outputFolder, `${head.name}.txt`), booster.save());
      } finally {
        booster.free();
      }
    }
    await writeFile(
      join(job.outputFolder, 'predictions.f32'),
      layOut(forecasts, predicted, job.matrix.spec.horizon, levels, settings),
    );
    return {
      predictedRows: predicted.length,
      modelFiles: job.keepModel ? await describeModel(job, settings, heads) : [],
      curves,
      trainedRows: trained,
      ...(counts && { augmented: counts }),
      engine: describeEngine(libraryPath),
    };
  } finally {
    dataset.free();
  }
}

function levelsOf(table: OriginTable, job: FitJob, { scaling }: Settings): Float32Array {
  if (scaling === 'none') return new Float32Array(table.rows).fill(1);
  const sequence = job.matrix.spec.sequence.map((name) => requiredColumn(table, name));
  return recentLevels(table, sequence, scaling === 'mean' ? 1 : 0.7);
}

function trainingData(
  library: LightgbmLibrary,
  data: OriginTable,
  job: FitJob,
  settings: Settings,
): { dataset: Dataset; trained: number; counts: Readonly<Record<string, number>> | undefined } {
  const { spec } = job.matrix;
  const span = learnableTargets(cutoffOf(job), spec.frequency, job.split);
  const known = stepsOf(spec.horizon).map((step) => trainingRows(data, requiredColumn(data, `y_${step}`), step, span, spec.frequency));
  const chosen = sampleRows(known, settings.maxRows, job.seed);
  const trained = chosen.reduce((sum, { length }) => sum + length, 0);
  if (trained === 0) {
    throw new BadInput(
      `split ${job.split.name}: no series has ${spec.horizon} ${unitOf(spec.frequency)}s of history up to ${job.split.cutoff}; use fewer folds or more history`,
    );
  }
  const { table, rowsByStep, counts } = addRows({ table: data, spec, rowsByStep: chosen, augmentation: settings.augmentation, seed: job.seed + 3 });
  const targets = stepsOf(spec.horizon).map((step) => requiredColumn(table, `y_${step}`));
  const levels = levelsOf(table, job, settings);
  const stacked = stackRows(table, spec, rowsByStep);
  const labels = new Float32Array(stacked.rows);
  let at = 0;
  rowsByStep.forEach((rows, i) => {
    for (const row of rows) labels[at++] = labelOf(targets[i]?.[row] ?? NaN, levels[row] ?? 1, settings.transform);
  });
  const dataset = createDataset(library, { ...stacked, labels }, settings.shared);
  return { dataset, trained, counts };
}

/** The rows to forecast from, once per step. */
function questions(
  table: OriginTable,
  job: FitJob,
): { predicted: Uint32Array; ask: { values: Float32Array; rows: number } } {
  const predicted = rowsAtOrigin(table, cutoffOf(job));
  if (predicted.length === 0) {
    throw new BadInput(`split ${job.split.name}: the origin table has no row with origin ${job.split.cutoff}`);
  }
  return {
    predicted,
    ask: stackRows(
      table,
      job.matrix.spec,
      stepsOf(job.matrix.spec.horizon).map(() => predicted),
    ),
  };
}

function cutoffOf({ split, matrix }: FitJob): number {
  const start = startOfIso(split.cutoff, matrix.spec.frequency);
  if (start === undefined) throw new BadInput(`split ${split.name}: cutoff ${split.cutoff} is not a date`);
  return start;
}

function headsOf({ shared, objective }: Settings, quantiles: readonly number[]): readonly Head[] {
  return [
    { name: 'point', parameters: { ...shared, objective } },
    ...quantiles.map((level) => ({
      name: `q${level}`,
      parameters: { ...shared, objective: 'quantile', alpha: level },
    })),
  ];
}

/** Trains to the end, giving way to the event loop between trees. Returns the training loss at every report. */
async function train(booster: Booster, iterations: number, report: (done: number) => void): Promise<readonly number[]> {
  const curve: number[] = [];
  for (let iteration = 1; iteration <= iterations; iteration += 1) {
    const finished = booster.update();
    await setImmediate();
    if (iteration % iterationsPerReport !== 0 && iteration !== iterations && !finished) continue;
    curve.push(booster.trainingMetrics()[0] ?? NaN);
    report(iteration / iterations);
    if (finished) break;
  }
  return curve;
}

/** Row-major: row, step, then the point and the quantiles; quantiles sorted, so that they never cross. */
function layOut(
  forecasts: readonly Float64Array[],
  predicted: Uint32Array,
  horizon: number,
  levels: Float32Array,
  { transform }: Settings,
): Float32Array {
  const out = new Float32Array(predicted.length * horizon * forecasts.length);
  predicted.forEach((row, i) => {
    for (let step = 0; step < horizon; step += 1) {
      const values = forecasts.map((head) =>
        forecastOf(head[step * predicted.length + i] ?? NaN, levels[row] ?? 1, transform),
      );
      const [point = NaN, ...quantiles] = values;
      out.set([point, ...quantiles.sort((a, b) => a - b)], (i * horizon + step) * forecasts.length);
    }
  });
  return out;
}

/** What a reader needs to forecast or explain with the saved trees: the columns in order and how the target was scaled. */
async function describeModel(
  job: FitJob,
  { transform, scaling }: Settings,
  heads: readonly Head[],
): Promise<readonly string[]> {
  const { spec } = job.matrix;
  const files = heads.map(({ name }) => `${name}.txt`);
  const description = {
    format: 1,
    columns: stackedNames(spec),
    sequence: spec.sequence,
    horizon: spec.horizon,
    frequency: spec.frequency,
    transform,
    scaling,
    quantiles: job.quantiles,
    files,
  };
  await writeFile(join(job.outputFolder, 'model.json'), `${JSON.stringify(description, null, 2)}\n`);
  return ['model.json', ...files];
}

const stepsOf = (horizon: number): readonly number[] => Array.from({ length: horizon }, (_, i) => i + 1);
