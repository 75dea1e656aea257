import { LaunchForecaster } from './launch-forecast.ts';
import { launchErrors } from './launch-scores.ts';
import type { LaunchHistory } from './launches.ts';
import type { Pool } from './pool.ts';
import { aspectWeights, blender, cautiousSetting, marketExponents, type Setting, settingsToTry } from './settings.ts';

/** A product that is to be forecast with what was known at the end of the period `cutoff`. */
export interface Question {
  readonly product: number;
  readonly cutoff: number;
  readonly pool: Pool;
}

export interface Study {
  readonly history: LaunchHistory;
  /** By product; undefined without one. */
  readonly categories: readonly (string | undefined)[];
  /** What products are alike in; those of every pool. */
  readonly aspects: readonly string[];
  /** Of the quantiles, increasing. */
  readonly levels: readonly number[];
}

export interface ChosenSettings {
  /** They count alike; none where only the category's average counts. */
  readonly analogues: readonly Setting[];
  /** The averages are scaled to the market as serves each of them best; the analogues as the category's. */
  readonly categoryExponent: number;
  readonly overallExponent: number;
  /** Launches that taught it; 0 where there were too few. */
  readonly launches: number;
}

/** With fewer launches to learn from, what looks best is chance. */
export const fewestToChoose = 30;

/** Forecast periods that settings are tried on at most, over all settings. */
const mostTrials = 4_000_000;
const mostLaunches = 1_000;
const fewestLaunches = 200;

/**
 * Chooses what loses least on launches that are over, by the summed quantile loss. For every weighting of the aspects the best setting is
 * found; those that are not worse than the best of all by a standard error are averaged, as chance alone tells them apart. Where that does not
 * beat the category's average by a standard error, only the average counts. Yields after every launch.
 * @param questions oldest first; the newest count where they are very many
 */
export function* chooseSettings(study: Study, questions: readonly Question[]): Generator<undefined, ChosenSettings, undefined> {
  const { aspects, history } = study;
  if (questions.length < fewestToChoose) return { analogues: aspects.length === 0 ? [] : [cautiousSetting(aspects.length)], categoryExponent: 0, overallExponent: 0, launches: 0 };
  const groups = (aspects.length === 0 ? [] : aspectWeights(aspects.length)).map(settingsToTry);
  const trials = Math.max(1, groups.flat().length) * history.horizon;
  const taken = questions.slice(-Math.max(fewestLaunches, Math.min(mostLaunches, Math.floor(mostTrials / trials))));
  const averages = yield* averageLosses(study, taken);
  const [ofCategory, ofAll] = [leastOf(averages.category.map(sumOf)), leastOf(averages.overall.map(sumOf))];
  const exponents = { categoryExponent: marketExponents[ofCategory] ?? 0, overallExponent: marketExponents[ofAll] ?? 0, launches: taken.length };
  if (groups.length === 0) return { analogues: [], ...exponents };

  const settings = groups.flat();
  const losses = yield* blendLosses(study, taken, settings.map((setting) => [setting]), exponents.categoryExponent);
  let next = 0;
  const best = groups.map((group) => {
    const own = losses.slice(next, (next += group.length));
    const place = leastOf(own.map(sumOf));
    return { setting: group[place], losses: own[place] ?? new Float64Array() };
  });
  const winner = best[leastOf(best.map((one) => sumOf(one.losses)))]?.losses ?? new Float64Array();
  const analogues = best.flatMap(({ setting, losses: own }) => (setting === undefined || isLess(winner, own) ? [] : [setting]));
  const [blended] = yield* blendLosses(study, taken, [analogues], exponents.categoryExponent);
  return { analogues: blended !== undefined && isLess(blended, averages.category[ofCategory] ?? blended) ? analogues : [], ...exponents };
}

/** Whether `a` is less than `b`, launch by launch, by more than the standard error of their mean difference. */
function isLess(a: Float64Array, b: Float64Array): boolean {
  const differences = b.map((value, i) => value - (a[i] ?? Number.NaN));
  const mean = sumOf(differences) / differences.length;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (differences.length - 1);
  return mean > Math.sqrt(variance / differences.length);
}

/** Per exponent the loss of every launch. */
function* averageLosses({ history, categories, levels }: Study, questions: readonly Question[]): Generator<undefined, { readonly category: readonly Float64Array[]; readonly overall: readonly Float64Array[] }, undefined> {
  const arrays = (): readonly Float64Array[] => marketExponents.map(() => new Float64Array(questions.length));
  const [category, overall] = [arrays(), arrays()];
  let i = 0;
  for (const [cutoff, some] of byCutoff(questions)) {
    const forecasters = marketExponents.map((marketExponent) => new LaunchForecaster(history, categories, levels, { cutoff, marketExponent }));
    for (const { product } of some) {
      forecasters.forEach((forecaster, e) => {
        const loss = (of: string | undefined): number => launchErrors(forecaster.average(of), actualOf(history, product), levels).pinball;
        category[e]?.set([loss(categories[product])], i);
        overall[e]?.set([loss(undefined)], i);
      });
      i += 1;
    }
    yield;
  }
  return { category, overall };
}

/** Per blend of settings the loss of every launch. */
function* blendLosses({ history, categories, levels }: Study, questions: readonly Question[], blends: readonly (readonly Setting[])[], marketExponent: number): Generator<undefined, readonly Float64Array[], undefined> {
  const losses = blends.map(() => new Float64Array(questions.length));
  let i = 0;
  for (const [cutoff, some] of byCutoff(questions)) {
    const forecaster = new LaunchForecaster(history, categories, levels, { cutoff, marketExponent });
    for (const { product, pool } of some) {
      const curves = forecaster.curves(pool.products);
      const weigh = blender(pool, (other) => cutoff - (history.launch[other] ?? 0));
      for (const [b, blend] of blends.entries()) {
        const { weights, shrinkage } = weigh(blend);
        losses[b]?.set([launchErrors(forecaster.byAnalogues(curves, weights, categories[product], shrinkage), actualOf(history, product), levels).pinball], i);
      }
      i += 1;
      yield;
    }
  }
  return losses;
}

/** Oldest first; within one, in their order. */
export function byCutoff(questions: readonly Question[]): readonly (readonly [number, readonly Question[]])[] {
  const cutoffs = [...new Set(questions.map(({ cutoff }) => cutoff))].sort((a, b) => a - b);
  return cutoffs.map((cutoff) => [cutoff, questions.filter((question) => question.cutoff === cutoff)]);
}

/** Sales of the first periods; NaN where unknown. */
export function actualOf({ curves, horizon }: Pick<LaunchHistory, 'curves' | 'horizon'>, product: number): Float64Array {
  return curves.subarray(product * horizon, (product + 1) * horizon);
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** The first of the least. */
function leastOf(losses: readonly number[]): number {
  return losses.reduce((best, loss, i) => (loss < (losses[best] ?? Infinity) ? i : best), 0);
}
