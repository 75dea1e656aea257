import { cancellationSignal } from '@temporalio/activity';
import { type ArtifactRef, mediaTypes } from '../contracts/artifacts.ts';
import { BadInput } from '../contracts/failure.ts';
import type { FeatureSet } from '../contracts/features.ts';
import type { FitFoldInput, FitModelInput, ModelForecasts, TrainingActivities } from '../contracts/modelling.ts';
import type { StepContext } from '../contracts/steps.ts';
import type { FitJob, FitOutcome, FitProgress, FitSplit, Matrix, SearchedFamily } from '../contracts/training.ts';
import { splitsOf } from '../domain/cutoffs.ts';
import { wape } from '../domain/metrics.ts';
import { type ArtifactStore, parquetFile, type WithScratch } from './artifact-store.ts';
import { baselineForecaster } from './baseline-forecasts.ts';
import { type StepRunner, withHeartbeat } from './step.ts';

/** An origin table opened on this worker's disk. */
export interface OpenMatrix {
  readonly matrix: Matrix;
  /** One value per row. */
  column(name: string): Float32Array;
  /** Matrix row numbers whose origin is this ISO date, ascending. */
  rowsAt(cutoff: string): Uint32Array;
}

export interface Trainer {
  fit(job: FitJob, on: { progress(p: FitProgress): void; signal: AbortSignal }): Promise<FitOutcome>;
}

export interface TrainingDeps {
  readonly matrices: { open(features: FeatureSet, signal: AbortSignal): Promise<OpenMatrix> };
  readonly trainers: Readonly<Record<SearchedFamily, Trainer>>;
  readonly tables: {
    /** `file` holds what {@link FitOutcome} documents: per predicted row and step the point and the quantiles. */
    writePredictions(input: { matrix: Matrix; splits: readonly (FitSplit & { file: string })[]; quantiles: readonly number[]; out: string; signal: AbortSignal }): Promise<void>;
  };
  readonly floats: { read(file: string): Promise<Float32Array>; write(file: string, values: Float32Array): Promise<void> };
  readonly artifacts: ArtifactStore;
  readonly withScratch: WithScratch;
  readonly steps: StepRunner;
  /** Threads of one fit. It must not change results, only how many fits run beside each other. */
  readonly threads: number;
}

interface FittedSplit {
  readonly split: FitSplit;
  readonly predictions: ArtifactRef;
  readonly files: readonly ArtifactRef[];
  readonly engine: string;
  /** Training windows that each method of augmentation added. */
  readonly augmented?: Readonly<Record<string, number>>;
}

const floatFile = { mediaType: mediaTypes.binary, extension: 'f32' } as const;

/** Activities on the `training` queue. Every fit is a unit of its own in the step cache: a retried attempt repeats one fit at most. */
export function createTrainingActivities(deps: TrainingDeps): TrainingActivities {
  const { matrices, trainers, tables, floats, artifacts, withScratch, steps, threads } = deps;

  async function fitFold({ family, features, parameters, seed, fold, quantiles }: FitFoldInput) {
    const started = performance.now();
    const { value, cached } = await steps.once('fitFold', { family, features, parameters, seed, fold, quantiles }, () =>
      withScratch(async (outputFolder) => {
        const signal = cancellationSignal();
        const open = await matrices.open(features, signal);
        const job: FitJob = { matrix: open.matrix, split: fold, parameters, seed, threads, quantiles, outputFolder, keepModel: false };
        await trainers[family].fit(job, { progress: () => undefined, signal });
        const forecasts = await floats.read(`${outputFolder}/predictions.f32`);
        return { wape: foldWape(open, fold, forecasts, 1 + quantiles.length) };
      }),
    );
    return { wape: value.wape, seconds: (performance.now() - started) / 1000, cached };
  }

  function fitSplit(input: Omit<FitModelInput, 'splits' | 'context'>, split: FitSplit) {
    const { family, features, parameters, seed, quantiles } = input;
    const keepModel = split.name === 'final';
    return steps.once<FittedSplit>('fitModel', { family, features, parameters, seed, quantiles, split, keepModel }, () =>
      withScratch(async (outputFolder) => {
        const signal = cancellationSignal();
        const { matrix } = await matrices.open(features, signal);
        const job: FitJob = { matrix, split, parameters, seed, threads, quantiles, outputFolder, keepModel };
        const outcome = await trainers[family].fit(job, { progress: () => undefined, signal });
        const files: ArtifactRef[] = [];
        for (const name of outcome.modelFiles) {
          const extension = name.slice(name.lastIndexOf('.') + 1);
          files.push(await artifacts.publishFile('models', `${outputFolder}/${name}`, { mediaType: mediaTypes.binary, extension }, signal));
        }
        return { split, predictions: await artifacts.publishFile('forecasts', `${outputFolder}/predictions.f32`, floatFile, signal), files, engine: outcome.engine, ...(outcome.augmented && { augmented: outcome.augmented }) };
      }),
    );
  }

  async function assemble(features: FeatureSet, quantiles: readonly number[], splits: readonly (FitSplit & { file: string })[]): Promise<ArtifactRef> {
    return withScratch(async (folder) => {
      const signal = cancellationSignal();
      const { matrix } = await matrices.open(features, signal);
      const out = `${folder}/predictions.parquet`;
      await tables.writePredictions({ matrix, splits, quantiles, out, signal });
      return artifacts.publishFile('forecasts', out, parquetFile, signal);
    });
  }

  return {
    fitFold: (input) => withHeartbeat(() => fitFold(input)),

    fitModel: ({ context, splits, ...input }) =>
      steps
        .effect(
          context,
          ({ note, allCached }: { note: string; allCached: boolean; forecasts: ModelForecasts }) => ({ note, unchanged: allCached }),
          async () => {
            const fitted: FittedSplit[] = [];
            let allCached = true;
            for (const split of splitsOf(input.features.cutoffs, splits)) {
              const { value, cached } = await fitSplit(input, split);
              fitted.push(value);
              allCached &&= cached;
            }
            const assembled = await steps.once('assemblePredictions', { features: input.features, quantiles: input.quantiles, fitted: fitted.map(({ split, predictions }) => ({ split, predictions })) }, async () => {
              const files = await Promise.all(fitted.map(async ({ split, predictions }) => ({ ...split, file: await artifacts.fetchFile(predictions, cancellationSignal()) })));
              return assemble(input.features, input.quantiles, files);
            });
            const forecasts: ModelForecasts = {
              model: input.family,
              predictions: assembled.value,
              files: fitted.flatMap(({ files }) => files),
              parameters: input.parameters,
              engine: fitted[0]?.engine ?? '',
            };
            return { note: noteOf(fitted), allCached, forecasts };
          },
        )
        .then(({ forecasts }) => forecasts),

    fitBaselines: ({ context, features, models, quantiles }: { context: StepContext; features: FeatureSet; models: readonly string[]; quantiles: readonly number[] }) =>
      steps.step(
        context,
        { activity: 'fitBaselines', parameters: { features, models, quantiles }, note: (all) => all.map(({ model }) => model).join(', ') },
        () =>
          withScratch(async (folder) => {
            const open = await matrices.open(features, cancellationSignal());
            const all: ModelForecasts[] = [];
            for (const model of models) {
              const forecast = baselineForecaster(model, open, quantiles);
              if (forecast === undefined) throw new BadInput(`model "${model}" is not a baseline`);
              const splits = splitsOf(features.cutoffs, ['folds', 'test', 'final']).map((split) => ({ ...split, file: `${folder}/${model}-${split.name}.f32` }));
              for (const split of splits) await floats.write(split.file, forecast(open.rowsAt(split.cutoff)));
              all.push({ model, predictions: await assemble(features, quantiles, splits), files: [], parameters: {}, engine: 'forecastle' });
            }
            return all;
          }),
      ),
  };
}

/** `5 fits`, and of the last of them, which learns from most, what augmentation added: `5 fits, 40,213 windows added (jitter 20,040, mix-up 20,173)`. */
function noteOf(fitted: readonly FittedSplit[]): string {
  const fits = `${fitted.length} fits`;
  const augmented = fitted.at(-1)?.augmented;
  if (augmented === undefined) return fits;
  const count = (n: number): string => n.toLocaleString('en-GB');
  const total = Object.values(augmented).reduce((sum, n) => sum + n, 0);
  return `${fits}, ${count(total)} windows added (${Object.entries(augmented).map(([method, n]) => `${method} ${count(n)}`).join(', ')})`;
}

/** WAPE of one fold's point forecasts on raw actuals; rows whose actual isn't known are not scored. `null` where a forecast is not a number. */
function foldWape(open: OpenMatrix, fold: FitSplit, forecasts: Float32Array, width: number): number | null {
  const rows = open.rowsAt(fold.cutoff);
  const { horizon } = open.matrix.spec;
  const actual: number[] = [];
  const forecast: number[] = [];
  for (let h = 1; h <= horizon; h++) {
    const truth = open.column(`a_${h}`);
    rows.forEach((row, i) => {
      const y = truth[row] ?? Number.NaN;
      if (Number.isNaN(y)) return;
      actual.push(y);
      forecast.push(forecasts[(i * horizon + h - 1) * width] ?? Number.NaN);
    });
  }
  if (!actual.some((y) => y !== 0)) {
    throw new BadInput(`nothing was sold in the ${horizon} periods after ${fold.cutoff}, so ${fold.name} can't be scored. Use fewer folds (evaluate.folds) or a longer history.`);
  }
  return wape(actual, forecast) ?? null;
}
