import { addPeriods, dayOfIso, isoOfStart, type PeriodLength, startOfDay } from '../../../domain/calendar.ts';
import { isFilled, touchedCodes } from '../../../domain/cleaning/touched.ts';

export interface PanelRow {
  readonly series: string;
  /** Period number from the first one. */
  readonly t: number;
  /** NaN: unknown. */
  readonly yRaw: number;
  readonly y: number;
  readonly price: number | undefined;
  readonly lines: number;
  readonly largest: number;
  /** See `touchedCodes`; that of an unknown period where `yRaw` is unknown, else 0. */
  readonly touched?: number;
}

const firstMonday = dayOfIso('2022-01-03') ?? Number.NaN;
const firstOfMonth = dayOfIso('2015-01-01') ?? Number.NaN;

/** Start of a period of these panels: its first day, for hours its hour. */
export const startOf = (t: number, frequency: PeriodLength = 'week'): number => addPeriods(startOfDay(frequency === 'month' ? firstOfMonth : firstMonday, frequency), t, frequency);

/** ISO date of a period of these panels. */
export const dateOf = (t: number, frequency: PeriodLength = 'week'): string => isoOfStart(startOf(t, frequency), frequency);

/** Series that start at different periods and sell now and then; the same seed gives the same rows. */
export function somePanel({ series = 3, periods = 40, seed = 1 }: { series?: number; periods?: number; seed?: number } = {}): PanelRow[] {
  let state = seed;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Array.from({ length: series }, (_, s) => s).flatMap((s) => {
    const start = (s * 5) % 17;
    let price: number | undefined;
    return Array.from({ length: periods - start }, (_, i) => {
      const sold = random() < 0.4 ? 0 : Math.round(random() * 40);
      if (sold > 0) price = Math.round(100 + random() * 400) / 100;
      return { series: `s${s}`, t: start + i, yRaw: sold, y: Math.min(sold, 30), price, lines: Math.ceil(sold / 7), largest: Math.min(7, sold) };
    });
  });
}

/** What a panel tells about the history of each of its rows; the rows are sorted by (series, t). */
export interface HistoryRow extends PanelRow {
  readonly touched: number;
  readonly age: number;
  /** NaN before the first sale. */
  readonly sinceSale: number;
  readonly known: number;
  readonly total: number;
}

export function withHistory(rows: readonly PanelRow[]): HistoryRow[] {
  const state = new Map<string, { age: number; sinceSale: number; known: number; total: number }>();
  return rows.map((row) => {
    const { age, sinceSale, known, total } = state.get(row.series) ?? { age: -1, sinceSale: Number.NaN, known: 0, total: 0 };
    const touched = row.touched ?? (Number.isNaN(row.yRaw) ? touchedCodes.unknown : touchedCodes.none);
    const isKnown = !isFilled(touched) && !Number.isNaN(row.y);
    const next = { age: age + 1, sinceSale: row.y > 0 ? 0 : sinceSale + 1, known: known + (isKnown ? 1 : 0), total: total + (isKnown ? row.y : 0) };
    state.set(row.series, next);
    return { ...row, ...next, touched };
  });
}
