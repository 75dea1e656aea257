import { isoOfStart, type PeriodLength, addPeriods } from '../../../../domain/calendar.ts';
import { query } from '../scratch.ts';

/** Sales of one product from its first period on; null where unknown. */
export interface ProductSales {
  readonly series: string;
  /** Number of its first period. */
  readonly from: number;
  readonly sold: readonly (number | null)[];
}

/** Monday, 1970-01-05. */
const origin = 4;

/** Start of a period: weeks are counted from 5 January 1970. */
export const weekStart = (period: number): string => isoOfStart(addPeriods(origin, period, 'week'), 'week');
export const firstWeek = origin;

/** Writes one part of a panel with the columns that a cold start reads: the periods from `first` to `last`. */
export async function writePanelPart(out: string, products: readonly ProductSales[], { first, last, frequency = 'week' }: { readonly first: number; readonly last: number; readonly frequency?: PeriodLength }): Promise<string> {
  const rows = products.flatMap(({ series, from, sold }) => sold.flatMap((value, age) => {
    const period = from + age;
    return period < first || period > last ? [] : [`('${series}', DATE '${isoOfStart(addPeriods(origin, period, frequency), frequency)}', ${value === null ? 'NULL' : String(value)}, ${String(age)})`];
  }));
  await query(`COPY (SELECT col0::VARCHAR AS series, col1 AS ds, col2::DOUBLE AS y_raw, col3::INTEGER AS age FROM (VALUES ${rows.join(', ')}) ORDER BY series, ds) TO '${out}' (FORMAT parquet)`);
  return out;
}

export interface ProductVector {
  readonly series: string;
  readonly vector: readonly number[] | null;
  /** ISO time; null where it has always been known. */
  readonly knownFrom?: string | null;
}

export async function writeVectorFile(out: string, vectors: readonly ProductVector[], width: number): Promise<string> {
  const number = (value: number): string => (Number.isNaN(value) ? "'nan'::FLOAT" : `${String(value)}::FLOAT`);
  const rows = vectors.map(({ series, vector, knownFrom = null }) =>
    `('${series}', ${knownFrom === null ? 'NULL::TIMESTAMP' : `TIMESTAMP '${knownFrom}'`}, ${vector === null ? 'NULL' : `[${vector.map(number).join(', ')}]`}::FLOAT[${String(width)}])`);
  await query(`COPY (SELECT col0 AS series, col1 AS known_from, col2 AS vector, 'x' AS sha256 FROM (VALUES ${rows.join(', ')}) ORDER BY series) TO '${out}' (FORMAT parquet)`);
  return out;
}

export async function writeStaticsFile(out: string, names: readonly string[], rows: readonly { readonly series: string; readonly knownFrom?: string; readonly values: readonly (string | null)[] }[]): Promise<string> {
  const text = (value: string | null): string => (value === null ? 'NULL::VARCHAR' : `'${value}'`);
  const values = rows.map(({ series, knownFrom, values: own }) => `('${series}', ${knownFrom === undefined ? "TIMESTAMP '1970-01-01'" : `TIMESTAMP '${knownFrom}'`}, ${own.map(text).join(', ')})`);
  await query(`COPY (SELECT col0 AS series, col1 AS known_from, ${names.map((name, i) => `col${String(i + 2)} AS "${name}"`).join(', ')} FROM (VALUES ${values.join(', ')}) ORDER BY series) TO '${out}' (FORMAT parquet)`);
  return out;
}
