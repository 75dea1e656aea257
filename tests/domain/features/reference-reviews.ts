import type { SomeReview } from './some-reviews.ts';

/** Columns of reviews at one origin by their formulas, each from all reviews up to it: slow, and easy to check by eye. NaN where undefined. */
export function referenceReviews(all: readonly SomeReview[], series: string, origin: number, { recent, halfLife, dims }: { readonly recent: number; readonly halfLife: number; readonly dims: number }): Map<string, number> {
  const known = all.filter(({ period }) => period <= origin);
  const own = known.filter((review) => review.series === series);
  const late = own.filter(({ period }) => period > origin - recent);
  const out = new Map([['reviews_new', Math.log(1 + late.length)], ['reviews_all', Math.log(1 + own.length)], ['since_review', own.length === 0 ? NaN : origin - Math.max(...own.map(({ period }) => period))]]);
  const weigh = ({ period }: SomeReview): number => 0.5 ** ((origin - period) / halfLife);
  for (const figure of ['rating', 'sentiment'] as const) {
    const having = (reviews: readonly SomeReview[]): readonly SomeReview[] => reviews.filter((review) => !Number.isNaN(review[figure]));
    const [mine, lately] = [having(own), having(late)];
    const overall = mean(having(known).map((review) => review[figure]));
    const [weights, total] = [sum(mine.map(weigh)), sum(mine.map((review) => weigh(review) * review[figure]))];
    out.set(figure, mine.length === 0 ? NaN : (5 * overall + total) / (5 + weights));
    const difference = lately.length === 0 ? 0 : (lately.length / (5 + lately.length)) * (mean(lately.map((review) => review[figure])) - total / weights);
    out.set(`${figure}_change`, mine.length === 0 ? NaN : difference);
  }
  const written = (reviews: readonly SomeReview[]): readonly SomeReview[] => reviews.filter(({ vector }) => vector.length > 0);
  const novelties = written(late).flatMap((review) => {
    const past = written(own).filter(({ period }) => period < review.period);
    if (past.length === 0) return [];
    const centre = weightedSum(past, ({ period }) => 0.5 ** ((review.period - period) / halfLife), dims);
    return [1 - dot(review.vector, centre) / Math.sqrt(dot(centre, centre) * dot(review.vector, review.vector))];
  });
  out.set('novelty', mean(novelties));
  const texts = written(own);
  weightedSum(texts, weigh, dims).forEach((value, i) => out.set(`review_${String(i + 1)}`, texts.length === 0 ? NaN : value / (5 + sum(texts.map(weigh)))));
  return out;
}

function weightedSum(reviews: readonly SomeReview[], weigh: (review: SomeReview) => number, dims: number): number[] {
  return Array.from({ length: dims }, (_, i) => sum(reviews.map((review) => weigh(review) * (review.vector[i] ?? NaN))));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const dot = (a: readonly number[], b: readonly number[]): number => sum(a.map((value, i) => value * (b[i] ?? NaN)));
