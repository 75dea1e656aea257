import { fading, type FadingMean, type ReviewHistory } from './review-history.ts';

export interface Review {
  readonly series: string;
  /** Counted from the panel's first period; negative before it. */
  readonly period: number;
  /** NaN where the review has none. */
  readonly rating: number;
  readonly sentiment: number;
  readonly novelty: number;
  /** What its text was reduced to, from position `at` on; absent without a text. */
  readonly numbers?: { readonly values: Float32Array; readonly at: number };
}

export interface ReviewsSetup {
  /** Periods of the panel; reviews after it are not added. */
  readonly periods: number;
  readonly halfLife: number;
  readonly dims: number;
}

/** Rows that there is room for at first. */
const firstRows = 1024;

type Mutable = Uint32Array | Float64Array | Int32Array;
interface Growing<A extends Mutable = Mutable> {
  values: A;
  /** Makes room for twice as many. */
  grow(): void;
}

function growing<A extends Mutable>(make: (length: number) => A, length: number): Growing<A> {
  return {
    values: make(length),
    grow() {
      const larger = make(2 * this.values.length);
      larger.set(this.values);
      this.values = larger;
    },
  };
}

/** Puts a history together; reviews come series by series, each series' own in the order of time. */
export function collectReviews({ periods, halfLife, dims }: ReviewsSetup): { add(review: Review): void; finish(): ReviewHistory } {
  const counts = () => growing((length) => new Uint32Array(length), firstRows);
  const sums = (width = 1) => growing((length) => new Float64Array(length), firstRows * width);
  const fadingMean = () => ({ count: counts(), sum: sums(), weight: sums(), total: sums() });
  const [period, count] = [growing((length) => new Int32Array(length), firstRows), counts()];
  const [rating, sentiment] = [fadingMean(), fadingMean()];
  const [compared, written, numbers] = [{ count: counts(), sum: sums() }, { count: counts(), weight: sums() }, sums(dims)];
  const plain: readonly Growing[] = [count, rating.count, rating.sum, sentiment.count, sentiment.sum, compared.count, compared.sum, written.count];
  const faded: readonly Growing[] = [rating.weight, rating.total, sentiment.weight, sentiment.total, written.weight];
  const overall = { count: new Float64Array(periods), compared: new Float64Array(periods), ratings: new Float64Array(periods), rating: new Float64Array(periods), sentiments: new Float64Array(periods), sentiment: new Float64Array(periods) };
  const rowsOf = new Map<string, [number, number]>();
  let [rows, current, first] = [0, '', 0];

  function nextRow({ series, period: at }: Review): void {
    const isNewSeries = rows === 0 || series !== current;
    if (isNewSeries && rowsOf.has(series)) throw new RangeError(`reviews of ${series} do not lie together`);
    if (!isNewSeries && at === period.values[rows - 1]) return;
    if (!isNewSeries && at < (period.values[rows - 1] ?? 0)) throw new RangeError(`reviews of ${series} are not in the order of time`);
    if (isNewSeries) [current, first] = [series, rows];
    if (rows === period.values.length) for (const column of [period, ...plain, ...faded, numbers]) column.grow();
    const left = isNewSeries ? 0 : fading(period.values[rows - 1] ?? 0, at, halfLife);
    for (const { values } of plain) values[rows] = isNewSeries ? 0 : (values[rows - 1] ?? 0);
    for (const { values } of faded) values[rows] = isNewSeries ? 0 : left * (values[rows - 1] ?? 0);
    for (let i = 0; i < dims; i += 1) numbers.values[rows * dims + i] = isNewSeries ? 0 : left * (numbers.values[(rows - 1) * dims + i] ?? 0);
    period.values[rows] = at;
    rows += 1;
    rowsOf.set(series, [first, rows]);
  }

  /** Adds a figure of a review to the newest row. */
  function take(mean: ReturnType<typeof fadingMean>, value: number): void {
    for (const [column, more] of [[mean.count, 1], [mean.sum, value], [mean.weight, 1], [mean.total, value]] as const) plus(column.values, rows - 1, more);
  }

  return {
    add(review) {
      nextRow(review);
      const [row, bucket] = [rows - 1, Math.max(0, review.period)];
      plus(count.values, row, 1);
      plus(overall.count, bucket, 1);
      if (!Number.isNaN(review.rating)) {
        take(rating, review.rating);
        plus(overall.ratings, bucket, 1);
        plus(overall.rating, bucket, review.rating);
      }
      if (!Number.isNaN(review.sentiment)) {
        take(sentiment, review.sentiment);
        plus(overall.sentiments, bucket, 1);
        plus(overall.sentiment, bucket, review.sentiment);
      }
      if (!Number.isNaN(review.novelty)) {
        plus(compared.count.values, row, 1);
        plus(compared.sum.values, row, review.novelty);
        plus(overall.compared, bucket, 1);
      }
      if (review.numbers === undefined) return;
      plus(written.count.values, row, 1);
      plus(written.weight.values, row, 1);
      const { values, at } = review.numbers;
      for (let i = 0; i < dims; i += 1) plus(numbers.values, row * dims + i, values[at + i] ?? Number.NaN);
    },
    finish: () => ({
      rowsOf, rows, period: period.values, count: count.values, rating: asMean(rating), sentiment: asMean(sentiment),
      compared: { count: compared.count.values, sum: compared.sum.values }, written: { count: written.count.values, weight: written.weight.values },
      numbers: numbers.values, dims,
      overall: {
        count: running(overall.count), compared: running(overall.compared),
        rating: means(running(overall.rating), running(overall.ratings)), sentiment: means(running(overall.sentiment), running(overall.sentiments)),
      },
    }),
  };
}

function asMean({ count, sum, weight, total }: { readonly [K in keyof FadingMean]: Growing<FadingMean[K]> }): FadingMean {
  return { count: count.values, sum: sum.values, weight: weight.values, total: total.values };
}

function plus(values: Mutable, at: number, more: number): void {
  values[at] = (values[at] ?? 0) + more;
}

/** Sums up to and with each place. */
function running(values: Float64Array): Float64Array {
  let sum = 0;
  return values.map((value) => (sum += value));
}

const means = (sums: Float64Array, counts: Float64Array): Float64Array => sums.map((sum, i) => sum / (counts[i] ?? 0));
