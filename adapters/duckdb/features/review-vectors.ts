import { addPeriods, isoOfStart, periodsBetween, startUnit } from '../../../domain/calendar.ts';
import { collectReviews } from '../../../domain/features/collect-reviews.ts';
import type { ReviewHistory } from '../../../domain/features/review-history.ts';
import { createReviewNovelty } from '../../../domain/features/review-novelty.ts';
import type { ReviewParts } from '../../../domain/features/vector-features.ts';
import { type Reduction, reduceRows } from '../../../domain/reduction.ts';
import { firstMomentSql, periodSql, startNumberSql } from '../period-start.ts';
import type { Session } from '../session.ts';
import { copyNumbers, textsOf } from '../typed-columns.ts';
import { learnReduction, type ReductionRequest } from './learn-reduction.ts';
import { rowAt, vectorLength, vectorRows } from './vector-rows.ts';

export interface ReviewsRequest extends Omit<ReductionRequest, 'key'> {
  /** In periods. */
  readonly halfLife: number;
  /** Starts of the panel's first and last period, and of the first fold's cutoff. */
  readonly first: number;
  readonly last: number;
  readonly cutoff: number;
}

/**
 * The reviews documented on `EmbedReviewsResult` of the series that take part, put together by series and period, and which columns they can
 * fill as far as is known at the first cutoff. Undefined where nobody has reviewed anything by then. Vectors go through the reduction a piece
 * at a time; what is kept is one row per series and period with reviews.
 */
export async function readReviews(session: Session, request: ReviewsRequest): Promise<{ readonly history: ReviewHistory; readonly parts: ReviewParts } | undefined> {
  const { first, last, cutoff, frequency } = request;
  const reduction = await learnReduction(session, { ...request, key: `concat(file, ':', row)` });
  const history = await collect(session, request, reduction);
  const { overall, dims } = history;
  const at = periodsBetween(first, Math.min(cutoff, last), frequency);
  if (!((overall.count[at] ?? 0) > 0)) return undefined;
  const isKnown = (mean: Float64Array): boolean => !Number.isNaN(mean[at] ?? Number.NaN);
  return { history, parts: { rated: isKnown(overall.rating), judged: isKnown(overall.sentiment), compared: (overall.compared[at] ?? 0) > 0, dims } };
}

async function collect(session: Session, { file, halfLife, first, last, frequency, chosen }: ReviewsRequest, reduction: Reduction | undefined): Promise<ReviewHistory> {
  const dims = reduction?.dims ?? 0;
  const collected = collectReviews({ periods: periodsBetween(first, last, frequency) + 1, halfLife, dims });
  const sql = `SELECT series, ${startNumberSql(periodSql('known_from', frequency), startUnit(frequency))}, coalesce(rating, 'nan'::DOUBLE), coalesce(CAST(sentiment AS DOUBLE), 'nan'::DOUBLE), ${vectorLength}, vector
               FROM read_parquet($file) WHERE known_from < ${firstMomentSql('CAST($end AS TIMESTAMP)', frequency)}`;
  let novelty: ReturnType<typeof createReviewNovelty> | undefined;
  let former: string | undefined;
  for await (const chunk of session.chunks(sql, { file, end: isoOfStart(addPeriods(last, 1, frequency), frequency) })) {
    const rows = chunk.rowCount;
    const [starts, lengths, ratings, sentiments] = [new Int32Array(rows), new Int32Array(rows), new Float64Array(rows), new Float64Array(rows)];
    for (const [column, target] of [[1, starts], [2, ratings], [3, sentiments], [4, lengths]] as const) copyNumbers(chunk.getColumnVector(column), target, 0);
    const vectors = vectorRows(chunk.getColumnVector(5));
    const reduced = reduction && reduceRows(reduction, vectors.values);
    textsOf(chunk.getColumnVector(0)).forEach((series, row) => {
      if (!chosen.has(series)) return;
      if (series !== former) novelty?.begin();
      former = series;
      const [period, width] = [periodsBetween(first, starts[row] ?? first, frequency), lengths[row] ?? 0];
      const figures = { series, period, rating: ratings[row] ?? Number.NaN, sentiment: sentiments[row] ?? Number.NaN };
      if (width === 0) {
        collected.add({ ...figures, novelty: Number.NaN });
        return;
      }
      novelty ??= createReviewNovelty(width, halfLife);
      const at = vectors.start(row);
      collected.add({
        ...figures, novelty: novelty.of(period, vectors.values, at), ...(reduced && { numbers: { values: reduced, at: rowAt(at, width) * dims } }),
      });
    });
  }
  return collected.finish();
}
