import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FeaturePlan, planFeatures } from '../../../domain/features/feature-plan.ts';
import { kernelTable } from './kernel-table.ts';
import { referenceReviews } from './reference-reviews.ts';
import { somePanel } from './some-panel.ts';
import { historyOf, type SomeReview, someReviews } from './some-reviews.ts';

const [periods, halfLife, dims] = [60, 5, 3];
const setup = { periods, halfLife, dims };
const planOf = (settles = false): FeaturePlan => planFeatures({
  frequency: 'week', horizon: 2, periods, learnable: 50, priced: true, lines: true, settles, reviews: { rated: true, judged: true, compared: true, dims, halfLife },
});
const reviewColumns = planOf().shared.filter(({ group }) => group === 'reviews').map(({ name }) => name);
/** The last one has never been reviewed. */
const panel = somePanel({ series: 4, periods });

describe('columns of reviews', () => {
  test.each([25, 60, 4, 2])('are what their formulas give from all of %i reviews up to the origin', (perSeries) => {
    const reviews = someReviews({ periods, perSeries });
    const { names, rows } = kernelTable(panel, planOf(), 17, 17, { reviews: historyOf(reviews, setup) });
    for (const { series, t } of panel) {
      const expected = referenceReviews(reviews, series, t, { recent: 4, halfLife, dims });
      expect([...expected.keys()].sort()).toEqual([...reviewColumns].sort());
      for (const name of reviewColumns) {
        const [value, truth] = [rows.get(`${series} ${String(t)}`)?.[names.indexOf(name)] ?? Number.NEGATIVE_INFINITY, expected.get(name) ?? Number.POSITIVE_INFINITY];
        expect(Object.is(value, truth) || Math.abs(value - truth) < 1e-5, `${name} of ${series} at ${String(t)}: ${String(value)}, not ${String(truth)}`).toBe(true);
      }
    }
  });

  test('have the bits of the whole in a part alone', () => {
    const cut = fc.record({ seed: fc.integer({ min: 1, max: 1e6 }), stretch: fc.integer({ min: 1, max: 23 }), settles: fc.boolean() });
    fc.assert(fc.property(cut, ({ seed, stretch, settles }) => {
      const reviews = historyOf(someReviews({ periods, seed }), setup);
      expect(kernelTable(panel, planOf(settles), stretch, stretch, { reviews })).toEqual(kernelTable(panel, planOf(settles), periods, periods, { reviews }));
    }), { numRuns: 20 });
  });

  test('do not move when reviews after their origin are written otherwise, or not at all', () => {
    const scenario = fc.record({ seed: fc.integer({ min: 1, max: 1e6 }), origin: fc.integer({ min: 0, max: periods - 2 }), rating: fc.integer({ min: 1, max: 5 }), kept: fc.integer({ min: 1, max: 4 }) });
    fc.assert(fc.property(scenario, ({ seed, origin, rating, kept }) => {
      const before = someReviews({ periods, seed });
      const after = before.flatMap((review, i): readonly SomeReview[] => {
        if (review.period <= origin) return [review];
        return i % kept === 0 ? [{ ...review, rating, sentiment: 1 - review.sentiment, vector: review.vector.map((value) => -value) }] : [];
      });
      const newcomer: readonly SomeReview[] = [{ series: 's9', period: origin + 1, rating, sentiment: 0.5, vector: [1, 0, 0] }];
      const [a, b] = [before, [...after, ...newcomer]].map((reviews) => kernelTable(panel, planOf(), periods, periods, { reviews: historyOf(reviews, setup) }));
      const features = a?.names.filter((name) => !/^[ya]_\d+$/.test(name)).length;
      for (const { series, t } of panel.filter((row) => row.t <= origin)) {
        expect(b?.rows.get(`${series} ${String(t)}`)?.slice(0, features)).toEqual(a?.rows.get(`${series} ${String(t)}`)?.slice(0, features));
      }
    }), { numRuns: 40 });
  });

  test('are told without reviews: none so far, the rest unknown', () => {
    const { names, rows } = kernelTable(panel, planOf(), periods, periods, { reviews: historyOf(someReviews({ periods }), setup) });
    const row = rows.get('s3 59');
    expect(reviewColumns.filter((name) => row?.[names.indexOf(name)] === 0)).toEqual(['reviews_new', 'reviews_all']);
    expect(reviewColumns.filter((name) => Number.isNaN(row?.[names.indexOf(name)]))).toHaveLength(reviewColumns.length - 2);
  });

  test('draw a few ratings towards those of all products, many hardly', () => {
    const rated = (series: string, count: number, rating: number): SomeReview[] => Array.from({ length: count }, () => ({ series, period: 30, rating, sentiment: Number.NaN, vector: [] }));
    const reviews = historyOf([...rated('s0', 1, 5), ...rated('s1', 95, 5), ...rated('s2', 96, 1)], setup);
    const { names, rows } = kernelTable(panel, planOf(), periods, periods, { reviews });
    const rating = (series: string): number => rows.get(`${series} 30`)?.[names.indexOf('rating')] ?? Number.NaN;
    expect([rating('s0'), rating('s1'), rating('s2')].map((value) => Number(value.toFixed(2)))).toEqual([3.33, 4.9, 1.1]);
  });

  test('are there only for what reviews have', () => {
    const bare = planFeatures({ frequency: 'day', horizon: 1, periods, learnable: 50, priced: false, lines: false, reviews: { rated: false, judged: false, compared: false, dims: 0 } });
    expect(bare.shared.filter(({ group }) => group === 'reviews').map(({ name }) => name)).toEqual(['reviews_new', 'reviews_all', 'since_review']);
    expect(bare.reviews).toEqual({ recent: 7, halfLife: 28 });
  });

  test('refuse reviews of a series that are scattered or out of order', () => {
    const [one, two] = someReviews({ series: ['s0', 's1'], perSeries: 1 });
    if (one === undefined || two === undefined) throw new Error('two reviews');
    expect(() => historyOf([one, two, one], setup)).toThrow('do not lie together');
    expect(() => historyOf([one, { ...one, period: one.period - 1 }], setup)).toThrow('not in the order of time');
  });
});

describe('columns of products', () => {
  test('hold each modality’s numbers from the period on that knows them, and nothing before or without them', () => {
    const plan = planFeatures({ frequency: 'week', horizon: 2, periods, learnable: 50, priced: false, lines: false, modalities: [{ modality: 'text', dims: 2 }, { modality: 'image', dims: 1 }] });
    expect(plan.statics).toEqual(['age', 'text_1', 'text_2', 'image_1']);
    expect(plan.shared.filter(({ group }) => group === 'image').map(({ meaning }) => meaning)).toEqual(['direction 1 of the product pictures']);
    const products = new Map([['s0', [{ values: [1, 2], from: 20 }, { values: [3], from: -4 }]], ['s1', [{ values: [4, 5], from: Number.POSITIVE_INFINITY }, { values: [6], from: 59 }]]]);
    const { names, rows } = kernelTable(panel, plan, 17, 17, { products });
    const at = (row: string): (number | undefined)[] => ['text_1', 'text_2', 'image_1'].map((name) => rows.get(row)?.[names.indexOf(name)]);
    expect([at('s0 19'), at('s0 20'), at('s1 58'), at('s1 59'), at('s2 59')]).toEqual([[NaN, NaN, 3], [1, 2, 3], [NaN, NaN, NaN], [NaN, NaN, 6], [NaN, NaN, NaN]]);
  });
});
