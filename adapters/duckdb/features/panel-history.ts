import { addPeriods, isoOfStart, periodsBetween } from '../../../domain/calendar.ts';
import type { FeaturePlan } from '../../../domain/features/feature-plan.ts';
import { createMarketTotals, type MarketTotals } from '../../../domain/features/market-totals.ts';
import type { OriginSpan } from '../../../domain/features/origin-spans.ts';
import { reachOf } from '../../../domain/features/reach.ts';
import type { PanelColumn } from '../panel/panel-columns.ts';
import { createPanelWindow, type PanelWindow } from '../panel/panel-window.ts';
import { type PanelPart, readPanelPart } from '../panel/read-panel-part.ts';
import type { Session } from '../session.ts';

/** What features look back on for long, and what they need of the origins and shortly before them only. */
export const longColumns = ['y'] as const satisfies readonly PanelColumn[];
export const shortColumns = ['yRaw', 'y', 'touched', 'price', 'lines', 'largest', 'age', 'sinceSale', 'known', 'total'] as const satisfies readonly PanelColumn[];
const flaggedColumns = ['y', 'touched'] as const;
export type LongColumn = (typeof longColumns)[number];
export type ShortColumn = (typeof shortColumns)[number];

/** The part of a panel that lies in memory while parts of the origin table are made, oldest first. */
export interface PanelHistory {
  /** Reads what the origins of a span rest on and is not there yet; forgets what no later one needs. */
  load(session: Session, span: OriginSpan): Promise<void>;
  /** Sales as far back as features reach, and all columns from shortly before the span's origins on. Replaced when a part is left out. */
  readonly long: PanelWindow<LongColumn>;
  readonly short: PanelWindow<ShortColumn>;
  /** What cleaning did to the sales in `long`; there where gaps are settled. */
  readonly touched: PanelWindow<'touched'> | undefined;
  /** Of all series, by number of the period from the panel's first on; known for the periods loaded. */
  readonly market: MarketTotals;
}

export interface PanelHistorySetup {
  readonly plan: FeaturePlan;
  readonly panel: readonly { readonly from: string; readonly file: string }[];
  /** Starts of the panel's first and last period. */
  readonly first: number;
  readonly last: number;
}

export function createPanelHistory({ plan, panel, first, last }: PanelHistorySetup): PanelHistory {
  const { frequency } = plan;
  const reach = reachOf(plan);
  const market = createMarketTotals(periodsBetween(first, last, frequency) + 1);
  const counted = new Set<number>();
  let windows = emptyWindows(plan);
  let next = 0;

  function count(number: number, part: PanelPart<'y'>): void {
    if (counted.has(number)) return;
    counted.add(number);
    // One lookup per period of the calendar instead of one per row.
    const numbers = new Map<number, number>();
    part.ds.forEach((start, row) => {
      const period = numbers.get(start) ?? periodsBetween(first, start, frequency);
      numbers.set(start, period);
      market.add(period, part.columns.y[row] ?? Number.NaN);
    });
  }

  async function load(session: Session, span: OriginSpan): Promise<void> {
    if (span.oldestPart > next) {
      windows = emptyWindows(plan);
      next = span.oldestPart;
    }
    const { long, short, touched } = windows;
    const [longFrom, shortFrom] = [addPeriods(span.first, -reach.sales, frequency), addPeriods(span.first, -reach.recent, frequency)];
    // Nothing is read here: it tells the windows what they may forget.
    for (const [window, from] of [[long, longFrom], [short, shortFrom], [touched, longFrom]] as const) await window?.cover(session, [], { from, to: span.last });
    for (; next <= span.newestPart; next += 1) {
      const { from, file } = panel[next] ?? { from: '', file: '' };
      const isShortlyBefore = short.newest !== undefined || (panel[next + 1]?.from ?? '9') > isoOfStart(shortFrom, frequency).slice(0, 10);
      if (isShortlyBefore) {
        const part = await readPanelPart(session, file, { columns: shortColumns, frequency });
        short.add(from, part);
        remember(next, from, part);
      } else {
        remember(next, from, await readPanelPart(session, file, { columns: touched === undefined ? longColumns : flaggedColumns, frequency }));
      }
    }
  }

  function remember(number: number, from: string, part: PanelPart<'y'> | PanelPart<'y' | 'touched'>): void {
    count(number, part);
    windows.long.add(from, part);
    if ('touched' in part.columns) windows.touched?.add(from, { ...part, columns: part.columns });
  }

  return {
    load,
    market,
    get long() { return windows.long; },
    get short() { return windows.short; },
    get touched() { return windows.touched; },
  };
}

function emptyWindows({ frequency, settled }: FeaturePlan) {
  return {
    long: createPanelWindow({ columns: longColumns, frequency }),
    short: createPanelWindow({ columns: shortColumns, frequency }),
    touched: settled > 0 ? createPanelWindow({ columns: ['touched'], frequency }) : undefined,
  };
}
