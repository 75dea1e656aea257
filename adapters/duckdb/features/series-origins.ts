import { addPeriods, periodsBetween } from '../../../domain/calendar.ts';
import { isFilled } from '../../../domain/cleaning/touched.ts';
import type { FeaturePlan } from '../../../domain/features/feature-plan.ts';
import type { OriginSpan } from '../../../domain/features/origin-spans.ts';
import type { Origins, ProductNumbers } from '../../../domain/features/origins.ts';
import type { ProductBlock } from '../../../domain/features/product-block.ts';
import { reachOf } from '../../../domain/features/reach.ts';
import type { ReviewHistory } from '../../../domain/features/review-history.ts';
import { eachSettledStretch } from '../../../domain/features/settled-sales.ts';
import { copyOrNaN } from '../../../domain/features/window-copy.ts';
import type { PanelHistory } from './panel-history.ts';

export interface SeriesOriginsSetup {
  readonly plan: FeaturePlan;
  readonly span: OriginSpan;
  readonly history: PanelHistory;
  /** Start of the panel's first period. */
  readonly first: number;
  readonly products: readonly ProductBlock[];
  readonly reviews: ReviewHistory | undefined;
}

/** A span's origins, series by series, laid out for the kernel. */
export interface SeriesOrigins {
  /** Hands the origins of a series over, oldest first, in as many pieces as see their past differently. What is handed over is valid during the call. */
  each(series: string, use: (origins: Origins) => void): void;
  /** Starts of the span's periods. */
  readonly starts: Int32Array;
}

export function createSeriesOrigins({ plan, span, history, first, products, reviews }: SeriesOriginsSetup): SeriesOrigins {
  const { frequency, horizon, settled } = plan;
  const reach = reachOf(plan);
  const periods = periodsBetween(span.first, span.last, frequency) + 1;
  const starts = Int32Array.from({ length: periods }, (_, i) => addPeriods(span.first, i, frequency));
  const touched = new Float64Array(reach.sales + periods);
  const [sales, target, actual] = [new Float64Array(reach.sales + periods), new Float64Array(periods + horizon), new Float64Array(periods + horizon)];
  const [price, lines, largest] = [new Float64Array(reach.recent + periods), new Float64Array(reach.recent + periods), new Float64Array(reach.recent + periods)];
  const before = periodsBetween(first, span.first, frequency);

  function productNumbers(series: string): readonly ProductNumbers[] {
    return products.map(({ rowOf, from, values, dims }) => {
      const row = rowOf.get(series);
      const since = row === undefined ? Number.NaN : (from[row] ?? Number.NaN);
      return { values, at: (row ?? 0) * dims, from: Number.isNaN(since) ? Number.POSITIVE_INFINITY : periodsBetween(span.first, since, frequency) };
    });
  }

  function each(series: string, use: (origins: Origins) => void): void {
    const [long, short] = [history.long.of(series), history.short.of(series)];
    if (long === undefined || short === undefined || short.first > span.last) return;
    const period = Math.max(0, periodsBetween(span.first, short.first, frequency));
    const count = periods - period;
    const begin = starts[period] ?? span.first;
    const [longAt, shortAt] = [periodsBetween(long.first, begin, frequency), periodsBetween(short.first, begin, frequency)];
    const { columns, length } = short;
    copyOrNaN(sales, long.columns.y, longAt - reach.sales, reach.sales + count, long.length);
    copyOrNaN(target, columns.y, shortAt, count + horizon, length);
    copyOrNaN(actual, columns.yRaw, shortAt, count + horizon, length);
    // What is unknown, or was closed, is not learnt from, whatever it was filled with.
    for (let i = 0; i < count + horizon; i += 1) if (Number.isNaN(actual[i]) || isFilled(columns.touched[shortAt + i] ?? 0)) target[i] = Number.NaN;
    copyOrNaN(price, columns.price, shortAt - reach.recent, reach.recent + count, length);
    copyOrNaN(lines, columns.lines, shortAt - reach.recent, reach.recent + count, length);
    copyOrNaN(largest, columns.largest, shortAt - reach.recent, reach.recent + count, length);
    const numbers = productNumbers(series);
    const written = reviews?.rowsOf.get(series);
    const stretch = (from: number, origins: number): void => use({
      count: origins, period: period + from, sales, salesAt: reach.sales + from, target, actual, targetAt: from,
      price, lines, largest, recentAt: reach.recent + from,
      age: columns.age, sinceSale: columns.sinceSale, known: columns.known, total: columns.total, ownAt: shortAt + from,
      products: numbers,
      ...(reviews && written && { reviews: { history: reviews, from: written[0], to: written[1], period: before + period + from } }),
    });
    const flags = history.touched?.of(series);
    if (flags === undefined) {
      stretch(0, count);
      return;
    }
    copyOrNaN(touched, flags.columns.touched, longAt - reach.sales, reach.sales + count, flags.length);
    eachSettledStretch({ sales, touched, first: reach.sales, count, longest: settled }, (at, origins) => { stretch(at - reach.sales, origins); });
  }
  return { each, starts };
}
