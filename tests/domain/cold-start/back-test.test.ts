import { describe, expect, test } from 'vitest';

import { answerQuestions, scoreAnswer, type ScoredLaunch } from '../../../domain/cold-start/back-test.ts';
import { type ChosenSettings, chooseSettings, type Question, type Study } from '../../../domain/cold-start/choose-settings.ts';
import { gainOver } from '../../../domain/cold-start/gain.ts';
import type { LaunchHistory } from '../../../domain/cold-start/launches.ts';
import { launchScores } from '../../../domain/cold-start/launch-scores.ts';
import { candidatesAt, planStudy } from '../../../domain/cold-start/study-plan.ts';
import { createRandom } from '../../../domain/random.ts';
import { historyOf, steadyLaunches } from './some-history.ts';

const levels = [0.1, 0.5, 0.9];
/** Products of three kinds, which sell 10, 100 or 1,000. */
const kind = (product: number): number => (product * 7) % 3;

/** Every target with all launches before it; the first aspect is the kind, the second chance. */
function studyOf(history: LaunchHistory, told: (a: number, b: number) => number): { readonly study: Study; readonly questions: readonly Question[] } {
  const plan = planStudy(history, { folds: [41], test: 43 }, 1);
  const questions = Array.from(plan.targets, (product) => {
    const cutoff = plan.before[product] ?? -1;
    const products = candidatesAt(history, plan, cutoff);
    return { product, cutoff, pool: { products, likeness: Float64Array.from(Array.from(products).flatMap((other) => [told(product, other), ((product * 31 + other * 17) % 97) / 97])) } };
  });
  return { study: { history, categories: history.series.map(() => undefined), aspects: ['text', 'sales of alike text'], levels }, questions };
}

const launches = steadyLaunches(90, { level: (product) => 10 ** (1 + kind(product)) });
const history = historyOf(launches, { periods: 48 });
const byKind = studyOf(history, (a, b) => (kind(a) === kind(b) ? 0.9 : 0.1));
const byChance = studyOf(history, (a, b) => ((a * 13 + b * 29) % 101) / 101);

function chosen({ study, questions }: typeof byKind): ChosenSettings {
  const pieces = chooseSettings(study, questions);
  for (;;) {
    const piece = pieces.next();
    if (piece.done === true) return piece.value;
  }
}
const scoresOf = ({ study, questions }: typeof byKind, settings: ChosenSettings): readonly ScoredLaunch[] => [...answerQuestions(study, settings, questions)].map((answer) => scoreAnswer(study, answer));

describe('settings', () => {
  test('make use of a likeness that tells launches apart, and far better forecasts of it', () => {
    const settings = chosen(byKind);
    expect(settings.analogues.length).toBeGreaterThan(0);
    expect(settings.analogues.every(({ aspects: [text = 0] }) => text > 0)).toBe(true);
    const { gain, low } = gainOver(scoresOf(byKind, settings), 'category-average', 'pinball', 3);
    expect(gain).toBeGreaterThan(0.5);
    expect(low).toBeGreaterThan(0.4);
  });

  test('leave all to the average where likeness is chance', () => {
    expect(chosen(byChance).analogues).toEqual([]);
    const scored = scoresOf(byChance, chosen(byChance));
    expect(gainOver(scored, 'category-average', 'pinball', 3)).toEqual({ gain: 0, low: 0, high: 0 });
  });

  test('are cautious ones with too few launches to learn from', () => {
    const few = { ...byKind, questions: byKind.questions.slice(0, 20) };
    expect(chosen(few)).toMatchObject({ launches: 0, analogues: [{ shrinkage: 0.5 }] });
  });

  test('of products without anything to compare are the average alone', () => {
    const bare = { study: { ...byKind.study, aspects: [] }, questions: byKind.questions.map((question) => ({ ...question, pool: { products: new Uint32Array(), likeness: new Float64Array() } })) };
    expect(chosen(bare).analogues).toEqual([]);
    const [first] = answerQuestions(bare.study, chosen(bare), bare.questions);
    expect(first?.forecasts.analogues).toEqual(first?.forecasts['category-average']);
  });
});

describe('a forecast', () => {
  const settings = chosen(byKind);
  const answers = (of: typeof byKind) => [...answerQuestions(of.study, settings, of.questions)];

  test('does not move when what comes after its cutoff does', () => {
    const cutoff = 31;
    const random = createRandom(5);
    const moved: LaunchHistory = {
      ...history,
      curves: history.curves.map((value, at) => ((history.launch[Math.floor(at / 2)] ?? 0) + (at % 2) > cutoff ? random.integer(9_999) : value)),
      market: history.market.map((value, period) => (period > cutoff ? random.integer(9_999) : value)),
    };
    const until = (of: typeof byKind) => answers(of).filter(({ question }) => question.cutoff <= cutoff).map(({ forecasts, analogues }) => ({ forecasts, analogues }));
    expect(until(byKind).length).toBeGreaterThan(20);
    expect(until({ ...byKind, study: { ...byKind.study, history: moved } })).toEqual(until(byKind));
    expect(answers({ ...byKind, study: { ...byKind.study, history: moved } }).map(({ forecasts }) => forecasts)).not.toEqual(answers(byKind).map(({ forecasts }) => forecasts));
  });

  test('names those it rests on, none of whom was launched after its cutoff less a horizon', () => {
    for (const { question: { product, cutoff }, analogues } of answers(byKind)) {
      expect(analogues.length).toBeGreaterThan(0);
      for (const analogue of analogues) expect((history.launch[analogue.product] ?? Infinity) + 1).toBeLessThanOrEqual(cutoff);
      expect(kind(analogues[0]?.product ?? -1)).toBe(kind(product));
    }
  });

  test('has quantiles that do not cross, by every method', () => {
    for (const { forecasts } of answers(byKind)) {
      for (const { quantiles } of Object.values(forecasts)) {
        for (let step = 0; step < 2; step += 1) {
          const own = Array.from(quantiles.subarray(step * 3, step * 3 + 3));
          expect(own).toEqual(own.toSorted((a, b) => a - b));
        }
      }
    }
  });
});

describe('the gain', () => {
  const errors = (pinball: number) => ({ absolute: 2 * pinball, signed: -pinball, pinball, sold: 10 });
  const scored: readonly ScoredLaunch[] = [1, 2, 3, 4].map((loss, product) => ({ product, cutoff: 9, errors: { analogues: errors(loss), 'category-average': errors(2 * loss), 'overall-average': errors(loss + product) } }));

  test('is that of the sums, with an interval that the seed decides', () => {
    expect(gainOver(scored, 'category-average', 'pinball', 1)).toEqual({ gain: 0.5, low: 0.5, high: 0.5 });
    const all = gainOver(scored, 'overall-average', 'absolute', 1);
    expect(all.gain).toBeCloseTo(1 - 10 / 16, 12);
    expect([(all.low ?? 1) < (all.gain ?? 0), (all.high ?? 0) > (all.gain ?? 0)]).toEqual([true, true]);
    expect(gainOver(scored, 'overall-average', 'absolute', 1)).toEqual(all);
  });

  test('and scores are unknown where nothing was launched or sold', () => {
    expect(gainOver([], 'category-average', 'pinball', 1)).toEqual({ gain: null, low: null, high: null });
    expect(launchScores([])).toEqual({ wape: null, wql: null, bias: null });
    expect(launchScores([{ absolute: 1, signed: 1, pinball: 1, sold: 0 }])).toEqual({ wape: null, wql: null, bias: null });
    expect(launchScores(scored.map(({ errors: { analogues } }) => analogues))).toEqual({ wape: 0.5, wql: 0.25, bias: -0.25 });
  });
});
