import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { addPeriods, isoOfStart, periodsBetween, type PeriodLength, startUnit } from '../../../domain/calendar.ts';
import { type CleanCounts, TouchedTally } from '../../../domain/cleaning/clean-report.ts';
import { type CleanedRows, type CleanedTail, SeriesCleaner, type SeriesState } from '../../../domain/cleaning/clean-series.ts';
import type { CleaningRules } from '../../../domain/cleaning/cleaning-rules.ts';
import { partCalendar } from '../../../domain/cleaning/part-calendar.ts';
import type { PartSpan } from '../../../domain/cleaning/part-spans.ts';
import { columnArrays, type PanelColumn, panelColumns } from '../panel/panel-columns.ts';
import { createPanelWindow, type PanelPartFile, type SeriesWindow } from '../panel/panel-window.ts';
import { createRowWriter, type RowWriter } from '../panel/row-writer.ts';
import type { Session, Sessions } from '../session.ts';
import { mergeSorted } from '../utf8-order.ts';
import { type SoldRuns, soldPeriods } from './sold-periods.ts';

export interface PanelPartsRequest {
  readonly rules: CleaningRules;
  readonly frequency: PeriodLength;
  /** Last day (hour for hours) that is seen. */
  readonly until: number;
  readonly outFolder: string;
}

export interface PanelPartQuestion {
  readonly span: PartSpan;
  /** Paths of the sales parts with the span's rows; for the first span also those before it, which tell prices and stock. */
  readonly sales: readonly string[];
  /** The parts of the panel before this one, oldest first. Read only where the part before was not made here. */
  readonly before: readonly PanelPartFile[];
}

export interface MadePanelPart {
  readonly file: string;
  readonly rows: number;
  readonly series: number;
  readonly counts: CleanCounts;
}

/** Makes the parts of one panel. */
export interface PanelParts {
  /** Writes the part documented on `CleanResult`. Spans must come oldest first; those left out are taken from their files. */
  make(question: PanelPartQuestion, signal?: AbortSignal): Promise<MadePanelPart>;
}

const columns = Object.keys(panelColumns) as readonly PanelColumn[];
const rememberedColumns = ['yRaw', 'y', 'touched'] as const satisfies readonly PanelColumn[];
const runningColumns = ['y', 'price', 'stock', 'age', 'sinceSale', 'known', 'total'] as const satisfies readonly PanelColumn[];
/** Rows that are collected before they go to DuckDB. */
const blockRows = 16_384;
/** Longest pure computation between two looks at what else the process has to do. */
const yieldAfterMs = 8;

/** Where every series stands at the end of a part. */
interface Standing {
  /** Start of the last period that was cleaned. */
  readonly last: number;
  /** In the order of their UTF-8 bytes. */
  readonly series: readonly string[];
  readonly states: Map<string, SeriesState>;
}

export function createPanelParts(sessions: Sessions, { rules, frequency, until, outFolder }: PanelPartsRequest): PanelParts {
  const cleaner = new SeriesCleaner(rules, frequency);
  let standing: Standing | undefined;

  async function standingBefore(session: Session, { span, before }: PanelPartQuestion): Promise<Standing> {
    const last = addPeriods(span.first, -1, frequency);
    if (standing?.last === last) return standing;
    const states = new Map<string, SeriesState>();
    if (before.length === 0) return { last, series: [], states };
    // Of most columns only the newest period counts: a year of all of them would be four times as much.
    const [window, newest] = [createPanelWindow({ columns: rememberedColumns, frequency }), createPanelWindow({ columns: runningColumns, frequency })];
    await window.cover(session, before, { from: addPeriods(last, -cleaner.reach, frequency), to: last });
    await newest.cover(session, before, { from: last, to: last });
    for (const series of window.series) {
      const [held, end] = [window.of(series), newest.of(series)];
      if (held !== undefined && end !== undefined) states.set(series, cleaner.begin(tailOf(held, end)));
    }
    return { last, series: window.series, states };
  }

  return {
    make: (question, signal) =>
      sessions.use(signal, async (session) => {
        const { span, sales } = question;
        const { series: known, states } = await standingBefore(session, question);
        // What is half-way through a part is no use to another attempt.
        standing = undefined;
        const sold = sales.length === 0 ? noneSold : await soldPeriods(session, { sales, frequency, last: span.last, until });
        const series = mergeSorted(known, sold.series);
        const file = join(outFolder, `panel-${span.from}.parquet`);
        const tally = new TouchedTally();
        const writer = await createRowWriter(session, {
          series, start: 'ds', unit: startUnit(frequency), columns: columns.map((column) => ({ ...panelColumns[column], nan: 'NULL' as const })),
        });
        let rows;
        try {
          await cleanAll({ series, sold, states, span, writer, tally, ...(signal && { signal }) });
          rows = await writer.save(file);
        } catch (error) {
          await writer.discard().catch(() => undefined); // the session may be interrupted; the error is what counts
          throw error;
        }
        standing = { last: span.last, series: series.filter((name) => states.get(name)?.hasBegun === true), states };
        return { file, rows, series: standing.series.length, counts: tally.counts(rules, (start) => isoOfStart(start, frequency)) };
      }),
  };

  async function cleanAll({ series, sold, states, span, writer, tally, signal }: {
    readonly series: readonly string[]; readonly sold: SoldRuns; readonly states: Map<string, SeriesState>; readonly span: PartSpan;
    readonly writer: RowWriter; readonly tally: TouchedTally; readonly signal?: AbortSignal;
  }): Promise<void> {
    const calendar = partCalendar(rules, frequency, span.first, span.last);
    const periods = periodsBetween(span.first, span.last, frequency) + 1;
    const size = Math.max(blockRows, periods);
    const into: CleanedRows = columnArrays(columns, size);
    const block = { series: new Uint32Array(size), starts: new Int32Array(size), values: columns.map((column) => into[column]) };
    let [at, run, since] = [0, 0, performance.now()];
    for (const [number, name] of series.entries()) {
      const state = states.get(name) ?? cleaner.begin();
      states.set(name, state);
      const hasRows = sold.series[run] === name;
      const [low, high] = hasRows ? [sold.offsets[run] ?? 0, sold.offsets[run + 1] ?? 0] : [0, 0];
      if (hasRows) run += 1;
      const count = cleaner.clean(state, { sold, low, high, calendar, into, at, note: (code, start, was, used) => { tally.add(name, code, start, was, used); } });
      block.series.fill(number, at, at + count);
      block.starts.set(calendar.starts.subarray(periods - count), at);
      at += count;
      if (at + periods <= size) continue;
      writer.append({ rows: at, ...block });
      at = 0;
      if (performance.now() - since < yieldAfterMs) continue;
      signal?.throwIfAborted();
      await setImmediate();
      since = performance.now();
    }
    if (at > 0) writer.append({ rows: at, ...block });
  }
}

const nothing = new Float64Array(0);
const noneSold: SoldRuns = {
  series: [], offsets: new Uint32Array(1), ds: new Int32Array(0), total: nothing, largest: nothing, lines: nothing, untold: nothing, price: nothing, lowStock: nothing, stock: nothing,
};

function tailOf(held: SeriesWindow<(typeof rememberedColumns)[number]>, end: SeriesWindow<(typeof runningColumns)[number]>): CleanedTail {
  const remembered = (column: (typeof rememberedColumns)[number]): Float64Array => held.columns[column].subarray(0, held.length);
  const newest = (column: (typeof runningColumns)[number]): number => end.columns[column][end.length - 1] ?? Number.NaN;
  return {
    yRaw: remembered('yRaw'), y: remembered('y'), touched: remembered('touched'),
    newest: {
      y: newest('y'), price: newest('price'), stock: newest('stock'), age: newest('age'), sinceSale: newest('sinceSale'), known: newest('known'), total: newest('total'),
    },
  };
}
