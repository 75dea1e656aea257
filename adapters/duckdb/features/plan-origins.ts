import { createHash } from 'node:crypto';

import type { FeaturesInput } from '../../../contracts/data.ts';
import type { ModalityVectors, ReviewVectors } from '../../../contracts/embedding.ts';
import type { Cutoffs } from '../../../contracts/features.ts';
import { addPeriods, dayOfStart, isoOfStart, type PeriodLength, periodsBetween, startUnit, unitOf } from '../../../domain/calendar.ts';
import { rollingCutoffs } from '../../../domain/cutoffs.ts';
import { type FeaturePlan, planFeatures } from '../../../domain/features/feature-plan.ts';
import { type OriginSpan, originSpans } from '../../../domain/features/origin-spans.ts';
import type { ProductBlock } from '../../../domain/features/product-block.ts';
import { reachOf } from '../../../domain/features/reach.ts';
import type { ReviewHistory } from '../../../domain/features/review-history.ts';
import { reviewSettings } from '../../../domain/features/vector-features.ts';
import { refuseShortHistory } from '../clean/history-check.ts';
import { startNumberSql } from '../period-start.ts';
import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { exactSum, parquetFiles } from '../sql-text.ts';
import { digestsOfProducts, digestsOfReviews } from './known-digests.ts';
import { reduceProducts } from './product-vectors.ts';
import { readReviews } from './review-vectors.ts';

export interface OriginPlanRequest extends Omit<FeaturesInput, 'context' | 'panel' | 'modalities' | 'reviews' | 'minHistory'> {
  /** Parts of a panel, oldest first. */
  readonly panel: readonly { readonly from: string; readonly file: string }[];
  /** With the path of their vectors. */
  readonly modalities?: readonly (Omit<ModalityVectors, 'vectors'> & { readonly file: string })[];
  readonly reviews?: Omit<ReviewVectors, 'vectors'> & { readonly file: string };
  readonly signal?: AbortSignal;
}

/** Everything about an origin table but its rows. */
export interface OriginPlan {
  readonly plan: FeaturePlan;
  readonly cutoffs: Cutoffs;
  /** Starts of the panel's first and last period. */
  readonly first: number;
  readonly last: number;
  readonly series: number;
  /** The series that take part, where not all do. */
  readonly chosen?: readonly string[];
  /** In the order of their columns. */
  readonly products: readonly ProductBlock[];
  readonly reviews?: ReviewHistory;
  /** Per part of the table its origins, and a digest of what they take from other than the panel. */
  readonly spans: readonly (OriginSpan & { readonly others: string })[];
}

/**
 * Which columns and which parts an origin table has. `top` keeps the series that sold most up to the first fold's cutoff; vectors known by
 * then teach how all are reduced.
 */
export async function planOrigins(session: Session, request: OriginPlanRequest): Promise<OriginPlan> {
  const { panel, modalities = [], reviews: written, frequency, horizon, folds, step, gap, window, top, missing, signal } = request;
  const extent = await extentOf(session, panel.map(({ file }) => file), frequency);
  const { first, last } = extent;
  const periods = periodsBetween(first, last, frequency) + 1;
  refuseShortHistory({
    where: 'sales', frequency, horizon, folds, ...(step !== undefined && { step }), ...(gap !== undefined && { gap }),
    periods, from: dayOfStart(first, frequency), to: dayOfStart(last, frequency),
  });

  const starts = rollingCutoffs({ last, horizon, folds, frequency, ...(step !== undefined && { step }) });
  const iso = (start: number): string => isoOfStart(start, frequency);
  const cutoffs: Cutoffs = {
    folds: starts.folds.map(iso), test: iso(starts.test), final: iso(starts.final),
    ...(gap !== undefined && gap > 0 && { gap }), ...(window !== undefined && window !== 'expanding' && { window: window.sliding }),
  };
  const firstCutoff = starts.folds[0] ?? starts.test;
  const series = await choose(session, { files: panel.map(({ file }) => file), cutoff: iso(firstCutoff), top });
  const knownBefore = iso(addPeriods(firstCutoff, 1, frequency));
  const learning = { frequency, knownBefore, chosen: new Set(series), ...(signal && { signal }) };
  const products: ProductBlock[] = [];
  for (const modality of modalities) {
    const block = await reduceProducts(session, { ...modality, ...learning });
    if (block !== undefined) products.push(block);
  }
  const halfLife = written && reviewSettings(unitOf(frequency), written.halfLife).halfLife;
  const reviews = written && halfLife !== undefined ? await readReviews(session, { ...written, ...learning, halfLife, first, last, cutoff: firstCutoff }) : undefined;

  const plan = planFeatures({
    frequency, horizon, periods, learnable: periodsBetween(first, firstCutoff, frequency) + 1, modalities: products, priced: extent.priced, lines: extent.lines,
    settles: missing === 'linear', ...(reviews && halfLife !== undefined && { reviews: { ...reviews.parts, halfLife } }),
  });
  const spans = originSpans({ parts: panel.map(({ from }) => from), frequency, first, last, horizon, reach: reachOf(plan) });
  const chosen = top === undefined ? undefined : series;
  const known = digestsOfProducts(products, spans.map((span) => span.last));
  const said = reviews && digestsOfReviews(reviews.history, spans.map((span) => periodsBetween(first, span.last, frequency)));
  return {
    plan, cutoffs, first, last, series: series.length, products,
    spans: spans.map((span, i) => ({ ...span, others: digestOf([chosen ?? [], known[i] ?? '', said?.[i] ?? '']) })),
    ...(reviews && { reviews: reviews.history }), ...(chosen !== undefined && { chosen }),
  };
}

const digestOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** First and last period lie in the first and last part; a price that is known once stays known; every series goes on until the last period. */
async function extentOf(session: Session, files: readonly string[], frequency: PeriodLength): Promise<{ readonly first: number; readonly last: number; readonly priced: boolean; readonly lines: boolean }> {
  const number = (start: string): string => startNumberSql(start, startUnit(frequency));
  const [oldest, newest] = [parquetFiles(files.slice(0, 1)), parquetFiles(files.slice(-1))];
  const found = await session.row(`
    SELECT (SELECT ${number('min(ds)')} FROM ${oldest}) AS low, (SELECT ${number('max(ds)')} FROM ${newest}) AS high,
           EXISTS (SELECT 1 FROM ${newest} WHERE price IS NOT NULL) AS priced, EXISTS (SELECT 1 FROM ${parquetFiles(files)} WHERE lines > 1) AS several`);
  return { first: numberIn(found, 'low'), last: numberIn(found, 'high'), priced: found['priced'] === true, lines: found['several'] === true };
}

/** Fills the temporary table `chosen` with the series that take part, in the order of the panel; returns them. */
async function choose(session: Session, { files, cutoff, top }: { readonly files: readonly string[]; readonly cutoff: string; readonly top: number | undefined }): Promise<readonly string[]> {
  // All series are in the newest part.
  const all = `SELECT DISTINCT series FROM ${parquetFiles(files.slice(-1))}`;
  const most = `SELECT series FROM ${parquetFiles(files)} WHERE ds <= CAST($cutoff AS TIMESTAMP) GROUP BY series ORDER BY ${exactSum('y_raw')} DESC, series LIMIT CAST($top AS BIGINT)`;
  await session.run(`CREATE OR REPLACE TEMP TABLE chosen AS ${top === undefined ? all : most}`, top === undefined ? {} : { cutoff, top });
  return (await session.rows('SELECT series FROM chosen ORDER BY series')).map((row) => textIn(row, 'series'));
}
