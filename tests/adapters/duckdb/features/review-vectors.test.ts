import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { referenceReviews } from '../../../domain/features/reference-reviews.ts';
import { dateOf, somePanel } from '../../../domain/features/some-panel.ts';
import { type SomeReview, someReviews } from '../../../domain/features/some-reviews.ts';
import { writePanelParts } from '../panel-file.ts';
import { query, useScratch } from '../scratch.ts';
import { buildOrigins } from './build-origins.ts';
import { writeReviews } from './vector-files.ts';

const scratch = useScratch();
const weekly = { frequency: 'week', horizon: 3, folds: 2 } as const;
/** The first fold's cutoff is nine weeks before the last one. */
const [periods, cutoff] = [80, 70];
const panel = somePanel({ series: 4, periods });
let files = 0;

interface Options {
  readonly dims?: number;
  readonly halfLife?: number;
  readonly only?: readonly number[];
  readonly threads?: number;
}

async function build(reviews: readonly SomeReview[], { dims = 3, halfLife = 5, only, threads = 2 }: Options = {}) {
  const name = `reviews-${String((files += 1))}`;
  const file = await writeReviews(scratch(), name, reviews);
  return buildOrigins(scratch().withThreads(threads), {
    ...weekly, reviews: { file, dims, reduction: 'pca', halfLife }, panel: await writePanelParts(scratch(), name, panel), outFolder: join(scratch().folder, name), ...(only && { only }),
  });
}
const from = (table: readonly string[]): string => `read_parquet([${table.map((file) => `'${file}'`).join(', ')}])`;
const columnsOf = ({ spec }: Awaited<ReturnType<typeof build>>): string[] => spec.shared.filter(({ group }) => group === 'reviews').map(({ name }) => name);

describe('reviews in an origin table', () => {
  test('fill in all parts what their formulas give, whatever the reduction makes of their texts', async () => {
    const reviews = someReviews({ periods });
    const built = await build(reviews);
    const scalars = columnsOf(built).filter((name) => !/^review_\d/.test(name));
    expect(scalars).toEqual(['reviews_new', 'reviews_all', 'since_review', 'rating', 'rating_change', 'sentiment', 'sentiment_change', 'novelty']);
    const found = new Map((await query(`SELECT *, CAST(origin AS VARCHAR) AS at FROM ${from(built.table)}`)).map((row) => [`${String(row['series'])} ${String(row['at'])}`, row]));
    for (const { series, t } of panel) {
      const expected = referenceReviews(reviews, series, t, { recent: 4, halfLife: 5, dims: 3 });
      for (const name of scalars) {
        const [value, truth] = [Number(found.get(`${series} ${dateOf(t)}`)?.[name]), expected.get(name) ?? Number.POSITIVE_INFINITY];
        expect(Object.is(value, truth) || Math.abs(value - truth) < 1e-5, `${name} of ${series} at ${String(t)}: ${String(value)}, not ${String(truth)}`).toBe(true);
      }
      // A full reduction is a turn, a shift and a scale: what it makes of a series without texts is unknown as well.
      expect(Number.isNaN(found.get(`${series} ${dateOf(t)}`)?.['review_1'])).toBe(Number.isNaN(expected.get('review_1')));
    }
  });

  test('have the bytes of the whole in a part that is made alone, with any number of threads', async () => {
    const reviews = someReviews({ periods, perSeries: 60 });
    const whole = await build(reviews);
    const alone = await build(reviews, { only: [1], threads: 1 });
    expect((await readFile(alone.table[0] ?? '')).equals(await readFile(whole.table[1] ?? ''))).toBe(true);
  });

  test('that become known after an origin move none of its features, nor the reduction when it is after the first cutoff', async () => {
    const before = someReviews({ periods, seed: 5 });
    const untouched = async (reviews: readonly SomeReview[]) => {
      const built = await build(reviews);
      return query(`SELECT series, origin, ${columnsOf(built).join(', ')} FROM ${from(built.table)} WHERE origin <= DATE '${dateOf(cutoff)}' ORDER BY ALL`);
    };
    const expected = await untouched(before);
    expect(expected.length).toBeGreaterThan(200);
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 5 }), async (kept, rating) => {
      const after = before.flatMap((review, i): readonly SomeReview[] => {
        if (review.period <= cutoff) return [review];
        return i % kept === 0 ? [{ ...review, rating, sentiment: 0, vector: review.vector.map((x) => -7 * x) }] : [];
      });
      expect(await untouched([...after, { series: 's9', period: 75, rating, sentiment: 1, vector: [1, 2, 3] }])).toEqual(expected);
    }), { numRuns: 4 });
  });

  test('leave the parts before they were written as they are', async () => {
    const reviews = someReviews({ periods });
    const one = reviews.findIndex(({ period }) => period > cutoff);
    const others = async (given: readonly SomeReview[]): Promise<readonly string[]> => (await build(given)).spans.map((span) => span.others);
    const [with_, without] = [await others(reviews), await others(reviews.filter((_, i) => i !== one))];
    expect([without[0], without[1] === with_[1]]).toEqual([with_[0], false]);
  });

  test('have columns for what is known of them by the first cutoff only', async () => {
    const bare = someReviews({ periods }).map((review) => ({ ...review, sentiment: Number.NaN, vector: [] }));
    expect(columnsOf(await build(bare))).toEqual(['reviews_new', 'reviews_all', 'since_review', 'rating', 'rating_change']);
    const late = bare.map((review) => (review.period <= cutoff ? { ...review, rating: Number.NaN } : review));
    expect(columnsOf(await build(late))).toEqual(['reviews_new', 'reviews_all', 'since_review']);
    expect(columnsOf(await build(bare.filter(({ period }) => period > cutoff)))).toEqual([]);
    expect(columnsOf(await build(someReviews({ periods }), { dims: 1 }))).toContain('review_1');
  });

  test('of periods that are not complete yet are not read', async () => {
    const reviews = someReviews({ periods });
    const early = [...reviews, { series: 's3', period: periods, rating: 5, sentiment: 1, vector: [9, 9, 9] }];
    expect((await build(early)).spans).toEqual((await build(reviews)).spans);
  });
});
