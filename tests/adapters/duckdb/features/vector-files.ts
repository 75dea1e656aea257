import { addPeriods, isoOfStart, type PeriodLength } from '../../../../domain/calendar.ts';
import { startOf } from '../../../domain/features/some-panel.ts';
import type { SomeReview } from '../../../domain/features/some-reviews.ts';
import { query, type Scratch } from '../scratch.ts';

/** Noon of the second day of a period of the test panels. */
export function momentIn(period: number, frequency: PeriodLength = 'week'): string {
  return `${isoOfStart(addPeriods(startOf(period, frequency), 0, frequency) + 1, frequency).slice(0, 10)}T12:00:00`;
}

export interface ProductVector {
  readonly series: string;
  /** ISO timestamp; absent where nobody knows. */
  readonly knownFrom?: string;
  readonly vector: readonly number[];
}

/** Vectors as embedding hands them over: `EmbedResult` of the contracts. */
export async function writeProducts(scratch: Scratch, name: string, products: readonly ProductVector[]): Promise<string> {
  return write(scratch, name, products.map(({ series, knownFrom, vector }) => ({ series, known_from: knownFrom ?? null, vector })),
    { series: 'VARCHAR', known_from: 'TIMESTAMP', vector: `FLOAT[${String(products[0]?.vector.length ?? 1)}]` });
}

/** Reviews as embedding hands them over: `EmbedReviewsResult` of the contracts. */
export async function writeReviews(scratch: Scratch, name: string, reviews: readonly SomeReview[], frequency: PeriodLength = 'week'): Promise<string> {
  const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
  const width = Math.max(1, ...reviews.map(({ vector }) => vector.length));
  return write(scratch, name, reviews.map(({ series, period, rating, sentiment, vector }, row) => ({
    series, known_from: momentIn(period, frequency), file: 7, row: row + 1, rating: known(rating), sentiment: known(sentiment), vector: vector.length === 0 ? null : vector,
  })), { series: 'VARCHAR', known_from: 'TIMESTAMP', file: 'UBIGINT', row: 'UBIGINT', rating: 'DOUBLE', sentiment: 'FLOAT', vector: `FLOAT[${String(width)}]` });
}

async function write({ file, folder }: Scratch, name: string, rows: readonly object[], columns: Readonly<Record<string, string>>): Promise<string> {
  const json = await file(`${name}.json`, rows.map((row) => JSON.stringify(row)).join('\n'));
  const types = Object.entries(columns).map(([column, type]) => `${column}: '${type}'`).join(', ');
  const out = `${folder}/${name}.parquet`;
  await query(`COPY (SELECT * FROM read_json('${json}', format = 'newline_delimited', columns = {${types}})) TO '${out}' (FORMAT parquet)`);
  return out;
}
