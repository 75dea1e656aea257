import { BadInput } from '../../contracts/failure.ts';
import type { Parameters } from '../../contracts/training.ts';
import { type Augmentation, augmentationOf, forColumns } from '../../domain/augmentation/series/augmentation.ts';
import { defaultParameters, parameterProblems } from '../../domain/search-spaces.ts';
import type { LightgbmParameters } from './parameter-text.ts';
import { transformOf } from './target-scale.ts';
import type { Scaling, Transform } from './target-scale.ts';

/** How one fit is done: the parameters of a job, checked and sorted by what they decide. */
export interface Settings {
  readonly objective: string;
  readonly transform: Transform;
  readonly scaling: Scaling;
  readonly iterations: number;
  /** Stacked rows to learn from at most; 0 for all. */
  readonly maxRows: number;
  /** Rows to add to those learnt from. */
  readonly augmentation: Augmentation | undefined;
  /** For the data set and for every booster on it. */
  readonly shared: LightgbmParameters;
}

/** LightGBM's names of our objectives; log1p and sqrt are squared error on a transformed target. */
const objectiveNames: Readonly<Record<string, string>> = {
  l1: 'regression_l1',
  l2: 'regression',
  tweedie: 'tweedie',
  poisson: 'poisson',
  log1p: 'regression',
  sqrt: 'regression',
};

/** Throws `BadInput` naming every parameter that cannot be used. Missing ones take the family's defaults. */
export function settingsOf(parameters: Parameters, seed: number, threads: number): Settings {
  const { augmentation, rest } = augmentationOf(parameters);
  const problems = parameterProblems('lightgbm', rest);
  if (problems.length > 0) throw new BadInput(problems.join('; '));
  const {
    objective,
    scaling,
    num_iterations: iterations,
    max_rows: maxRows,
    ...trees
  } = { ...defaultParameters('lightgbm'), ...rest };
  return {
    objective: objectiveNames[String(objective)] ?? 'regression',
    transform: transformOf(String(objective)),
    scaling: scaling === 'none' || scaling === 'mean' ? scaling : 'recent',
    iterations: Number(iterations),
    maxRows: Number(maxRows),
    augmentation: forColumns(augmentation),
    shared: {
      ...trees,
      bagging_freq: 1,
      seed,
      // Column-wise histograms are summed by one thread each: the same result for any number of threads.
      deterministic: true,
      force_col_wise: true,
      num_threads: threads,
      verbosity: -1,
    },
  };
}
