import { describe, expect, test } from 'vitest';

import { knownLaunches, productsOnSale } from '../../../domain/cold-start/launches.ts';
import { splitQuestions } from '../../../domain/cold-start/split-questions.ts';
import { candidatesAt, planStudy } from '../../../domain/cold-start/study-plan.ts';
import { historyOf, steadyLaunches } from './some-history.ts';

const horizon = 2;
const history = historyOf([...steadyLaunches(40, { level: () => 5 }), { launch: 1, curve: [3, 3] }, { launch: -4, curve: [] }], { unsold: 2 });
const cutoffs = { folds: [23, 25], test: 27 };
const plan = planStudy(history, cutoffs, 7);

describe('the plan of a study', () => {
  test('goes back from the first fold in steps of a horizon and ends with the newest period', () => {
    expect(plan.cutoffs).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29]);
  });

  test('forecasts a launch from the newest cutoff before it, once ten launches are over', () => {
    for (const product of plan.targets) {
      const [cutoff, start] = [plan.before[product] ?? -1, history.launch[product] ?? -1];
      expect(start - cutoff).toBeGreaterThan(0);
      expect(start - cutoff).toBeLessThanOrEqual(horizon);
      expect(knownLaunches(history, cutoff).length).toBeGreaterThanOrEqual(10);
    }
    expect(Array.from(plan.targets)).toEqual(Array.from({ length: 28 }, (_, i) => i + 12));
  });

  test('takes products that were sold in the first horizon for old ones: on sale, but no launch', () => {
    expect(Array.from(plan.launches)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(Array.from(productsOnSale(history, 2))).toEqual([40, 41]);
    expect(Array.from(candidatesAt(history, plan, 4))).toEqual([0, 1, 2, 3]);
  });

  test('forecasts what was never sold from the newest period', () => {
    expect(Array.from(plan.unsold)).toEqual([42, 43]);
    expect(planStudy(historyOf(steadyLaunches(4, { level: () => 5 }), { unsold: 1 }), cutoffs, 7).unsold).toHaveLength(0);
  });

  test('draws from very many launches, by the seed alone', () => {
    const many = historyOf(Array.from({ length: 9_000 }, (_, i) => ({ launch: 2 + (i % 26), curve: [1, 1] })));
    const drawn = (seed: number) => Array.from(planStudy(many, cutoffs, seed).launches);
    expect(drawn(7)).toHaveLength(4_000 + many.launch.filter((start) => start > 23).length);
    expect(drawn(7)).toEqual(drawn(7));
    expect(drawn(7)).not.toEqual(drawn(8));
  });
});

describe('launches to choose settings on and launches to score', () => {
  const pool = { products: new Uint32Array(), likeness: new Float64Array() };
  const questions = (count: number, perPeriod: number) => {
    const of = historyOf(Array.from({ length: count }, (_, i) => ({ launch: 4 + Math.floor(i / perPeriod), curve: [1, 1] })), { periods: 60 });
    return { of, asked: Array.from({ length: count }, (_, product) => ({ product, cutoff: 3 + 2 * Math.floor(((of.launch[product] ?? 0) - 4) / 2), pool })) };
  };

  test('never overlap: what is scored was not over when settings were chosen', () => {
    for (const [count, perPeriod] of [[200, 4], [30, 1], [400, 8]] as const) {
      const { of, asked } = questions(count, perPeriod);
      const { choosing, scored, boundary } = splitQuestions(of, asked, 47);
      expect(choosing.every(({ product }) => (of.launch[product] ?? 0) + horizon - 1 <= boundary)).toBe(true);
      expect(scored.every(({ product, cutoff }) => cutoff >= boundary && (of.launch[product] ?? 0) > boundary)).toBe(true);
    }
  });

  test('lie on both sides of the first fold where enough come after it; else the line moves back, not beyond half', () => {
    const many = questions(400, 8);
    expect(splitQuestions(many.of, many.asked, 27).boundary).toBe(27);
    const { choosing, scored, boundary } = splitQuestions(questions(200, 4).of, questions(200, 4).asked, 47);
    expect([boundary < 47, scored.length, choosing.length >= 100]).toEqual([true, 96, true]);
  });
});
