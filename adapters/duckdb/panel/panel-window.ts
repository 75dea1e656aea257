import { addPeriods, dayOfIso, dayOfStart, type PeriodLength, periodsBetween } from '../../../domain/calendar.ts';
import type { Session } from '../session.ts';
import { type ColumnArrays, columnArrays, type PanelColumn } from './panel-columns.ts';
import { type PanelPart, readPanelPart } from './read-panel-part.ts';

/** One part of a panel as a local file. */
export interface PanelPartFile {
  /** ISO date of the first day of its span (`TablePart.from`). */
  readonly from: string;
  /** Its path; asked for only when the part is read. */
  readonly file: string | (() => Promise<string>);
}

/** Consecutive periods of one series: position 0 is the period that starts at `first`. Valid until the window moves. */
export interface SeriesWindow<C extends PanelColumn> {
  readonly series: string;
  /** Start of the oldest period held; it may lie before what was asked for. */
  readonly first: number;
  /** Periods held; the arrays may be longer. */
  readonly length: number;
  readonly columns: ColumnArrays<C>;
}

/**
 * A window on a panel that slides forward over its parts. Every part is read once, a series' periods lie in one array, and memory is that of
 * the periods covered. A series that has begun is in every later part (it goes on until the last period), so the newest part names them all.
 */
export interface PanelWindow<C extends PanelColumn> {
  /** Reads what is missing of the parts (oldest first) that hold periods from `from` to `to`, and forgets what lies before `from`. Both are starts of periods. */
  cover(session: Session, parts: readonly PanelPartFile[], range: { readonly from: number; readonly to: number }): Promise<void>;
  /** Adds the part that follows on the newest one here, as if it had been read. `from` as in `PanelPartFile`. */
  add(from: string, part: PanelPart<C>): void;
  /** Series of the newest part, in its order: all that have a period here. */
  readonly series: readonly string[];
  /** Undefined for a series without a period here. */
  of(series: string): SeriesWindow<C> | undefined;
  /** `from` of the newest part here. */
  readonly newest: string | undefined;
}

interface Held<C extends PanelColumn> {
  readonly series: string;
  first: number;
  length: number;
  capacity: number;
  columns: ColumnArrays<C>;
}

/** An empty window. @param columns what it holds of each period */
export function createPanelWindow<C extends PanelColumn>({ columns, frequency }: { readonly columns: readonly C[]; readonly frequency: PeriodLength }): PanelWindow<C> {
  const held = new Map<string, Held<C>>();
  let names: readonly string[] = [];
  let newest: string | undefined;
  let oldest = Number.NEGATIVE_INFINITY;
  /** Last period that was asked for. */
  let wanted = Number.NEGATIVE_INFINITY;

  /** Makes room for `more` periods, first by forgetting. */
  function reserve(one: Held<C>, more: number): void {
    if (one.length + more <= one.capacity) return;
    const gone = Math.min(one.length, Math.max(0, oldest === Number.NEGATIVE_INFINITY ? 0 : periodsBetween(one.first, oldest, frequency)));
    const needed = one.length - gone + more;
    const fits = needed <= one.capacity;
    const first = addPeriods(one.first, gone, frequency);
    // All that was asked for at once, or a series' arrays would move with every part that is read.
    const asked = wanted === Number.NEGATIVE_INFINITY ? 0 : periodsBetween(first, wanted, frequency) + 1 + more;
    const capacity = fits ? one.capacity : Math.max(Math.ceil(needed * 1.25), asked);
    const target = fits ? one.columns : columnArrays(columns, capacity);
    for (const column of columns) {
      if (fits) target[column].copyWithin(0, gone, one.length);
      else target[column].set(one.columns[column].subarray(gone, one.length));
    }
    one.capacity = capacity;
    one.columns = target;
    one.first = first;
    one.length -= gone;
  }

  function add(from: string, part: PanelPart<C>): void {
    part.series.forEach((series, i) => {
      const [low, high] = [part.offsets[i] ?? 0, part.offsets[i + 1] ?? 0];
      const first = part.ds[low] ?? Number.NaN;
      const one = held.get(series) ?? { series, first, length: 0, capacity: 0, columns: columnArrays(columns, 0) };
      if (one.length === 0) one.first = first;
      else if (periodsBetween(one.first, first, frequency) !== one.length) throw new RangeError(`panel part ${from}: series ${series} does not go on where the part before ends`);
      held.set(series, one);
      reserve(one, high - low);
      for (const column of columns) one.columns[column].set(part.columns[column].subarray(low, high), one.length);
      one.length += high - low;
    });
    if (names.length > 0 && part.series.length < names.length) throw new RangeError(`panel part ${from}: a series of the part before is missing`);
    names = part.series;
    newest = from;
  }

  return {
    async cover(session, parts, { from, to }) {
      oldest = Math.max(oldest, from);
      wanted = Math.max(wanted, to);
      const [low, high] = [dayOfStart(from, frequency), dayOfStart(to, frequency)];
      for (const [i, { from: span, file }] of parts.entries()) {
        if (newest !== undefined && span <= newest) continue;
        const next = parts[i + 1]?.from;
        const isBefore = next !== undefined && (dayOfIso(next) ?? Number.NaN) <= low;
        const isAfter = (dayOfIso(span) ?? Number.NaN) > high;
        if (isBefore || isAfter) continue;
        add(span, await readPanelPart(session, typeof file === 'string' ? file : await file(), { columns, frequency }));
      }
    },
    add,
    get series() { return names; },
    get newest() { return newest; },
    of: (series) => held.get(series),
  };
}
