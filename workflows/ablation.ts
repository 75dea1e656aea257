import { proxyActivities } from '@temporalio/workflow';
import type { AblationActivities, AblationInput, AblationResult } from '../contracts/ablation.ts';
import type { DataActivities, FeaturesInput } from '../contracts/data.ts';
import type { FeatureSet } from '../contracts/features.ts';
import type { ModelForecasts, TrainingActivities } from '../contracts/modelling.ts';
import type { RetrainInput, RunActivities } from '../contracts/runs.ts';
import type { StepContext } from '../contracts/steps.ts';
import type { SearchedFamily } from '../contracts/training.ts';
import * as options from './activity-options.ts';
import { allOrNone } from './all-or-none.ts';

const { buildFeatures, omitColumns, measureAblation } = proxyActivities<AblationActivities & DataActivities>(options.data);
const { fitModel } = proxyActivities<TrainingActivities>(options.training);
const { markStep } = proxyActivities<RunActivities>(options.light);

/** A model that features are taken from, with the parameters that were found for it with all of them. */
export interface Ablated {
  readonly family: SearchedFamily;
  readonly forecasts: ModelForecasts;
}

/**
 * Fits the first searched model again without each modality, and with vectors as they were before tuning. Its parameters stay: what is
 * measured is what the columns tell, not what another search finds.
 * @param plain what to build features of with untuned vectors; absent where nothing was tuned
 */
export async function ablate(input: RetrainInput, model: Ablated | undefined, features: FeatureSet, asked: FeaturesInput, plain: FeaturesInput | undefined, context: StepContext): Promise<AblationResult | undefined> {
  const { runId, pipeline: { evaluate, quantiles, search: { seed } } } = input;
  const groups = [...(asked.modalities ?? []).map(({ modality }) => modality), ...(asked.reviews ? ['reviews'] : [])];
  const reason = !evaluate.ablation ? 'the pipeline file does not ask for it' : model === undefined ? 'no model learns from features' : groups.length === 0 ? 'there is nothing to leave out' : undefined;
  if (model === undefined || reason !== undefined) {
    await markStep({ runId, step: 'ablation', status: 'skipped', ...(reason !== undefined && { note: reason }) });
    return undefined;
  }
  const fit = (reduced: FeatureSet): Promise<ModelForecasts> =>
    fitModel({ context, family: model.family, features: reduced, parameters: model.forecasts.parameters, seed, quantiles, splits: ['folds'] });
  type Reduced = AblationInput['reduced'];
  const reduced = await allOrNone(() => [
    ...groups.map(async (without): Promise<Reduced> => {
      const { features: fewer, columns } = await omitColumns({ features, groups: [without] });
      return columns === 0 ? [] : [{ without, columns, forecasts: await fit(fewer) }];
    }),
    ...(plain === undefined ? [] : [(async (): Promise<Reduced> => [{ without: 'tuning', columns: 0, forecasts: await fit(await buildFeatures(plain)) }])()]),
  ]);
  return measureAblation({ context, full: model.forecasts, reduced: reduced.flat(), quantiles, seed });
}
