import fc from 'fast-check';
import { addPeriods, dayOfIso, type PeriodLength, type PeriodUnit, startOfDay, unitOf } from '../../../domain/calendar.ts';
import { type CleanedRows, type CleanedTail, SeriesCleaner, type SeriesState, type SoldPeriods } from '../../../domain/cleaning/clean-series.ts';
import type { CleaningRules } from '../../../domain/cleaning/cleaning-rules.ts';
import { type PartCalendar, partCalendar } from '../../../domain/cleaning/part-calendar.ts';

export const frequencies: readonly PeriodLength[] = ['hour', 'day', 'week', 'month', 'day@04:00', 'week-sunday', 'month-26'];
export const allMethods = {
  gaps: ['no-sale', 'closed', 'unknown'],
  missing: ['mean', 'median', 'linear', 'seasonal', 'predict', 'constant', 'drop'],
  outliers: ['iqr', 'z-score', 'robust-z', 'seasonal-residual', 'none'],
  action: ['clip', 'mark', 'remove'],
  sides: ['upper', 'both'],
  stockouts: ['censored', 'ignore'],
} as const;

/** What the data of these tests are: rules, and rows that a seed stands for. */
export interface SomeSales {
  readonly rules: CleaningRules;
  readonly frequency: PeriodLength;
  readonly seed: number;
  readonly periods: number;
}

export const anyRules: fc.Arbitrary<CleaningRules> = fc.record({
  gaps: fc.constantFrom(...allMethods.gaps),
  closed: fc.option(fc.record({ weekdays: fc.subarray(['monday', 'sunday']), dates: fc.subarray(['2022-01-05', '2022-01-11', '2022-02-01', '2022-02-02']) }), { nil: undefined }),
  missing: fc.record({ method: fc.constantFrom(...allMethods.missing), value: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }) }),
  outliers: fc.record({
    method: fc.constantFrom(...allMethods.outliers), action: fc.constantFrom(...allMethods.action), factor: fc.constantFrom(0.5, 1.5, 3), sides: fc.constantFrom(...allMethods.sides),
    except: fc.subarray(['2022-01-12', '2022-02-03', '2022-03-01']),
  }),
  stockouts: fc.constantFrom(...allMethods.stockouts),
});

/** Longer than any rule reaches back in one of four, else short. */
export const anySales: fc.Arbitrary<SomeSales> = fc.record({ rules: anyRules, frequency: fc.constantFrom(...frequencies), seed: fc.integer({ min: 1, max: 1_000_000 }), size: fc.double({ min: 0, max: 1, noNaN: true }), long: fc.nat(3) })
  .map(({ size, long, frequency, ...rest }) => ({ ...rest, frequency, periods: Math.max(1, Math.round(size * (long === 0 ? longest[unitOf(frequency)] : 60))) }));

const longest: Readonly<Record<PeriodUnit, number>> = { hour: 1500, day: 600, week: 240, month: 90 };

export type Random = () => number;

export function randomFrom(seed: number): Random {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** A period of a series that has rows. */
export interface SoldRow {
  readonly total: number;
  readonly largest: number;
  readonly lines: number;
  readonly untold: number;
  readonly price: number;
  readonly lowStock: number;
  readonly stock: number;
}

/** A period in which so much was sold in one row. */
export const soldRow = (total: number, more: Partial<SoldRow> = {}): SoldRow =>
  ({ total, largest: total, lines: Number.isNaN(total) ? 0 : 1, untold: Number.isNaN(total) ? 1 : 0, price: Number.NaN, lowStock: Number.NaN, stock: Number.NaN, ...more });

/** Periods without rows (undefined) one by one and in stretches, unknown ones, zeros, returns, seasons, levels that change, spikes, prices and stock that runs out. */
export function someRows(random: Random, count: number): (SoldRow | undefined)[] {
  const [level, fraction, quiet, untold, minus, spike, stocked] = [10 ** (random() * 3), random() < 0.3, random() * 0.5, random() * 0.15, random() * 0.1, random() * 0.1, random() < 0.5];
  let absent = 0;
  let current = level;
  return Array.from({ length: count }, (_, i) => {
    if (absent === 0 && random() < 0.03) absent = 1 + Math.floor(random() * (random() < 0.2 ? count : 20));
    if (random() < 0.02) current = level * (0.2 + 3 * random());
    if (absent > 0) {
      absent -= 1;
      return undefined;
    }
    if (random() < quiet * 0.6) return undefined;
    const amount = current * (0.5 + random()) * (1 + 0.5 * Math.sin(i)) * (random() < spike ? 20 * random() : 1);
    const sign = random() < minus ? -1 : random() < quiet ? 0 : 1;
    const total = sign * (fraction ? amount / 7 : Math.round(amount));
    const price = random() < 0.3 ? Number.NaN : 1 + Math.round(random() * 20) / 4;
    const stock = stocked && random() < 0.7 ? Math.floor(random() * 4) : Number.NaN;
    const more = { price, stock, lowStock: Number.isNaN(stock) ? stock : random() < 0.3 ? 0 : stock };
    if (random() >= untold) return soldRow(total, { ...more, lines: 1 + Math.floor(random() * 3) });
    return soldRow(random() < 0.5 ? Number.NaN : total, { ...more, untold: 1 });
  });
}

/** Start of the first period of these series: late in a year, so that weeks and months run over its end. */
export function firstStart(frequency: PeriodLength): number {
  return startOfDay(dayOfIso('2021-12-01') ?? Number.NaN, frequency);
}

export function soldOf(rows: readonly (SoldRow | undefined)[], frequency: PeriodLength): SoldPeriods {
  const there = [...rows.entries()].flatMap(([i, row]) => (row === undefined ? [] : [{ ...row, ds: addPeriods(firstStart(frequency), i, frequency) }]));
  const column = (name: keyof SoldRow): Float64Array => Float64Array.from(there, (row) => row[name]);
  return {
    ds: Int32Array.from(there, ({ ds }) => ds), total: column('total'), largest: column('largest'), lines: column('lines'), untold: column('untold'), price: column('price'), lowStock: column('lowStock'),
    stock: column('stock'),
  };
}

/** Calendar of the periods `from … to − 1` of these series. */
export function calendarOf(rules: CleaningRules, frequency: PeriodLength, from: number, to: number): PartCalendar {
  return partCalendar(rules, frequency, addPeriods(firstStart(frequency), from, frequency), addPeriods(firstStart(frequency), to - 1, frequency));
}

export const columnNames = ['yRaw', 'y', 'price', 'touched', 'lines', 'largest', 'age', 'sinceSale', 'known', 'total', 'stock'] as const satisfies readonly (keyof CleanedRows)[];

function emptyRows(count: number): CleanedRows {
  const column = (): Float64Array => new Float64Array(count);
  return {
    yRaw: column(), y: column(), price: column(), touched: column(), lines: column(), largest: column(), age: column(), sinceSale: column(), known: column(), total: column(), stock: column(),
  };
}

/** A touched cell, as `note` is told. */
export type Noted = readonly [code: number, start: number, sold: number, used: number];

export interface Cleaned {
  /** Period of the first row. */
  readonly first: number;
  readonly rows: CleanedRows;
  readonly notes: readonly Noted[];
}

export interface Making {
  /** Periods that later parts begin with, ascending. */
  readonly bounds?: readonly number[];
  /** Whether a part goes on from the rows before it; `spare` more of them are told than the rules reach back. Else from the state that is kept. */
  readonly fromRows?: (part: number) => boolean;
  readonly spare?: number;
  /** Periods before the first part: their rows tell prices, stock and that the series has begun. */
  readonly before?: number;
}

/** Cleans one series, at once or in parts. */
export function cleanRows({ rules, frequency }: Pick<SomeSales, 'rules' | 'frequency'>, rows: readonly (SoldRow | undefined)[], { bounds = [], fromRows = () => false, spare = 1, before = 0 }: Making = {}): Cleaned {
  const cleaner = new SeriesCleaner(rules, frequency);
  const into = emptyRows(rows.length);
  const notes: Noted[] = [];
  let state: SeriesState = cleaner.begin();
  let at = 0;
  for (const [part, from] of [before, ...bounds].entries()) {
    const to = bounds[part] ?? rows.length;
    // A part is given its own rows; the first one also those before it.
    const own = soldOf(rows.map((row, i) => ((part === 0 || i >= from) && i < to ? row : undefined)), frequency);
    const calendar = calendarOf(rules, frequency, from, to);
    if (part > 0 && fromRows(part)) state = at === 0 ? new SeriesCleaner(rules, frequency).begin() : new SeriesCleaner(rules, frequency).begin(tailOf(into, at, cleaner.reach + spare));
    at += cleaner.clean(state, { sold: own, low: 0, high: own.ds.length, calendar, into, at, note: (...cell) => { notes.push(cell); } });
  }
  return { first: rows.length - at, rows: Object.fromEntries(columnNames.map((name) => [name, into[name].slice(0, at)])) as unknown as CleanedRows, notes };
}

function tailOf(rows: CleanedRows, length: number, reach: number): CleanedTail {
  const from = Math.max(0, length - reach);
  const newest = (name: keyof CleanedRows): number => rows[name][length - 1] ?? Number.NaN;
  return {
    yRaw: rows.yRaw.slice(from, length), y: rows.y.slice(from, length), touched: rows.touched.slice(from, length),
    newest: { y: newest('y'), price: newest('price'), stock: newest('stock'), age: newest('age'), sinceSale: newest('sinceSale'), known: newest('known'), total: newest('total') },
  };
}
