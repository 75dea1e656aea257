import { BadInput } from '../../contracts/failure.ts';
import type { Parameters } from '../../contracts/training.ts';
import { type Augmentation, augmentationOf } from '../../domain/augmentation/series/augmentation.ts';
import { defaultParameters, parameterProblems } from '../../domain/search-spaces.ts';
import type { Heads } from './network.ts';

/** How one network is trained: the parameters of a job, checked. */
export interface Settings {
  readonly units: number;
  readonly dense: number;
  readonly learningRate: number;
  readonly batch: number;
  readonly steps: number;
  readonly dropout: number;
  readonly optimizer: 'adam' | 'sgd';
  readonly heads: Heads;
  /** Windows to add to the training windows. */
  readonly augmentation: Augmentation | undefined;
}

const median = 0.5;
/** Levels learnt beside the median when nobody asked for any: they cost next to nothing and steady the network. */
const usualQuantiles = [0.1, median, 0.9];

/** Throws `BadInput` naming every parameter that cannot be used. Missing ones take the family's defaults. */
export function settingsOf(parameters: Parameters, quantiles: readonly number[]): Settings {
  const { augmentation, rest } = augmentationOf(parameters);
  const problems = parameterProblems('lstm', rest);
  if (problems.length > 0) throw new BadInput(problems.join('; '));
  const all = { ...defaultParameters('lstm'), ...rest };
  const number = (name: string): number => Number(all[name]);
  return {
    units: number('units'),
    dense: number('dense'),
    learningRate: number('learning_rate'),
    batch: number('batch'),
    steps: number('steps'),
    dropout: number('dropout'),
    optimizer: all['optimizer'] === 'sgd' ? 'sgd' : 'adam',
    heads: headsOf(String(all['loss']), quantiles),
    augmentation,
  };
}

/** With pinball loss the point is the median, which is learnt even if nobody asked for it; else the point has a head of its own. */
function headsOf(loss: string, quantiles: readonly number[]): Heads {
  if (loss === 'mae' || loss === 'mse') return { point: loss, quantiles };
  const wanted = quantiles.length === 0 ? usualQuantiles : quantiles;
  return { quantiles: [...new Set([...wanted, median])].sort((a, b) => a - b) };
}

/** Number of outputs per step. */
export function headCount({ point, quantiles }: Heads): number {
  return (point ? 1 : 0) + quantiles.length;
}

/** Which output is the point forecast. */
export function pointHead({ point, quantiles }: Heads): number {
  return point ? 0 : quantiles.indexOf(median);
}

/** Which output is a quantile; −1 when it was not learnt. */
export function quantileHead({ point, quantiles }: Heads, level: number): number {
  const at = quantiles.indexOf(level);
  return at < 0 ? -1 : at + (point ? 1 : 0);
}
