import type { FeaturePlan } from './feature-plan.ts';
import type { ColumnOf, FillColumns, Origins, SeriesReviews } from './origins.ts';
import { fading, type FadingMean, type ReviewHistory } from './review-history.ts';
import { ratio } from './sales-columns.ts';

/**
 * Reviews that stand for what is known of all products in a mean, as in the usual ratings of shops ("Bayesian average"): with n reviews of its
 * own a product counts n / (n + 5), so that a single one does not make it the best or the worst of all. Older reviews count less here, too.
 */
export const priorReviews = 5;

/** Where an origin stands in its series' reviews: newest row that it knows, and newest row before its recent periods; −1 for none. */
interface Place {
  readonly history: ReviewHistory;
  readonly now: number;
  readonly before: number;
  /** Period of the origin. */
  readonly period: number;
  /** What is left of the newest row's weights. */
  readonly left: number;
}

type Value = (place: Place) => number;

/**
 * Columns of the group "reviews" that the plan has. A review counts from the period on that it was written in. A series without reviews has
 * had 0 of them, and everything else is NaN: in words of the kernel, all is NaN but the numbers of reviews.
 */
export function createReviewColumns({ shared, reviews }: FeaturePlan, column: ColumnOf): FillColumns {
  if (reviews === undefined) return () => undefined;
  const { recent, halfLife } = reviews;
  const columns = shared.filter(({ group }) => group === 'reviews').flatMap(({ name }) => {
    const target = column(name);
    return target === undefined ? [] : [{ target, value: valueOf(name), none: name === 'reviews_new' || name === 'reviews_all' ? 0 : Number.NaN }];
  });
  return ({ reviews: own, count }: Origins, at) => {
    let [now, before] = own === undefined ? [-1, -1] : [own.from - 1, own.from - 1];
    for (let i = 0; i < count; i += 1) {
      const period = (own?.period ?? 0) + i;
      if (own !== undefined) [now, before] = [newest(own, now, period), newest(own, before, period - recent)];
      if (own === undefined || now < own.from) {
        for (const { target, none } of columns) target[at + i] = none;
        continue;
      }
      const { history } = own;
      const place = { history, now, before: before < own.from ? -1 : before, period, left: fading(history.period[now] ?? 0, period, halfLife) };
      for (const { target, value } of columns) target[at + i] = value(place);
    }
  };
}

function newest({ history, to }: SeriesReviews, from: number, period: number): number {
  let row = from;
  while (row + 1 < to && (history.period[row + 1] ?? 0) <= period) row += 1;
  return row;
}

function valueOf(name: string): Value {
  const direction = /^review_(\d+)$/.exec(name)?.[1];
  if (direction !== undefined) return directionOf(Number(direction) - 1);
  const value = figures[name];
  if (value === undefined) throw new RangeError(`no column of reviews is called ${name}`);
  return value;
}

const figures: Readonly<Record<string, Value>> = {
  reviews_new: ({ history, now, before }) => Math.log1p(since(history.count, now, before)),
  reviews_all: ({ history, now }) => Math.log1p(history.count[now] ?? 0),
  since_review: ({ history, now, period }) => period - (history.period[now] ?? Number.NaN),
  rating: (place) => shrunkMean(place, place.history.rating, place.history.overall.rating),
  rating_change: (place) => change(place, place.history.rating),
  sentiment: (place) => shrunkMean(place, place.history.sentiment, place.history.overall.sentiment),
  sentiment_change: (place) => change(place, place.history.sentiment),
  novelty: ({ history: { compared }, now, before }) => ratio(since(compared.sum, now, before), since(compared.count, now, before)),
};

/** Growth of a running sum since the row before. */
function since(sums: Uint32Array | Float64Array, now: number, before: number): number {
  return (sums[now] ?? 0) - (before < 0 ? 0 : (sums[before] ?? 0));
}

/** (prior × mean of all + weighted sum) / (prior + weights); NaN before the first. */
function shrunkMean({ now, period, left }: Place, { count, weight, total }: FadingMean, overall: Float64Array): number {
  if ((count[now] ?? 0) === 0) return Number.NaN;
  return (priorReviews * (overall[period] ?? Number.NaN) + left * (total[now] ?? 0)) / (priorReviews + left * (weight[now] ?? 0));
}

/** n / (prior + n) of how far the mean of the n recent ones lies from the weighted mean: 0 where there are none, NaN before the first of all. */
function change({ now, before }: Place, { count, sum, weight, total }: FadingMean): number {
  if ((count[now] ?? 0) === 0) return Number.NaN;
  const recent = since(count, now, before);
  if (recent === 0) return 0;
  return (since(sum, now, before) - recent * ratio(total[now] ?? 0, weight[now] ?? 0)) / (priorReviews + recent);
}

/** As a rating; the mean of all, as of the first cutoff, is 0. */
function directionOf(direction: number): Value {
  return ({ history: { numbers, dims, written }, now, left }) =>
    (written.count[now] ?? 0) === 0 ? Number.NaN : (left * (numbers[now * dims + direction] ?? 0)) / (priorReviews + left * (written.weight[now] ?? 0));
}
