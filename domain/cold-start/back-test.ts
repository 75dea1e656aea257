import { actualOf, byCutoff, type ChosenSettings, type Question, type Study } from './choose-settings.ts';
import { LaunchForecaster, type LaunchForecast } from './launch-forecast.ts';
import { type LaunchErrors, launchErrors } from './launch-scores.ts';
import { blender, heaviest } from './settings.ts';

export const methods = ['analogues', 'category-average', 'overall-average'] as const;
export type ColdStartMethod = (typeof methods)[number];

/** One of the products that a forecast rests on. */
export interface NamedAnalogue {
  /** Place in the history. */
  readonly product: number;
  /** Its share among the analogues; the category's share is on top. */
  readonly weight: number;
  /** By aspect as it was measured; NaN where unknown. */
  readonly likeness: readonly number[];
}

export interface AnsweredQuestion {
  readonly question: Question;
  readonly forecasts: Readonly<Record<ColdStartMethod, LaunchForecast>>;
  /** The nearest, at most five; none where only the average counts. */
  readonly analogues: readonly NamedAnalogue[];
}

/** Analogues that a report names per product. */
export const namedAnalogues = 5;

/** Forecasts by every method, cutoff by cutoff. */
export function* answerQuestions({ history, categories, levels, aspects }: Study, { analogues, categoryExponent, overallExponent }: ChosenSettings, questions: readonly Question[]): Generator<AnsweredQuestion, void, undefined> {
  for (const [cutoff, some] of byCutoff(questions)) {
    const forecaster = new LaunchForecaster(history, categories, levels, { cutoff, marketExponent: categoryExponent });
    const ofAll = overallExponent === categoryExponent ? forecaster : new LaunchForecaster(history, categories, levels, { cutoff, marketExponent: overallExponent });
    for (const question of some) {
      const { product, pool } = question;
      const { weights, shrinkage } = blender(pool, (other) => cutoff - (history.launch[other] ?? 0))(analogues);
      yield {
        question,
        forecasts: {
          analogues: forecaster.byAnalogues(forecaster.curves(pool.products), weights, categories[product], shrinkage),
          'category-average': forecaster.average(categories[product]),
          'overall-average': ofAll.average(undefined),
        },
        analogues: heaviest(weights, pool).slice(0, namedAnalogues).map((place) => ({
          product: pool.products[place] ?? 0, weight: weights[place] ?? 0, likeness: aspects.map((_, a) => pool.likeness[place * aspects.length + a] ?? Number.NaN),
        })),
      };
    }
  }
}

/** What a product's launch teaches about the methods. */
export interface ScoredLaunch {
  readonly product: number;
  readonly cutoff: number;
  readonly errors: Readonly<Record<ColdStartMethod, LaunchErrors>>;
}

export function scoreAnswer({ history, levels }: Pick<Study, 'history' | 'levels'>, { question: { product, cutoff }, forecasts }: AnsweredQuestion): ScoredLaunch {
  const actual = actualOf(history, product);
  const of = (method: ColdStartMethod): LaunchErrors => launchErrors(forecasts[method], actual, levels);
  return { product, cutoff, errors: { analogues: of('analogues'), 'category-average': of('category-average'), 'overall-average': of('overall-average') } };
}
