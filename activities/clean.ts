import { cancellationSignal } from '@temporalio/activity';
import type { CleanInput, DataActivities } from '../contracts/data.ts';
import { BadInput } from '../contracts/failure.ts';
import type { Frequency } from '../contracts/pipeline.schema.ts';
import { readParts, type TablePart } from '../contracts/table-parts.ts';
import { addPeriods, dayLength, dayOfStart, isoOfDay, isoOfStart, type PeriodLength } from '../domain/calendar.ts';
import { type CleanCounts, cellsOf, mergeCounts } from '../domain/cleaning/clean-report.ts';
import type { CleaningRules } from '../domain/cleaning/cleaning-rules.ts';
import { reachOf } from '../domain/cleaning/look-back.ts';
import { cutoffStart, type PanelExtent, panelExtent, type RowTimes } from '../domain/cleaning/panel-extent.ts';
import { partCalendar } from '../domain/cleaning/part-calendar.ts';
import { type PartSpan, partSpans } from '../domain/cleaning/part-spans.ts';
import type { ArtifactStore, WithScratch } from './artifact-store.ts';
import { publishPart, publishParts } from './publish-table.ts';
import type { StepRunner } from './step.ts';

/** Moves rows; `adapters/duckdb` satisfies it by shape. */
export interface CleanTables {
  /** When a part of a sales table has rows that count. */
  salesTimes(input: { file: string; frequency: Frequency; signal: AbortSignal }): Promise<RowTimes>;
  panelParts(input: { rules: CleaningRules; frequency: Frequency; until: number; outFolder: string }): {
    /** Spans come oldest first; those left out are taken from their files. */
    make(
      question: { span: PartSpan; sales: readonly string[]; before: readonly { from: string; file: () => Promise<string> }[] },
      signal: AbortSignal,
    ): Promise<{ file: string; rows: number; series: number; counts: CleanCounts }>;
  };
  /** Throws `BadInput` when so many complete periods are too few to learn from. */
  refuseShortHistory(history: Pick<CleanInput, 'frequency' | 'horizon' | 'folds' | 'step' | 'gap'> & { where: string; periods: number; from: number; to: number; longer?: string }): void;
}

export interface CleanDeps {
  readonly tables: CleanTables;
  readonly artifacts: ArtifactStore;
  readonly withScratch: WithScratch;
  readonly steps: StepRunner;
}

/** What cleaning did; the report of the step. */
export interface CleanReport extends CleanCounts {
  readonly rules: CleaningRules;
  /** Rows in periods that the data do not cover in whole. */
  readonly droppedRows: number;
}

interface CleanedPart extends TablePart {
  readonly series: number;
  readonly counts: CleanCounts;
}

const count = (n: number): string => n.toLocaleString('en-GB');

/**
 * Turns a snapshot's rows into the regular grid, part by part. A part is made again when the rows of its span are others, or a part that its
 * values rest on: the one before it, and those of about a year.
 */
export function createClean(deps: CleanDeps): DataActivities['clean'] {
  const { tables, artifacts, withScratch, steps } = deps;

  async function extentOf({ frequency, cutoff, ...backtest }: CleanInput, sales: readonly TablePart[]): Promise<PanelExtent> {
    const seen = cutoff === undefined ? undefined : cutoffStart(cutoff, frequency);
    if (cutoff !== undefined && seen === undefined) throw new BadInput(`cutoff "${cutoff}" is not a date; write it as 2011-10-31${frequency === 'hour' ? ' or 2011-10-31T14:00' : ''}`);
    const all: RowTimes[] = [];
    for (const { file } of sales) {
      all.push((await steps.once('salesTimes', { file, frequency: dayLength(frequency) }, async () =>
        tables.salesTimes({ file: await artifacts.fetchFile(file, cancellationSignal()), frequency, signal: cancellationSignal() }))).value);
    }
    const extent = panelExtent(inOrder(all), frequency, seen);
    const { horizon, folds, step, gap } = backtest;
    tables.refuseShortHistory({
      ...(cutoff === undefined ? { where: 'sales' } : { where: `sales up to the cutoff ${cutoff}`, longer: 'take a later cutoff' }),
      frequency, horizon, folds, ...(step !== undefined && { step }), ...(gap !== undefined && { gap }),
      periods: extent.count, from: dayOfStart(extent.from, frequency), to: dayOfStart(extent.to, frequency),
    });
    return extent;
  }

  async function makeParts(input: CleanInput, rules: CleaningRules, extent: PanelExtent, sales: readonly TablePart[]): Promise<{ parts: readonly CleanedPart[]; made: number }> {
    const { frequency } = input;
    const spans = partSpans(extent.first, extent.last, frequency);
    const reach = reachOf(rules, frequency);
    return withScratch(async (outFolder) => {
      const signal = cancellationSignal();
      const maker = tables.panelParts({ rules, frequency, until: extent.until, outFolder });
      const parts: CleanedPart[] = [];
      let made = 0;
      for (const [i, span] of spans.entries()) {
        // Rows before the first complete period tell prices and stock.
        const own = sales.filter(({ from }) => from === span.from || (i === 0 && from < span.from));
        const oldest = addPeriods(span.first, -reach, frequency);
        const restsOn = parts.filter((_, j) => j === i - 1 || (spans[j]?.last ?? 0) >= oldest);
        const parameters = { ...partRules(rules, frequency, span), sales: own.map(({ file }) => file), restsOn: restsOn.map(({ file }) => file), ...cutShort(extent, span, frequency) };
        const { value, cached } = await steps.once<CleanedPart>('cleanPart', parameters, async () => {
          const files: string[] = [];
          for (const { file } of own) files.push(await artifacts.fetchFile(file, signal));
          const before = parts.map(({ from, file }) => ({ from, file: () => artifacts.fetchFile(file, signal) }));
          const { series, counts, ...part } = await maker.make({ span, sales: files, before }, signal);
          return { ...(await publishPart(artifacts, 'primary', { from: span.from, ...part }, signal)), series, counts };
        });
        parts.push(value);
        if (!cached) made += 1;
      }
      return { parts, made };
    });
  }

  return ({ context, ...input }) => {
    const { snapshot, cleaning, ...rest } = input;
    const { gaps, closed, missing, outliers, stockouts } = cleaning;
    const rules: CleaningRules = { gaps, closed, missing, outliers, stockouts };
    return steps.step(
      context,
      {
        activity: 'clean',
        parameters: { ...rest, rules, sales: snapshot.sales },
        note: ({ series, periods, filled, outliers: unusual, madeParts, parts }) =>
          `${count(series)} series × ${periods} periods, ${count(filled)} filled, ${count(unusual)} outliers${madeParts < parts ? `, ${madeParts} of ${parts} parts new` : ''}`,
      },
      async () => {
        const sales = await readParts(artifacts, snapshot.sales);
        const extent = await extentOf({ context, ...input }, sales);
        const { parts, made } = await makeParts({ context, ...input }, rules, extent, sales);
        const counts = mergeCounts(parts.map((part) => part.counts));
        const report: CleanReport = { rules, droppedRows: extent.droppedRows, ...counts };
        const { frequency } = input;
        return {
          panel: await publishParts(artifacts, 'primary', parts.filter(({ rows }) => rows > 0).map(({ from, rows, file }) => ({ from, rows, file }))),
          report: await artifacts.publishJson('reports', report),
          series: parts.at(-1)?.series ?? 0,
          periods: extent.count,
          filled: cellsOf(counts, 'noSale', 'closed', 'unknown'),
          outliers: cellsOf(counts, 'outlier', 'removed'),
          droppedRows: extent.droppedRows,
          madeParts: made,
          parts: parts.length,
          from: isoOfStart(extent.first, frequency),
          to: isoOfStart(extent.last, frequency),
        };
      },
    );
  };
}

/** Times of parts follow each other but for rows without a place of their own. */
function inOrder(parts: readonly RowTimes[]): RowTimes {
  const rows = new Map<number, number>();
  for (const part of parts) part.starts.forEach((start, i) => rows.set(start, (rows.get(start) ?? 0) + (part.rows[i] ?? 0)));
  const starts = [...rows.keys()].sort((a, b) => a - b);
  return { starts, rows: starts.map((start) => rows.get(start) ?? 0) };
}

/** What of the rules decides about a span: days that are closed or spared elsewhere change nothing in it. */
function partRules(rules: CleaningRules, frequency: PeriodLength, span: PartSpan) {
  const { closed: _closed, outliers: { except: _except, ...outliers }, ...others } = rules;
  const { closed, spared } = partCalendar(rules, frequency, span.first, span.last);
  return { frequency, span: [span.first, span.last], rules: { ...others, outliers }, closed: closed.join(''), spared: spared.join('') };
}

/** Where the run sees only a part of the span's rows. */
function cutShort({ until }: PanelExtent, span: PartSpan, frequency: PeriodLength): { until?: string } {
  return until < addPeriods(span.last, 1, frequency) - 1 ? { until: isoOfDay(dayOfStart(until, frequency)) } : {};
}
