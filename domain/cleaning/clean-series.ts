import { type PeriodLength, unitOf } from '../calendar.ts';
import type { CleaningRules } from './cleaning-rules.ts';
import { lookBacks, reachOf, remembersCleaned } from './look-back.ts';
import { type Fill, fillOf } from './missing-values.ts';
import { OutlierWatch } from './outlier-limits.ts';
import type { PartCalendar } from './part-calendar.ts';
import { seasonalMean } from './seasonal-mean.ts';
import { SeriesHistory } from './series-history.ts';
import { isFilled, touchedCodes } from './touched.ts';

/** Periods of series that have rows, as columns; those of one series follow each other in time. */
export interface SoldPeriods {
  /** Start of the period. */
  readonly ds: Int32Array;
  /** Sum and largest of the targets that are known, and how many are. */
  readonly total: Float64Array;
  readonly largest: Float64Array;
  readonly lines: Float64Array;
  /** Rows without a target: the period's sum is unknown. */
  readonly untold: Float64Array;
  /** Price paid, NaN without one. */
  readonly price: Float64Array;
  /** Lowest stock and stock after the last row, NaN without one. */
  readonly lowStock: Float64Array;
  readonly stock: Float64Array;
}

/** Rows of a panel besides series and period; the meaning of each column is that of `CleanResult` in contracts/data.ts. NaN stands for NULL. */
export interface CleanedRows {
  readonly yRaw: Float64Array;
  readonly y: Float64Array;
  readonly price: Float64Array;
  readonly touched: Float64Array;
  readonly lines: Float64Array;
  readonly largest: Float64Array;
  readonly age: Float64Array;
  readonly sinceSale: Float64Array;
  readonly known: Float64Array;
  readonly total: Float64Array;
  readonly stock: Float64Array;
}

/** Figures of a series' newest period that the next one goes on from. */
export interface Running {
  y: number;
  price: number;
  stock: number;
  age: number;
  sinceSale: number;
  known: number;
  total: number;
}

/** The newest cleaned periods of a series, at least as many as the rules reach back (or all there are); arrays of equal length, oldest first. */
export interface CleanedTail extends Pick<CleanedRows, 'yRaw' | 'y' | 'touched'> {
  readonly newest: Running;
}

/** Where a series stands between two parts. */
export interface SeriesState {
  hasBegun: boolean;
  readonly running: Running;
  readonly history: SeriesHistory;
  readonly watch: OutlierWatch;
}

/** Takes note of a cell that was touched; `sold` is NaN where it is unknown. */
export type Note = (code: number, start: number, sold: number, used: number) => void;

/**
 * Cleans the series of a panel, period by period. A value depends on what is known of its own period and on periods before it, at most
 * `reachOf(rules)` of them besides the running figures, never on a later one: a part of a panel is the same whether it is made at once with
 * the parts before it or from their files.
 */
export class SeriesCleaner {
  readonly reach: number;
  readonly #rules: CleaningRules;
  readonly #frequency: PeriodLength;
  readonly #fill: Fill;
  readonly #remembers: boolean;

  constructor(rules: CleaningRules, frequency: PeriodLength) {
    this.#rules = rules;
    this.#frequency = frequency;
    this.reach = reachOf(rules, frequency);
    this.#fill = fillOf(rules.missing, frequency);
    this.#remembers = remembersCleaned(rules);
  }

  /** A series without a past, or with one that was cleaned before. */
  begin(tail?: CleanedTail): SeriesState {
    const history = new SeriesHistory(this.reach, this.#remembers);
    const count = tail === undefined ? 0 : Math.min(tail.yRaw.length, this.reach);
    history.reserve(count);
    for (let i = (tail?.yRaw.length ?? 0) - count; tail !== undefined && i < tail.yRaw.length; i += 1) {
      history.push(tail.yRaw[i] ?? Number.NaN, tail.y[i] ?? Number.NaN, isObserved(tail.touched[i] ?? 0));
    }
    const nothing: Running = { y: Number.NaN, price: Number.NaN, stock: Number.NaN, age: -1, sinceSale: Number.NaN, known: 0, total: 0 };
    return {
      hasBegun: tail !== undefined,
      running: { ...(tail?.newest ?? nothing) },
      history,
      watch: new OutlierWatch(this.#rules.outliers, lookBacks[unitOf(this.#frequency)], count),
    };
  }

  /**
   * Cleans the periods of `calendar` that come from the series' first sale on, and moves the state behind them.
   * @param sold the series' rows are `low … high − 1`; those before the calendar only tell price, stock and that the series has begun
   * @param into receives the rows from `at` on
   * @returns how many rows: always the last ones of the calendar
   */
  clean(state: SeriesState, { sold, low, high, calendar, into, at, note }: {
    readonly sold: SoldPeriods; readonly low: number; readonly high: number; readonly calendar: PartCalendar; readonly into: CleanedRows; readonly at: number; readonly note: Note;
  }): number {
    const { running, history, watch } = state;
    const { starts } = calendar;
    let row = low;
    for (; row < high && (sold.ds[row] ?? 0) < (starts[0] ?? 0); row += 1) {
      state.hasBegun ||= (sold.lines[row] ?? 0) > 0;
      if (state.hasBegun) carryOn(running, sold, row);
    }
    watch.shift(history.reserve(starts.length));
    let out = at;
    for (let i = 0; i < starts.length; i += 1) {
      const start = starts[i] ?? 0;
      const hasRow = row < high && sold.ds[row] === start;
      state.hasBegun ||= hasRow && (sold.lines[row] ?? 0) > 0;
      if (state.hasBegun) {
        const code = this.#cleanPeriod(state, hasRow ? row : -1, { sold, isClosed: calendar.closed[i] === 1, isSpared: calendar.spared[i] === 1 });
        const yRaw = history.sold[history.length - 1] ?? Number.NaN;
        if (code !== touchedCodes.none) note(code, start, yRaw, running.y);
        into.yRaw[out] = yRaw;
        into.y[out] = running.y;
        into.price[out] = running.price;
        into.touched[out] = code;
        into.lines[out] = hasRow ? (sold.lines[row] ?? 0) : 0;
        into.largest[out] = hasRow && (sold.lines[row] ?? 0) > 0 ? (sold.largest[row] ?? 0) : 0;
        into.age[out] = running.age;
        into.sinceSale[out] = running.sinceSale;
        into.known[out] = running.known;
        into.total[out] = running.total;
        into.stock[out] = running.stock;
        out += 1;
      }
      if (hasRow) row += 1;
    }
    watch.follow(history.sold, history.length);
    return out - at;
  }

  /** @param row −1 without one @returns the code of what was done */
  #cleanPeriod({ running, history, watch }: SeriesState, row: number, { sold, isClosed, isSpared }: { readonly sold: SoldPeriods; readonly isClosed: boolean; readonly isSpared: boolean }): number {
    const { outliers, stockouts, gaps } = this.#rules;
    const at = history.length;
    const hasRow = row >= 0;
    const ranOut = stockouts === 'censored' && (hasRow ? (sold.lowStock[row] ?? Number.NaN) : running.stock) <= 0;
    if (hasRow) carryOn(running, sold, row);

    const total = hasRow ? (sold.total[row] ?? Number.NaN) : 0;
    let code: number = touchedCodes.none;
    // Whoever sold on a closed day was not closed.
    if (isClosed && !(total > 0 || total < 0)) code = touchedCodes.closed;
    else if (hasRow && (sold.untold[row] ?? 0) > 0) code = touchedCodes.unknown;
    else if (!hasRow) code = gaps === 'no-sale' ? touchedCodes.noSale : gaps === 'closed' ? touchedCodes.closed : touchedCodes.unknown;

    const yRaw = isFilled(code) ? Number.NaN : total;
    history.sold[at] = yRaw;
    let y = yRaw;
    if (!isFilled(code)) {
      watch.judge(history.sold, at);
      const limit = isSpared ? Number.NaN : yRaw > watch.high ? watch.high : yRaw < watch.low ? watch.low : Number.NaN;
      if (!Number.isNaN(limit)) {
        code = outliers.action === 'remove' ? touchedCodes.removed : touchedCodes.outlier;
        if (outliers.action === 'clip') y = limit;
      } else if (yRaw < 0) code = touchedCodes.returned;
      y = Math.max(0, y);
      if (ranOut && code !== touchedCodes.removed) {
        const { demandStep, demandPeriods } = lookBacks[unitOf(this.#frequency)];
        // Sales of a period without stock are a lower bound of demand (Wecker 1978); what the same place of recent seasons sold is taken where it is more.
        const expected = seasonalMean(history.observed, at, demandStep, demandPeriods);
        if (expected > y) {
          y = expected;
          code = touchedCodes.stockOut;
        }
      }
    }
    if (isFilled(code)) y = this.#fill({ observed: history.observed, y: history.y, newest: running.y }, at);

    history.push(yRaw, y, isObserved(code));
    running.y = y;
    running.age += 1;
    running.sinceSale = yRaw > 0 ? 0 : running.sinceSale + 1;
    if (!isFilled(code)) {
      running.known += 1;
      running.total += y;
    }
    return code;
  }
}

/** An estimate of demand is no observation either: nothing else is estimated from it. */
function isObserved(code: number): boolean {
  return !isFilled(code) && code !== touchedCodes.stockOut;
}

function carryOn(running: Running, sold: SoldPeriods, row: number): void {
  const [price, stock] = [sold.price[row] ?? Number.NaN, sold.stock[row] ?? Number.NaN];
  if (!Number.isNaN(price)) running.price = price;
  if (!Number.isNaN(stock)) running.stock = stock;
}
