import { addPeriods, type PeriodLength, unitOf } from '../../../domain/calendar.ts';
import type { CleaningRules } from '../../../domain/cleaning/cleaning-rules.ts';
import { ridgePrediction } from '../../../domain/cleaning/ridge.ts';
import { calendarOf, firstStart, type Noted, type SoldRow } from './some-sales.ts';

// The definitions of the cleaning rules, period by period, on arrays that are sorted anew each time. Slow, and nothing else.

const memoryOf = { hour: 28 * 24, day: 364, week: 52, month: 24 } as const;
const seasonOf = { hour: 168, day: 7, week: 52, month: 12 } as const;
const seasonsOf = { hour: 4, day: 8, week: 1, month: 2 } as const;
const demandOf = { hour: [168, 4], day: [7, 8], week: [1, 8], month: [1, 6] } as const;
const recentOf = { hour: 24, day: 7, week: 4, month: 3 } as const;

const isKnown = (value: number): boolean => !Number.isNaN(value);
const ascending = (values: readonly number[]): number[] => values.filter(isKnown).sort((a, b) => a - b);
const meanOf = (values: readonly number[]): number => { const known = values.filter(isKnown); return known.reduce((sum, value) => sum + value, 0) / known.length; };

/** Linearly interpolated between order statistics (Hyndman & Fan 1996, type 7). */
export function quantile(values: readonly number[], level: number): number {
  const sorted = ascending(values);
  const h = (sorted.length - 1) * level;
  const [below, above] = [sorted[Math.floor(h)] ?? Number.NaN, sorted[Math.ceil(h)] ?? Number.NaN];
  return below + (above - below) * (h - Math.floor(h));
}

export function medianOf(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? (sorted[Math.floor(middle)] ?? Number.NaN) : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Median of the absolute deviations from the median. */
export function madOf(values: readonly number[]): number {
  const median = quantile(values, 0.5);
  return medianOf(values.filter(isKnown).map((value) => Math.abs(value - median)));
}

/** Values before `at`, oldest first, at most `count`. */
const before = (values: readonly number[], at: number, count: number): number[] => values.slice(Math.max(0, at - count), at);
const everyNth = (values: readonly number[], at: number, step: number, count: number): number[] => Array.from({ length: count }, (_, k) => values[at - (k + 1) * step] ?? Number.NaN);

/** The limits that hold at position `at`. */
export function limitsAt(sold: readonly number[], at: number, { method, factor, sides }: CleaningRules['outliers'], frequency: PeriodLength): readonly [low: number, high: number] {
  const expected = (i: number): number => meanOf(everyNth(sold, i, seasonOf[unitOf(frequency)], seasonsOf[unitOf(frequency)]));
  const past = before(sold, at, memoryOf[unitOf(frequency)]);
  const residuals = method === 'seasonal-residual' ? past.map((value, i) => value - expected(at - past.length + i)) : [];
  const [low, high, spread, values] = ((): readonly [number, number, number, readonly number[]] => {
    const mean = meanOf(past);
    switch (method) {
      case 'none': return [Number.NaN, Number.NaN, 0, []];
      case 'iqr': return [quantile(past, 0.25), quantile(past, 0.75), quantile(past, 0.75) - quantile(past, 0.25), past];
      case 'z-score': return [mean, mean, Math.sqrt(past.filter(isKnown).reduce((sum, value) => sum + (value - mean) ** 2, 0) / (past.filter(isKnown).length - 1)), past];
      case 'robust-z': return [medianOf(past), medianOf(past), 1.4826 * madOf(past), past];
      case 'seasonal-residual': { const centre = quantile(residuals, 0.5) + expected(at); return [centre, centre, 1.4826 * madOf(residuals), residuals]; }
    }
  })();
  const varies = spread > 1e-12 * Math.max(Math.abs(low), Math.abs(high));
  if (values.filter(isKnown).length < 8 || !varies) return [Number.NaN, Number.NaN];
  return [sides === 'both' ? low - factor * spread : Number.NaN, high + factor * spread];
}

/** What is filled into position `at`: `observed` and `y` end before it. */
export function filledAt({ observed, y }: { readonly observed: readonly number[]; readonly y: readonly number[] }, at: number, { method, value = 0 }: CleaningRules['missing'], frequency: PeriodLength): number {
  const [memory, season] = [memoryOf[unitOf(frequency)], seasonOf[unitOf(frequency)]];
  const newest = y[at - 1] ?? Number.NaN;
  const known = before(observed, at, memory).filter(isKnown);
  const ofSeasons = everyNth(observed, at, season, Math.floor(memory / season)).find(isKnown) ?? newest;
  switch (method) {
    case 'drop': return Number.NaN;
    case 'constant': return value;
    case 'linear': return newest;
    case 'mean': return known.length === 0 ? newest : meanOf(known);
    case 'median': return known.length === 0 ? newest : medianOf(known);
    case 'seasonal': return ofSeasons;
    case 'predict': {
      const predictors = (i: number, seasonal: boolean): number[] => [y[i - 1] ?? Number.NaN, meanOf(before(y, i, recentOf[unitOf(frequency)])), ...(seasonal ? [y[i - season] ?? Number.NaN] : [])];
      for (const seasonal of [true, false]) {
        const rows = Array.from({ length: Math.min(at, memory) }, (_, i) => Math.max(0, at - memory) + i).filter((i) => [observed[i] ?? Number.NaN, ...predictors(i, seasonal)].every(isKnown));
        const now = predictors(at, seasonal);
        if (rows.length < 8 || !now.every(isKnown)) continue;
        const target = Float64Array.from(rows, (i) => observed[i] ?? Number.NaN);
        const columns = now.map((_, j) => Float64Array.from(rows, (i) => predictors(i, seasonal)[j] ?? Number.NaN));
        return Math.min(Math.max(...target), Math.max(0, ridgePrediction({ predictors: columns, target, rows: rows.length }, now, 0.1)));
      }
      return ofSeasons;
    }
  }
}

/** One row of the panel. */
export interface ReferenceRow {
  readonly yRaw: number;
  readonly y: number;
  readonly price: number;
  readonly touched: number;
  readonly lines: number;
  readonly largest: number;
  readonly age: number;
  readonly sinceSale: number;
  readonly known: number;
  readonly total: number;
  readonly stock: number;
}

/** Cleans one series. The codes are written as numbers: they are those of files that exist. */
export function referenceRows({ rules, frequency }: { readonly rules: CleaningRules; readonly frequency: PeriodLength }, rows: readonly (SoldRow | undefined)[]): { readonly first: number; readonly rows: readonly ReferenceRow[]; readonly notes: readonly Noted[] } {
  const first = rows.findIndex((row) => (row?.lines ?? 0) > 0);
  if (first < 0) return { first: rows.length, rows: [], notes: [] };
  const { closed, spared } = calendarOf(rules, frequency, 0, rows.length);
  const [sold, observed, y]: [number[], number[], number[]] = [[], [], []];
  const made: ReferenceRow[] = [];
  const trained: number[] = [];
  const notes: Noted[] = [];
  for (const [at, row] of rows.slice(first).entries()) {
    const period = first + at;
    const last = (name: 'price' | 'stock', to: number): number => rows.slice(first, to).findLast((one) => one !== undefined && isKnown(one[name]))?.[name] ?? Number.NaN;
    const total = row === undefined ? 0 : row.total;
    const absent = { 'no-sale': 1, closed: 3, unknown: 4 }[rules.gaps];
    let code = closed[period] === 1 && !(total > 0) && !(total < 0) ? 3 : row === undefined ? absent : row.untold > 0 ? 4 : 0;
    const isUnknown = code === 3 || code === 4;
    const yRaw = isUnknown ? Number.NaN : total;
    sold.push(yRaw);
    let value = yRaw;
    if (!isUnknown) {
      const [low, high] = spared[period] === 1 ? [Number.NaN, Number.NaN] : limitsAt(sold, at, rules.outliers, frequency);
      if (yRaw > high || yRaw < low) {
        code = rules.outliers.action === 'remove' ? 7 : 2;
        if (rules.outliers.action === 'clip') value = yRaw > high ? high : low;
      } else if (yRaw < 0) code = 6;
      value = Math.max(0, value);
      const ranOut = rules.stockouts === 'censored' && (row === undefined ? last('stock', period) : row.lowStock) <= 0;
      const demand = meanOf(everyNth(observed, at, demandOf[unitOf(frequency)][0], demandOf[unitOf(frequency)][1]));
      if (ranOut && code !== 7 && demand > value) [value, code] = [demand, 5];
    }
    if ([3, 4, 7].includes(code)) value = filledAt({ observed, y }, at, rules.missing, frequency);
    y.push(value);
    observed.push([3, 4, 5, 7].includes(code) ? Number.NaN : value);
    const sale = sold.findLastIndex((one) => one > 0);
    if (![3, 4, 7].includes(code)) trained.push(value);
    made.push({
      yRaw, y: value, price: last('price', period + 1), touched: code, lines: row?.lines ?? 0, largest: (row?.lines ?? 0) > 0 ? (row?.largest ?? 0) : 0, age: at, sinceSale: sale < 0 ? Number.NaN : at - sale,
      known: trained.length, total: trained.reduce((sum, one) => sum + one, 0), stock: last('stock', period + 1),
    });
    if (code !== 0) notes.push([code, addPeriods(firstStart(frequency), period, frequency), yRaw, value]);
  }
  return { first, rows: made, notes };
}
