import { BadInput } from '../../../contracts/failure.ts';
import type { Pipeline, Sources } from '../../../contracts/pipeline.schema.ts';
import { alignmentOf, dayOfStart, type PeriodLength, startOfIso } from '../../../domain/calendar.ts';
import { completePeriods } from '../../../domain/cleaning/complete-periods.ts';
import { refuseShortHistory } from '../clean/history-check.ts';
import { counted, numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';
import { createOwners, joinProducts, type JoinedProducts, type ProductFacts } from './join-products.ts';
import { joinReviews } from './join-reviews.ts';
import type { SpanFacts } from './write-span.ts';

export interface JoinSpansRequest {
  readonly sources: Sources;
  /** Oldest first. */
  readonly spans: readonly (SpanFacts & { readonly index: string })[];
  /** In the order of their addresses. */
  readonly products: readonly ProductFacts[];
  /** Path of what became of the names of media, see `joinProducts`. */
  readonly media?: string;
  /** Of each file of reviews: path, see `readReviews`. */
  readonly reviews: readonly string[];
  /** What filters and returns removed, over all files without a kept row. */
  readonly removed: readonly { readonly by: string; readonly rows: number }[];
  readonly frequency: Pipeline['frequency'];
  readonly horizon: number;
  readonly folds: number;
  readonly step?: number;
  readonly gap?: number;
  readonly outFolder: string;
}

export interface JoinedSpans extends Partial<JoinedProducts> {
  readonly rows: number;
  readonly keptRows: number;
  /** Series with kept rows. */
  readonly series: number;
  /** ISO timestamps of the first and last kept row. */
  readonly from: string;
  readonly to: string;
  /** Path of the table documented on `Snapshot`. */
  readonly reviews?: string;
}

/** Looks at the parts of a snapshot as a whole: refuses what nothing can be learnt from, and finds what is known of its series besides. */
export async function joinSpans(session: Session, request: JoinSpansRequest): Promise<JoinedSpans> {
  const { sources, spans, products, media, frequency, horizon, folds, step, gap, outFolder } = request;
  const { uri, columns: { series: keys } } = sources.sales;
  const [rows, keptRows] = [sum(spans, (span) => span.rows), sum(spans, (span) => span.keptRows)];
  if (rows === 0) throw new BadInput(`${uri}: the file has a header but no rows; export it again`);
  const [from, to] = [spans.map((span) => span.from ?? '').filter((time) => time !== '').sort()[0], spans.map((span) => span.to ?? '').sort().at(-1)];
  if (keptRows === 0 || from === undefined || to === undefined) throw new BadInput(`${uri}: ${nothingKept(rows, request.removed)}`);

  refuseLaterDays(sources, spans, frequency);

  const periods = completePeriods(timesOf(spans, { from, to, frequency }), frequency);
  refuseShortHistory({
    where: uri, frequency, horizon, folds, ...(step !== undefined && { step }), ...(gap !== undefined && { gap }), periods: periods.count,
    from: dayOfStart(periods.from, frequency), to: dayOfStart(periods.to, frequency),
  });

  await session.run(`CREATE OR REPLACE TEMP TABLE all_series AS SELECT series, min(first) AS first, max(last) AS last FROM ${parquetFiles(spans.map(({ index }) => index))} GROUP BY series`);
  const found = await session.row('SELECT count(*) AS series, count(*) FILTER (first < last) AS lasting FROM all_series');
  const series = numberIn(found, 'series');
  if (found['lasting'] === 0) {
    const column = typeof keys === 'string' ? keys : keys.join('", "');
    const what = series === 1 ? 'the only series has' : `each of ${counted(series)} series has`;
    throw new BadInput(`${uri}, column "${column}": ${what} sales on a single day, which nothing can be learnt from; name the column that tells products apart (columns.series), or give a longer history`);
  }
  await createOwners(session, { files: products, isComposite: typeof keys !== 'string' && keys.length > 1 });
  const joined = sources.products === undefined || products.length === 0
    ? {}
    : await joinProducts(session, { products: sources.products, files: products, outFolder, ...(media !== undefined && { media }) });
  const reviews = sources.reviews === undefined || request.reviews.length === 0 ? {} : { reviews: await joinReviews(session, { reviews: sources.reviews, files: request.reviews, outFolder }) };
  return { rows, keptRows, series, from, to, ...joined, ...reviews };
}

function nothingKept(rows: number, removed: JoinSpansRequest['removed']): string {
  const by = new Map<string, number>();
  for (const one of removed) by.set(one.by, (by.get(one.by) ?? 0) + one.rows);
  const reasons = [...by].map(([what, count]) => `${what}: ${counted(count)}`).join('; ');
  return `the filters leave none of ${counted(rows)} rows${reasons === '' ? '' : ` (removed by ${reasons})`}; loosen them`;
}

/** Dates without a time of day would all fall to the day before. */
function refuseLaterDays({ sales: { uri, columns } }: Sources, spans: readonly SpanFacts[], frequency: PeriodLength): void {
  const isMidnight = (time: string | undefined): boolean => time === undefined || /[T ]00:00(?::00(?:\.0+)?)?$/.test(time);
  if (alignmentOf(frequency).minutes === 0 || !spans.every(({ from, to }) => isMidnight(from) && isMidnight(to))) return;
  throw new BadInput(`${uri}, column "${columns.time}": no row has a time of day, so days can't begin at ${frequency.split('@')[1] ?? ''}; set frequency: ${frequency.split('@')[0] ?? ''}`);
}

/** The days with kept rows; for hours, all hours from the first kept row to the last one of which a day has rows. */
function timesOf(spans: readonly SpanFacts[], { from, to, frequency }: { readonly from: string; readonly to: string; readonly frequency: PeriodLength }): readonly number[] {
  const days = [...new Set(spans.flatMap((span) => span.days))].sort((a, b) => a - b);
  if (frequency !== 'hour') return days;
  const hourOf = (time: string): number => startOfIso(`${time.slice(0, 13)}:00`, 'hour') ?? Number.NaN;
  const [first, last] = [hourOf(from), hourOf(to)];
  return days.flatMap((day) => Array.from({ length: 24 }, (_, hour) => 24 * day + hour)).filter((hour) => hour >= first && hour <= last);
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0);
