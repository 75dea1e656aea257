import type { ModelForecasts } from '../contracts/modelling.ts';
import { type Pipeline, pipelineSchema } from '../contracts/pipeline.schema.ts';
import type { StepContext, StepName } from '../contracts/steps.ts';
import { type Parameters, searchedFamilies } from '../contracts/training.ts';
import { isoOfDay } from '../domain/calendar.ts';
import { resolveSpace } from '../domain/search-spaces.ts';
import { callActivity, type PipelineActivities } from './pipeline-activities.ts';
import { type Cost, measured } from './process-costs.ts';
import { p2, type P2Problem } from './protocol-p2.ts';
import { type Forecast, forecastKey } from './score-forecasts.ts';

/** What the pipeline is given: the protocol's own training file (a row a product and week), or the order lines behind it. */
export const p2Inputs = ['weeks', 'lines'] as const;
export type P2Input = (typeof p2Inputs)[number];

export interface PipelineRun {
  /** Per model (the ensemble included) its forecasts from the newest week, by {@link forecastKey}. */
  readonly forecasts: ReadonlyMap<string, ReadonlyMap<string, Forecast>>;
  /** Of the ensemble: the members' weights, and the factor of its point forecasts. */
  readonly weights: Readonly<Record<string, number>>;
  readonly level: number;
  readonly parameters: Readonly<Record<string, Parameters>>;
  readonly engines: readonly string[];
  /** Per step what it took. */
  readonly costs: Readonly<Record<string, Cost>>;
}

/**
 * A pipeline file that names one of the protocol's training files and leaves the rest to the product's defaults, but for what the protocol
 * says: nothing is cleaned, no product is too young, and nothing is searched, so that models have their default parameters.
 */
export function p2Pipeline({ train, lines }: Pick<P2Problem, 'train' | 'lines'>, input: P2Input): Pipeline {
  const sales =
    input === 'weeks'
      ? { uri: train, columns: { series: 'unique_id', time: 'ds', target: 'y' } }
      : { uri: lines, columns: { series: 'unique_id', time: 'time', target: 'y', price: 'price' } };
  return pipelineSchema.parse({
    name: 'accuracy-p2',
    task: 'forecast',
    sources: { sales },
    frequency: 'week',
    horizon: p2.horizon,
    quantiles: [...p2.quantiles],
    cleaning: { outliers: { method: 'none' }, minHistory: 1 },
    search: { trials: { lightgbm: 1, lstm: 1 } },
  });
}

/** The steps of `workflows/retrain.ts` up to the ensemble, in its order, each by the activity that workers run. */
export async function runPipeline(activities: PipelineActivities, pipeline: Pipeline, note: (line: string) => void): Promise<PipelineRun> {
  const { frequency, horizon, quantiles, cleaning, sources } = pipeline;
  const { folds } = pipeline.evaluate;
  const { seed } = pipeline.search;
  const now = new Date().toISOString();
  const costs: Record<string, Cost> = {};
  const at = (step: StepName): StepContext => ({ runId: 'benchmark', pipeline: pipeline.name, step });
  async function step<Input extends { readonly context: StepContext }, Output>(activity: (input: Input) => Promise<Output>, input: Input): Promise<Output> {
    const { value, cost } = await measured(() => callActivity(activity, input));
    costs[input.context.step] = cost;
    note(`${input.context.step} ${cost.seconds.toFixed(1)} s`);
    return value;
  }

  const snapshot = await step(activities.ingest, { context: at('ingest'), sources, baseFolder: '.', frequency, horizon, folds, now });
  const cleaned = await step(activities.clean, { context: at('clean'), snapshot, cleaning, frequency, horizon, folds });
  const features = await step(activities.buildFeatures, { context: at('features'), panel: cleaned.panel, frequency, horizon, folds, minHistory: cleaning.minHistory });

  const families = searchedFamilies.filter((family) => pipeline.models.includes(family));
  const baselines = pipeline.models.filter((model) => !families.some((family) => family === model));
  const members: ModelForecasts[] = [...(await step(activities.fitBaselines, { context: at('baselines'), features, models: baselines, quantiles }))];
  for (const family of families) {
    // A search of one trial tries the defaults and finds them best.
    const parameters = resolveSpace(family, pipeline.search.space[family]).first;
    members.push(await step(activities.fitModel, { context: at(`fit:${family}`), family, features, parameters, seed, quantiles, splits: ['folds', 'test', 'final'] }));
  }
  const { forecasts: ensemble, weights, level } = await step(activities.buildEnsemble, { context: at('ensemble'), members, quantiles });

  const all = [...members, ensemble];
  return {
    forecasts: new Map(await Promise.all(all.map(async (model) => [model.model, await finalForecasts(activities, model)] as const))),
    weights,
    level,
    parameters: Object.fromEntries(members.filter(({ parameters }) => Object.keys(parameters).length > 0).map(({ model, parameters }) => [model, parameters])),
    engines: [...new Set(members.map(({ engine }) => engine))],
    costs,
  };
}

/** What the model would serve: its forecasts from the newest period. */
async function finalForecasts({ tables, artifacts }: PipelineActivities, { predictions }: ModelForecasts): Promise<ReadonlyMap<string, Forecast>> {
  const table = await tables.readPredictions({ file: await artifacts.fetchFile(predictions) });
  const width = table.levels.length;
  const forecasts = new Map<string, Forecast>();
  table.splitIndex.forEach((split, row) => {
    if (table.splits[split] !== 'final') return;
    forecasts.set(forecastKey(table.series[table.seriesIndex[row] ?? -1] ?? '', isoOfDay(table.ds[row] ?? 0)), {
      point: table.yHat[row] ?? Number.NaN,
      quantiles: Array.from(table.quantiles.subarray(row * width, (row + 1) * width)),
    });
  });
  return forecasts;
}
