import { proxyActivities } from '@temporalio/workflow';
import type { CleanResult, DataActivities, FeaturesInput, Snapshot } from '../contracts/data.ts';
import type { FeatureSet } from '../contracts/features.ts';
import type { Recipe } from '../contracts/governance.ts';
import type { AggregateResult, Combination, HierarchyActivities, ReconcileResult } from '../contracts/hierarchy.ts';
import type { BaselinesInput, EnsembleResult, EvaluateInput, EvaluationActivities, FitModelInput, ModelForecasts, TrainingActivities } from '../contracts/modelling.ts';
import type { RetrainInput, RunActivities } from '../contracts/runs.ts';
import type { StepContext, StepName } from '../contracts/steps.ts';
import { searchedFamilies } from '../contracts/training.ts';
import * as options from './activity-options.ts';
import { allOrNone } from './all-or-none.ts';

const { buildFeatures, buildEnsemble, aggregatePanel, reconcileForecasts } = proxyActivities<DataActivities & EvaluationActivities & HierarchyActivities>(options.data);
const { fitBaselines, fitModel } = proxyActivities<TrainingActivities>(options.training);
const { markStep } = proxyActivities<RunActivities>(options.light);

type At = (step: StepName) => StepContext;

/** Sums of the series as series of their own; nothing where the pipeline file names no hierarchy. */
export async function aggregate({ pipeline, cutoff, runId }: RetrainInput, snapshot: Snapshot, { panel }: CleanResult, at: At): Promise<AggregateResult | undefined> {
  if (pipeline.hierarchy === undefined) return skip(runId, 'aggregate');
  return aggregatePanel({ context: at('aggregate'), snapshot, panel, levels: pipeline.hierarchy.levels, frequency: pipeline.frequency, ...(cutoff !== undefined && { cutoff }) });
}

/** Forecasts of nodes by the models of the series. */
export interface NodeForecasts {
  readonly features: FeatureSet;
  readonly members: readonly ModelForecasts[];
  readonly ensemble: EnsembleResult;
}

/** Fits the models that the series have, with the parameters that were found for them, on their sums. */
export async function forecastLevels(
  { pipeline, runId }: RetrainInput,
  aggregated: AggregateResult | undefined,
  asked: Omit<FeaturesInput, 'context' | 'panel' | 'modalities' | 'reviews' | 'top'>,
  models: readonly ModelForecasts[],
  at: At,
): Promise<NodeForecasts | undefined> {
  if (aggregated === undefined) return skip(runId, 'levels');
  const { quantiles, search: { seed } } = pipeline;
  const context = at('levels');
  const features = await buildFeatures({ ...asked, context, panel: aggregated.panel });
  const members = await fitAgain(models, { context, features, seed, quantiles }, ['folds', 'test', 'final']);
  return { features, members, ensemble: await buildEnsemble({ context, members, quantiles }) };
}

/** Models with the same names and parameters, fitted on other features. */
async function fitAgain(models: readonly Pick<ModelForecasts, 'model' | 'parameters'>[], input: Pick<FitModelInput, 'context' | 'features' | 'seed' | 'quantiles'>, splits: FitModelInput['splits']): Promise<readonly ModelForecasts[]> {
  const { context, features, quantiles } = input;
  const isFamily = (model: string): boolean => searchedFamilies.some((family) => family === model);
  const baselines: BaselinesInput = { context, features, models: models.map(({ model }) => model).filter((model) => !isFamily(model)), quantiles };
  const [naive = [], ...learned] = await allOrNone(() => [
    baselines.models.length === 0 ? Promise.resolve([]) : fitBaselines(baselines),
    ...searchedFamilies.flatMap((family) => models.filter(({ model }) => model === family).map(async ({ parameters }) => [await fitModel({ ...input, family, parameters, splits })])),
  ]);
  return [...naive, ...learned.flat()];
}

/** Forecasts of series and nodes that add up, and what evaluating them takes. */
export interface Reconciled {
  readonly series: ModelForecasts;
  readonly evaluate: NonNullable<EvaluateInput['hierarchy']>;
  readonly recipe: NonNullable<Recipe['hierarchy']>;
}

/** What a run has made of its hierarchy. */
export interface Levels {
  readonly panel: CleanResult['panel'];
  readonly aggregated: AggregateResult | undefined;
  readonly nodes: NodeForecasts | undefined;
}

export async function reconcileEnsemble({ pipeline, runId }: RetrainInput, ensemble: ModelForecasts, { panel, aggregated, nodes }: Levels, at: At): Promise<Reconciled | undefined> {
  const { hierarchy, frequency } = pipeline;
  if (hierarchy === undefined || aggregated === undefined || nodes === undefined) return skip(runId, 'reconcile');
  const { forecasts, weights, level } = nodes.ensemble;
  const { series, nodes: settled } = await reconcileForecasts({
    context: at('reconcile'), method: hierarchy.method, members: aggregated.members, panel, frequency, series: alone(ensemble), nodes: alone(forecasts),
  });
  return {
    series,
    evaluate: { members: aggregated.members, panel: aggregated.panel, nodes: settled, before: { series: ensemble, nodes: forecasts } },
    recipe: { ...hierarchy, files: nodes.members.flatMap(({ files }) => files), weights, level },
  };
}

/**
 * A champion's forecasts of series, made to add up as its recipe says: by the errors of its own folds, with its own nodes. Undefined where it
 * had no hierarchy, or other levels than this run sums up: then its series are compared as they are.
 */
export async function reconcileChampion({ pipeline }: RetrainInput, recipe: Recipe, members: readonly ModelForecasts[], { panel, aggregated, nodes }: Levels, context: StepContext): Promise<ReconcileResult | undefined> {
  const { hierarchy, seed } = recipe;
  if (hierarchy === undefined || aggregated === undefined || nodes === undefined || !sumsUpFor(recipe, pipeline)) return undefined;
  const fitted = await fitAgain(members, { context, features: nodes.features, seed, quantiles: pipeline.quantiles }, championSplits);
  return reconcileForecasts({
    context, method: hierarchy.method, members: aggregated.members, panel, frequency: pipeline.frequency,
    series: { models: members, weights: recipe.weights, level: recipe.level }, nodes: { models: fitted, weights: hierarchy.weights, level: hierarchy.level },
  });
}

/** Whether a recipe's forecasts can be made to add up over the levels that a pipeline sums up. */
export function sumsUpFor({ hierarchy }: Recipe, pipeline: RetrainInput['pipeline']): boolean {
  return hierarchy !== undefined && JSON.stringify(hierarchy.levels) === JSON.stringify(pipeline.hierarchy?.levels);
}

/** Reconciling learns from the folds. */
export const championSplits: FitModelInput['splits'] = ['folds', 'test'];

const alone = (model: ModelForecasts): Combination => ({ models: [model], weights: { [model.model]: 1 }, level: 1 });

async function skip(runId: string, step: StepName): Promise<undefined> {
  await markStep({ runId, step, status: 'skipped', note: 'the pipeline file names no hierarchy' });
  return undefined;
}
