import { collectReviews } from '../../../domain/features/collect-reviews.ts';
import type { ReviewHistory } from '../../../domain/features/review-history.ts';
import { createReviewNovelty } from '../../../domain/features/review-novelty.ts';

export interface SomeReview {
  readonly series: string;
  readonly period: number;
  /** NaN: without one. */
  readonly rating: number;
  readonly sentiment: number;
  /** Empty: without a text. */
  readonly vector: readonly number[];
}

/** Reviews of some series from before the panel's first period on, in the order of series and time; the same seed gives the same reviews. */
export function someReviews({ series = ['s0', 's1', 's2'], periods = 60, perSeries = 25, dims = 3, seed = 1 } = {}): SomeReview[] {
  let state = seed;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return series.flatMap((name) => Array.from({ length: perSeries }, () => Math.floor(random() * (periods + 6)) - 6).sort((a, b) => a - b).map((period) => ({
    series: name, period,
    rating: random() < 0.2 ? Number.NaN : 1 + Math.floor(random() * 5), sentiment: random() < 0.2 ? Number.NaN : random(),
    vector: random() < 0.2 ? [] : Array.from({ length: dims }, () => random() * 2 - 1),
  })));
}

export function historyOf(reviews: readonly SomeReview[], { periods, halfLife, dims }: { readonly periods: number; readonly halfLife: number; readonly dims: number }): ReviewHistory {
  const collected = collectReviews({ periods, halfLife, dims });
  const novelty = createReviewNovelty(dims, halfLife);
  let former: string | undefined;
  for (const { vector, ...review } of reviews.filter(({ period }) => period < periods)) {
    if (review.series !== former) novelty.begin();
    former = review.series;
    const values = Float32Array.from(vector);
    collected.add({ ...review, novelty: vector.length === 0 ? Number.NaN : novelty.of(review.period, values, 0), ...(vector.length > 0 && { numbers: { values, at: 0 } }) });
  }
  return collected.finish();
}
