import { fading } from './review-history.ts';

/** Compares reviews of one series after another with what was written before. */
export interface ReviewNovelty {
  /** The reviews that come next are those of another series. */
  begin(): void;
  /**
   * 1 − cosine of the review's vector and the mean of all vectors of the series' earlier periods, those one half-life older weighing half: 0 is
   * said again, 1 has nothing in common. NaN when there is nothing earlier. Reviews come in the order of their periods.
   * @param at position of the vector's first number
   */
  of(period: number, vectors: Float32Array, at: number): number;
}

export function createReviewNovelty(width: number, halfLife: number): ReviewNovelty {
  /** Sum of the vectors before the period at hand, weighed as of the period before it that has any; and of the period at hand. */
  const [past, own] = [new Float64Array(width), new Float64Array(width)];
  let [pastPeriod, ownPeriod, length] = [Number.NaN, Number.NaN, 0];

  function moveTo(period: number): void {
    const faded = Number.isNaN(pastPeriod) ? 0 : fading(pastPeriod, ownPeriod, halfLife);
    let squares = 0;
    for (let i = 0; i < width; i += 1) {
      const sum = (past[i] ?? 0) * faded + (own[i] ?? 0);
      past[i] = sum;
      squares += sum * sum;
    }
    own.fill(0);
    // Only the direction counts, so what is past need not fade until now.
    length = Math.sqrt(squares);
    [pastPeriod, ownPeriod] = [ownPeriod, period];
  }

  return {
    begin() {
      past.fill(0);
      own.fill(0);
      [pastPeriod, ownPeriod, length] = [Number.NaN, Number.NaN, 0];
    },
    of(period, vectors, at) {
      if (Number.isNaN(ownPeriod)) ownPeriod = period;
      if (period !== ownPeriod) moveTo(period);
      let [product, squares] = [0, 0];
      for (let i = 0; i < width; i += 1) {
        const value = vectors[at + i] ?? Number.NaN;
        product += value * (past[i] ?? 0);
        squares += value * value;
        own[i] = (own[i] ?? 0) + value;
      }
      const lengths = length * Math.sqrt(squares);
      return lengths > 0 ? 1 - product / lengths : Number.NaN;
    },
  };
}
