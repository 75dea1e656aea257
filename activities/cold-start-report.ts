import type { ColdStartAnalogue, ColdStartInput, ColdStartReport, ColdStartRow } from '../contracts/cold-start.ts';
import type { PredictionTable } from '../contracts/prediction-table.ts';
import { addPeriods, isoOfStart, type PeriodLength, startUnit } from '../domain/calendar.ts';
import { type AnsweredQuestion, methods, namedAnalogues, type ScoredLaunch } from '../domain/cold-start/back-test.ts';
import { actualOf, type ChosenSettings, type Study } from '../domain/cold-start/choose-settings.ts';
import { isLaunch, type LaunchHistory } from '../domain/cold-start/launches.ts';
import { launchScores } from '../domain/cold-start/launch-scores.ts';
import type { Families } from '../domain/cold-start/study-blocks.ts';
import type { PlannedCutoffs } from '../domain/cold-start/study-plan.ts';

/** One row per method. */
export function coldStartRows(scored: readonly ScoredLaunch[]): readonly ColdStartRow[] {
  return methods.map((method) => ({ method, ...launchScores(scored.map(({ errors }) => errors[method])), products: scored.length }));
}

/** Scored launches that the report lists: the newest. */
const mostListed = 500;

export interface ReportQuestion {
  readonly input: Pick<ColdStartInput, 'frequency'>;
  readonly study: Study;
  readonly cutoffs: PlannedCutoffs;
  /** Start of the panel's first period. */
  readonly first: number;
  readonly category?: string;
  /** By source, whom each product is most alike of those that were on sale. */
  readonly families: ReadonlyMap<string, Families>;
  readonly boundary: number;
  readonly chosen: ChosenSettings;
  readonly scored: readonly ScoredLaunch[];
  /** Of the scored launches, in their order. */
  readonly answered: readonly AnsweredQuestion[];
  /** Of the products that were never sold. */
  readonly answers: readonly AnsweredQuestion[];
  readonly rows: readonly ColdStartRow[];
  readonly gains: ColdStartReport['gains'];
}

export function coldStartReport({ input: { frequency }, study, cutoffs, first, category, families, boundary, chosen, scored, answered, answers, rows, gains }: ReportQuestion): ColdStartReport {
  const { history, aspects } = study;
  const iso = (period: number): string => isoOfStart(addPeriods(first, period, frequency), frequency);
  const analoguesOf = (answer: AnsweredQuestion): readonly ColdStartAnalogue[] => answer.analogues.map(({ product, weight, likeness }) => ({
    series: history.series[product] ?? '', launched: iso(history.launch[product] ?? 0), weight,
    likeness: Object.fromEntries(aspects.flatMap((aspect, a) => (Number.isFinite(likeness[a]) ? [[aspect, likeness[a] ?? 0] as const] : []))),
  }));
  const alikeOf = ({ question: { product } }: AnsweredQuestion): Readonly<Record<string, readonly string[]>> => Object.fromEntries([...families].flatMap(([source, found]) => {
    const names = (found.get(product) ?? []).slice(0, namedAnalogues).map((other) => history.series[other] ?? '');
    return names.length === 0 ? [] : [[source, names] as const];
  }));
  return {
    rows,
    folds: [...new Set(scored.map(({ cutoff }) => cutoff))].sort((a, b) => a - b).map((cutoff) => ({ split: splitName(cutoffs, cutoff), cutoff: iso(cutoff), rows: coldStartRows(scored.filter((one) => one.cutoff === cutoff)) })),
    gains,
    settings: {
      launches: chosen.launches, until: iso(boundary),
      analogues: chosen.analogues.map(({ aspects: weights, nearest, temperature, shrinkage }) => (
        { aspects: aspects.filter((_, a) => (weights[a] ?? 0) > 0), nearest, temperature: Number.isFinite(temperature) ? temperature : null, shrinkage }
      )),
      market: { 'category-average': chosen.categoryExponent, 'overall-average': chosen.overallExponent },
    },
    ...(category !== undefined && { category }),
    launches: history.series.reduce((count, _, product) => count + Number(isLaunch(history, product)), 0),
    scored: answered.slice(-mostListed).map((answer) => {
      const { product, cutoff } = answer.question;
      const actual = actualOf(history, product);
      const known = (values: Float64Array): number => values.reduce((sum, value, step) => sum + (Number.isNaN(actual[step]) ? 0 : value), 0);
      return {
        series: history.series[product] ?? '', cutoff: iso(cutoff), launched: iso(history.launch[product] ?? 0), sold: known(actual),
        forecast: known(answer.forecasts.analogues.mean), average: known(answer.forecasts['category-average'].mean), alike: alikeOf(answer), analogues: analoguesOf(answer),
      };
    }),
    forecasts: answers.map((answer) => ({
      series: history.series[answer.question.product] ?? '', forecast: answer.forecasts.analogues.mean.reduce((sum, value) => sum + value, 0), alike: alikeOf(answer), analogues: analoguesOf(answer),
    })),
  };
}

function splitName({ folds, test }: PlannedCutoffs, cutoff: number): string {
  const fold = folds.indexOf(cutoff);
  return fold >= 0 ? `fold-${String(fold + 1)}` : cutoff === test ? 'test' : 'earlier';
}

/** Forecasts of products that were never sold, as if they were launched in the period after the newest one. @param last start of that one */
export function forecastTable(answers: readonly AnsweredQuestion[], { history: { series, horizon }, last, frequency, levels }: {
  readonly history: LaunchHistory; readonly last: number; readonly frequency: PeriodLength; readonly levels: readonly number[];
}): PredictionTable {
  const rows = answers.length * horizon;
  const mine = answers.map(({ forecasts }) => forecasts.analogues);
  const answerOf = (row: number): number => Math.floor(row / horizon);
  return {
    splits: ['final'], cutoffs: [isoOfStart(last, frequency)], splitIndex: new Uint16Array(rows),
    series: answers.map(({ question: { product } }) => series[product] ?? ''),
    seriesIndex: Uint32Array.from({ length: rows }, (_, row) => answerOf(row)),
    step: Uint16Array.from({ length: rows }, (_, row) => (row % horizon) + 1),
    ds: Int32Array.from({ length: rows }, (_, row) => addPeriods(last, (row % horizon) + 1, frequency)),
    unit: startUnit(frequency),
    yHat: Float32Array.from({ length: rows }, (_, row) => mine[answerOf(row)]?.mean[row % horizon] ?? Number.NaN),
    levels,
    quantiles: Float32Array.from(mine.flatMap(({ quantiles }) => Array.from(quantiles))),
    actual: new Float64Array(rows).fill(Number.NaN),
  };
}
