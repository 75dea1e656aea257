import { ApplicationFailure, executeChild, isCancellation, CancellationScope, ParentClosePolicy, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { AblationResult } from '../contracts/ablation.ts';
import type { ColdStartResult } from '../contracts/cold-start.ts';
import type { DataActivities, FeaturesInput } from '../contracts/data.ts';
import type { FeatureSet } from '../contracts/features.ts';
import type { Recipe, RegistryActivities } from '../contracts/governance.ts';
import type { AggregateResult } from '../contracts/hierarchy.ts';
import type { EnsembleResult, EvaluationActivities, ModelForecasts, SearchResult, TrainingActivities } from '../contracts/modelling.ts';
import { type RetrainInput, type RetrainResult, type RunActivities, workflowIds } from '../contracts/runs.ts';
import type { StepContext, StepName } from '../contracts/steps.ts';
import { type SearchedFamily, searchedFamilies } from '../contracts/training.ts';
import { augmentationParameters } from '../domain/augmentation/series/augmentation.ts';
import { resolveSpace } from '../domain/search-spaces.ts';
import { ablate } from './ablation.ts';
import * as options from './activity-options.ts';
import { allOrNone } from './all-or-none.ts';
import { failureFacts } from './failure-facts.ts';
import { aggregate, championSplits, forecastLevels, type Levels, type NodeForecasts, reconcileChampion, reconcileEnsemble, sumsUpFor } from './hierarchy.ts';
import { coldStart, embed, tune, vectorInputs } from './modalities.ts';
import { search } from './search.ts';

const data = proxyActivities<DataActivities & EvaluationActivities>(options.data);
const { fitBaselines, fitModel } = proxyActivities<TrainingActivities>(options.training);
const { currentChampion, registerCandidate, proposeCandidate } = proxyActivities<RegistryActivities>(options.registry);
const { startRun, markStep, finishRun } = proxyActivities<RunActivities>(options.light);

/** From source files to a proposal: every step is durable, cached by digest, and resumes where it stopped. */
export async function retrain(input: RetrainInput): Promise<RetrainResult> {
  await startRun(input);
  try {
    const result = await runSteps(input);
    await finishRun({ runId: input.runId, status: 'done', result });
    return result;
  } catch (error) {
    const { message, code } = failureFacts(error);
    const status = isCancellation(error) ? 'cancelled' : 'failed';
    await CancellationScope.nonCancellable(() => finishRun({ runId: input.runId, status, error: message, ...(code !== undefined && { code }) }));
    throw error;
  }
}

async function runSteps(input: RetrainInput): Promise<RetrainResult> {
  const { runId, pipeline, baseFolder, requestedAt } = input;
  const { frequency, horizon, quantiles } = pipeline;
  const { folds, step, gap, window } = pipeline.evaluate;
  const backtest = { folds, gap, ...(step !== undefined && { step }) };
  refuseUnusableSpaces(input);
  refuseTopOfHierarchy(input);
  const at = (step: StepName): StepContext => ({ runId, pipeline: pipeline.name, step });

  const snapshot = await data.ingest({ context: at('ingest'), sources: pipeline.sources, baseFolder, frequency, horizon, ...backtest, now: requestedAt });
  const [cleaned, embedded] = await allOrNone(() => [
    (async () => {
      await data.validate({ context: at('validate'), snapshot, rules: pipeline.validate, frequency, now: requestedAt });
      return data.clean({ context: at('clean'), snapshot, cleaning: pipeline.cleaning, frequency, horizon, ...backtest, ...(input.cutoff !== undefined && { cutoff: input.cutoff }) });
    })(),
    embed(input, snapshot, at),
  ]);
  const known = { embedded, snapshot, panel: cleaned.panel };
  const modalities = await tune(input, known, at);
  const asked = { frequency, horizon, ...backtest, window, minHistory: pipeline.cleaning.minHistory };
  const featuresInput = (step: StepName, vectors: typeof modalities.used): FeaturesInput => ({
    context: at(step),
    panel: cleaned.panel,
    ...vectorInputs(input, vectors, embedded.reviews),
    ...asked,
    missing: pipeline.cleaning.missing.method,
    ...(pipeline.cleaning.top !== undefined && { top: pipeline.cleaning.top }),
  });
  const [features, aggregated] = await allOrNone(() => [
    data.buildFeatures(featuresInput('features', modalities.used)),
    aggregate(input, snapshot, cleaned, at),
  ] as [Promise<FeatureSet>, Promise<AggregateResult | undefined>]);

  const families = searchedFamilies.filter((family) => pipeline.models.includes(family));
  const baselines = pipeline.models.filter((model) => !families.some((family) => family === model));
  // The naive forecast is always there to be beaten; only models that the file names take part in the ensemble.
  const measured = [...new Set(['seasonal-naive', ...baselines])];
  const [naive, cold, ...learned] = await allOrNone(() => [
    fitBaselines({ context: at('baselines'), features, models: measured, quantiles }),
    coldStart(input, { ...known, modalities: modalities.used }, at),
    ...searchedFamilies.map((family) => (families.includes(family) ? learn(input, family, features, at) : skip(runId, family))),
  ] as [Promise<readonly ModelForecasts[]>, Promise<ColdStartResult | undefined>, ...Promise<Learned | undefined>[]]);
  const fitted = learned.flatMap((one) => (one === undefined ? [] : [one]));

  const members = [...naive.filter(({ model }) => baselines.some((name) => name === model)), ...fitted.map(({ forecasts }) => forecasts)];
  const [{ forecasts: ensemble, weights, level }, nodes, ablation] = await allOrNone(() => [
    data.buildEnsemble({ context: at('ensemble'), members, quantiles }),
    forecastLevels(input, aggregated, asked, members, at),
    ablate(input, fitted[0], features, featuresInput('features', modalities.used), modalities.plain && featuresInput('ablation', modalities.plain), at('ablation')),
  ] as [Promise<EnsembleResult>, Promise<NodeForecasts | undefined>, Promise<AblationResult | undefined>]);
  const levels = { panel: cleaned.panel, aggregated, nodes };
  const reconciled = await reconcileEnsemble(input, ensemble, levels, at);
  const recipe: Recipe = {
    members: Object.fromEntries(members.map(({ model, parameters, files }) => [model, { parameters, files }])),
    weights,
    level,
    seed: pipeline.search.seed,
    quantiles,
    ...(reconciled && { hierarchy: reconciled.recipe }),
  };
  const champion = await refitChampion(input, { features, ...levels }, recipe, [...naive, ...members], at('evaluate'));
  const evaluation = await data.evaluateModels({
    context: at('evaluate'),
    panel: cleaned.panel,
    models: [...naive, ...fitted.map(({ forecasts }) => forecasts)],
    ensemble: reconciled?.series ?? ensemble,
    weights,
    level,
    ...(champion && { champion }),
    minHistory: pipeline.cleaning.minHistory,
    quantiles,
    ...(reconciled && { hierarchy: reconciled.evaluate }),
  });
  const registered = await registerCandidate({
    context: at('register'),
    snapshot,
    recipe,
    evaluation,
    pipelineSpec: pipeline,
    trials: fitted.map(({ family, search: { trials } }) => ({ family, trials })),
  });
  const { proposal, created } = await proposeCandidate({
    context: at('propose'),
    registered,
    gates: pipeline.promote.gates,
    metrics: evaluation.rows,
    approvals: pipeline.promote.approvals,
    proposedBy: 'system:retrain',
    // Now, and not when the run was asked for: people have their whole time to decide.
    now: new Date(Date.now()).toISOString(),
  });
  return {
    runId,
    candidate: registered.candidate,
    version: registered.version,
    metrics: evaluation.rows,
    weights,
    cutoffs: features.cutoffs,
    gates: proposal.gates,
    proposal: { id: proposal.id, status: proposal.status, created },
    forecastSeries: evaluation.forecastSeries,
    ...(evaluation.levels && { levels: evaluation.levels }),
    ...(ablation && { ablation: ablation.rows }),
    ...(cold && { coldStart: cold.rows }),
    snapshot: snapshot.digest,
    cleaned: { panel: cleaned.panel, report: cleaned.report },
  };
}

/** The command line says the same earlier; whoever comes through another door hears it before anything is done. */
function refuseUnusableSpaces({ pipeline }: RetrainInput): void {
  const problems = searchedFamilies.flatMap((family) => resolveSpace(family, pipeline.search.space[family]).problems);
  if (problems.length > 0) throw ApplicationFailure.nonRetryable(problems.join('; '), 'BadInput');
}

/** Series that are left out would be missing in the sums. */
function refuseTopOfHierarchy({ pipeline: { hierarchy, cleaning } }: RetrainInput): void {
  if (hierarchy !== undefined && cleaning.top !== undefined) {
    throw ApplicationFailure.nonRetryable('hierarchy and cleaning.top exclude each other: levels are sums of all series, and top forecasts only some of them. Remove one of the two', 'BadInput');
  }
}

interface Learned {
  readonly family: SearchedFamily;
  readonly search: SearchResult;
  readonly forecasts: ModelForecasts;
}

async function learn({ runId, pipeline }: RetrainInput, family: SearchedFamily, features: FeatureSet, at: (step: StepName) => StepContext): Promise<Learned> {
  const { sampler, pruner, parallel, seed, trials, space: overrides } = pipeline.search;
  const { space, fixed, first } = resolveSpace(family, overrides[family]);
  const augment = augmentationParameters(pipeline.training.augment);
  const found = await executeChild(search, {
    workflowId: workflowIds.search(runId, family),
    taskQueue: workflowInfo().taskQueue,
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    args: [{ context: at(`search:${family}`), family, features, sampler, pruner, parallel, seed, trials: trials[family], space, fixed: { ...fixed, ...augment }, first: { ...first, ...augment } }],
  });
  const forecasts = await fitModel({
    context: at(`fit:${family}`),
    family,
    features,
    parameters: found.best.parameters,
    seed,
    quantiles: pipeline.quantiles,
    splits: ['folds', 'test', 'final'],
  });
  return { family, search: found, forecasts };
}

async function skip(runId: string, family: SearchedFamily): Promise<undefined> {
  for (const step of [`search:${family}`, `fit:${family}`] as const) await markStep({ runId, step, status: 'skipped', note: `${family} is not among the models` });
}

/** The champion's parameters on this run's data, so that its recipe is compared and not its age; nothing when it is the same recipe. */
async function refitChampion(input: RetrainInput, given: { readonly features: FeatureSet } & Levels, mine: Recipe, fitted: readonly ModelForecasts[], context: StepContext) {
  const { pipeline } = input;
  const { features } = given;
  const { champion, recipe } = await currentChampion({ pipeline: pipeline.name });
  if (champion === undefined || recipe === undefined || sameRecipe(recipe, mine)) return undefined;
  const splits = sumsUpFor(recipe, pipeline) ? championSplits : (['test'] as const);
  const found = await allOrNone(() =>
    Object.entries(recipe.members).map(async ([model, { parameters }]) => {
      const family = searchedFamilies.find((name) => name === model);
      const same = fitted.find((one) => one.model === model && JSON.stringify(one.parameters) === JSON.stringify(parameters));
      if (family === undefined) return same ?? (await fitBaselines({ context, features, models: [model], quantiles: pipeline.quantiles }))[0];
      return fitModel({ context, family, features, parameters, seed: recipe.seed, quantiles: pipeline.quantiles, splits });
    }),
  );
  const members = found.flatMap((member) => member ?? []);
  const reconciled = await reconcileChampion(input, recipe, members, given, context);
  if (reconciled !== undefined) return { version: champion.version, weights: { [reconciled.series.model]: 1 }, level: 1, members: [reconciled.series] };
  return { version: champion.version, weights: recipe.weights, level: recipe.level, members };
}

function sameRecipe(a: Recipe, b: Recipe): boolean {
  const essence = ({ members, weights, level, seed, hierarchy }: Recipe) => JSON.stringify([
    Object.entries(members).map(([name, { parameters }]) => [name, parameters]).sort(), Object.entries(weights).sort(), level, seed,
    ...(hierarchy ? [hierarchy.levels, hierarchy.method, Object.entries(hierarchy.weights).sort(), hierarchy.level] : []),
  ]);
  return essence(a) === essence(b);
}
