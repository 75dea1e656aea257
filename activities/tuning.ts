import { cancellationSignal } from '@temporalio/activity';
import type { TuneInput, TuneResult, TuningActivities } from '../contracts/embedding.ts';
import { BadInput } from '../contracts/failure.ts';
import { fetchParts } from '../contracts/table-parts.ts';
import type { FitProgress } from '../contracts/training.ts';
import type { TuneJob, TuneOutcome, TuningData, TuningReport } from '../contracts/tuning.ts';
import { isHeldOut } from '../domain/tuning/hold-out.ts';
import { type ArtifactStore, parquetFile, type WithScratch } from './artifact-store.ts';
import type { StepRunner } from './step.ts';

/** What tuning needs of a table engine; `adapters/duckdb` satisfies it by shape. */
export interface TuningTables {
  /** Lays out, in `folder`, what the first fold's cutoff allows to learn from. */
  tuningData(
    input: Pick<TuneInput, 'frequency' | 'horizon' | 'folds' | 'step' | 'gap'> & {
      readonly panel: readonly string[];
      readonly modalities: readonly { readonly modality: TuneInput['modalities'][number]['modality']; readonly vectors: string; readonly views?: string }[];
      readonly on: string;
      readonly statics?: string;
      readonly folder: string;
      readonly signal: AbortSignal;
    },
  ): Promise<TuningData>;
  /** Writes the rows of `source` with other vectors, row-major in its order. */
  writeTunedVectors(input: { readonly source: string; readonly values: Float32Array; readonly dims: number; readonly out: string; readonly signal: AbortSignal }): Promise<void>;
}

/** Tunes in a child process. Rejects with `TrainingFailed` when the child ends early, or the signal's reason. */
export interface Tuner {
  tune(job: TuneJob, on: { progress(p: FitProgress): void; readonly signal: AbortSignal }): Promise<TuneOutcome>;
}

export interface TuningDeps {
  readonly tables: TuningTables;
  readonly tuner: Tuner;
  readonly floats: { read(file: string): Promise<Float32Array> };
  readonly artifacts: ArtifactStore;
  readonly withScratch: WithScratch;
  readonly steps: StepRunner;
}

/** Fewer teach nothing that would hold for others. */
const fewestProducts = 10;

/** Activity on the `training` queue: a small network per modality, trained on the task in a child process, replaces the vectors. */
export function createTuningActivities({ tables, tuner, floats, artifacts, withScratch, steps }: TuningDeps): TuningActivities {
  async function tune({ modalities, settings, panel, statics, frequency, horizon, folds, step, gap, seed }: Omit<TuneInput, 'context'>, folder: string): Promise<TuneResult> {
    const signal = cancellationSignal();
    const fetch = (ref: TuneInput['panel']) => artifacts.fetchFile(ref, signal);
    const files = await Promise.all(modalities.map(async ({ modality, vectors, views }) => ({ modality, vectors: await fetch(vectors), ...(views && { views: await fetch(views) }) })));
    const data = await tables.tuningData({
      panel: await fetchParts(artifacts, panel, signal), modalities: files, on: settings.on, ...(statics && { statics: await fetch(statics) }),
      frequency, horizon, folds, ...(step !== undefined && { step }), ...(gap !== undefined && { gap }), folder, signal,
    });
    refuseTooLittle(data, settings.on);
    const heldOut = Uint8Array.from(data.series, (name) => Number(isHeldOut(name, seed)));
    const { layers, dims, epochs } = settings;
    const outcome = await tuner.tune({ task: data.task, modalities: data.modalities, settings: { layers, dims, epochs }, heldOut, seed, outFolder: folder }, { progress: () => undefined, signal });

    const tuned: TuneResult['modalities'][number][] = [];
    for (const { modality, vectors } of files) {
      const out = `${folder}/${modality}.parquet`;
      await tables.writeTunedVectors({ source: vectors, values: await floats.read(`${folder}/${modality}.f32`), dims, out, signal });
      tuned.push({ modality, vectors: await artifacts.publishFile('embeddings', out, parquetFile, signal), dims });
    }
    const report: TuningReport = { on: settings.on, layers, dims, cutoff: data.cutoff, series: data.series.length, task: taskOf(data), ...outcome };
    return {
      modalities: tuned,
      report: await artifacts.publishJson('reports', report),
      series: data.series.length,
      epochs: Math.max(...outcome.modalities.map(({ trainLoss }) => trainLoss.length)),
    };
  }

  return {
    tuneVectors: ({ context, ...input }) =>
      steps.step(
        context,
        {
          activity: 'tuneVectors',
          parameters: input,
          note: ({ modalities, series, epochs }) => `${modalities.map(({ modality }) => modality).join(', ')}: ${input.settings.dims} numbers each, learnt from ${series.toLocaleString('en-GB')} products in ${epochs} epochs`,
        },
        () => withScratch((folder) => tune(input, folder)),
      ),
  };
}

function taskOf({ task }: TuningData): TuningReport['task'] {
  return task.kind === 'demand' ? { kind: 'demand', names: task.names } : { kind: 'alike', column: task.column, values: new Set(task.labels).size };
}

function refuseTooLittle({ task, cutoff, modalities }: TuningData, on: string): void {
  for (const { modality, vectors: { product } } of modalities) {
    const products = new Set(product.filter((p) => p >= 0));
    if (products.size < fewestProducts) {
      throw new BadInput(`embeddings.tune: ${products.size === 0 ? 'no product' : `only ${products.size} product${products.size === 1 ? '' : 's'}`} with a known ${modality} vector${on === 'demand' ? '' : ` and ${on}`} had been sold by ${cutoff}, the first fold's cutoff, and ${fewestProducts} are needed to learn from: leave out embeddings.tune, or use fewer folds (evaluate.folds)`);
    }
    if (task.kind === 'demand') continue;
    const labels = Array.from(products, (p) => task.labels[p] ?? 0);
    const values = new Set(labels).size;
    if (values > 1 && values < labels.length) continue;
    throw new BadInput(`embeddings.tune.on: ${values === 1 ? `all products have one value of ${on}` : `no two products have one value of ${on}`} by ${cutoff}, the first fold's cutoff, so there is nothing to tell apart by it; name another column, or "demand"`);
  }
}
