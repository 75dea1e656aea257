import type { AskInput, AskResult, PruneInput, PruneResult, TellInput } from '../../../contracts/modelling.ts';

/** One value of each payload, with every form of distribution and every state of a trial. */
export const askInput: AskInput = {
  study: 'a1b2/lightgbm',
  sampler: 'tpe',
  pruner: 'median',
  seed: 7,
  space: {
    learning_rate: { float: [0.001, 0.3], log: true },
    feature_fraction: { float: [0.3, 1], log: false },
    num_leaves: { int: [8, 512], log: true },
    objective: { choice: ['tweedie', 'poisson', 'l2'] },
    linear: { choice: [true, false] },
  },
  numbers: [0, 1],
  first: { learning_rate: 0.05, feature_fraction: 0.8, num_leaves: 31, objective: 'tweedie', linear: false, max_depth: -1 },
};
export const askResult: AskResult = { trials: [{ number: 0, parameters: askInput.first }] };
export const tellInput: TellInput = {
  study: askInput.study,
  trials: [
    { number: 0, parameters: askInput.first, folds: [0.4, 0.5], state: 'complete', value: 0.45 },
    { number: 1, parameters: askInput.first, folds: [0.9], state: 'pruned' },
    { number: 2, parameters: askInput.first, folds: [], state: 'failed' },
  ],
};
export const tellResult: { readonly told: number } = { told: 3 };
export const pruneInput: PruneInput = { study: askInput.study, pruner: 'median', trials: [{ number: 4, folds: [0.5] }, { number: 5, folds: [] }] };
export const pruneResult: PruneResult = { stop: [4] };
