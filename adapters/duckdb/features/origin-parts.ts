import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { periodsBetween, startUnit } from '../../../domain/calendar.ts';
import { matrixColumns } from '../../../domain/features/matrix-columns.ts';
import { createOriginKernel } from '../../../domain/features/origin-kernel.ts';
import type { Origins } from '../../../domain/features/origins.ts';
import type { OriginSpan } from '../../../domain/features/origin-spans.ts';
import { createRowWriter, type RowWriter } from '../panel/row-writer.ts';
import type { Session, Sessions } from '../session.ts';
import { createPanelHistory } from './panel-history.ts';
import type { OriginPlan } from './plan-origins.ts';
import { createSeriesOrigins } from './series-origins.ts';

export interface OriginPartsRequest extends Pick<OriginPlan, 'plan' | 'first' | 'last' | 'chosen' | 'products' | 'reviews'> {
  /** Parts of the panel, oldest first. */
  readonly panel: readonly { readonly from: string; readonly file: string }[];
  readonly outFolder: string;
}

/** Makes parts of one origin table. */
export interface OriginParts {
  /**
   * Writes the rows of a span as Parquet, documented on `FeatureSet`. Spans must come oldest first; those left out are not read.
   * @returns path and number of rows
   */
  make(span: OriginSpan, signal?: AbortSignal): Promise<{ readonly file: string; readonly rows: number }>;
}

/** Rows that are computed before they go to DuckDB: few enough that their columns stay in the processor's cache. */
const blockRows = 8192;
/** Longest pure computation between two looks at what else the process has to do. */
const yieldAfterMs = 8;

export function createOriginParts(sessions: Sessions, request: OriginPartsRequest): OriginParts {
  const history = createPanelHistory(request);
  return {
    make: (span, signal) => sessions.use(signal, async (session) => {
      await history.load(session, span);
      return writePart(session, { ...request, history, span, ...(signal && { signal }) });
    }),
  };
}

interface PartQuestion extends OriginPartsRequest {
  readonly history: ReturnType<typeof createPanelHistory>;
  readonly span: OriginSpan;
  readonly signal?: AbortSignal;
}

async function writePart(session: Session, question: PartQuestion): Promise<{ file: string; rows: number }> {
  const { plan, outFolder, span, history, chosen } = question;
  const names = matrixColumns(plan);
  const taking = chosen === undefined ? history.short.series : keepChosen(history.short.series, chosen);
  const writer = await createRowWriter(session, {
    series: taking, start: 'origin', unit: startUnit(plan.frequency), columns: names.map((name) => ({ name, type: 'FLOAT', nan: 'NaN' })),
  });
  const file = join(outFolder, `origins-${span.from}.parquet`);
  try {
    await appendRows(writer, { ...question, names, taking });
    return { file, rows: await writer.save(file) };
  } catch (error) {
    await writer.discard().catch(() => undefined); // the session may be interrupted; the error is what counts
    throw error;
  }
}

function keepChosen(series: readonly string[], chosen: readonly string[]): readonly string[] {
  const wanted = new Set(chosen);
  return series.filter((name) => wanted.has(name));
}

async function appendRows(
  writer: RowWriter,
  { plan, span, history, first, products, reviews, signal, names, taking }: PartQuestion & { readonly names: readonly string[]; readonly taking: readonly string[] },
): Promise<void> {
  const periods = periodsBetween(span.first, span.last, plan.frequency) + 1;
  const size = Math.max(blockRows, periods);
  const block = { series: new Uint32Array(size), starts: new Int32Array(size), values: names.map(() => new Float32Array(size)) };
  const kernel = createOriginKernel(plan, block.values, periods);
  const before = periodsBetween(first, span.first, plan.frequency);
  kernel.see(span.first, periods, (after) => (before + after < 0 ? Number.NaN : history.market.total(before + after)));
  const originsOf = createSeriesOrigins({ plan, span, history, first, products, reviews });
  let [rows, number] = [0, 0];
  let since = performance.now();
  const flush = (): void => {
    if (rows > 0) writer.append({ rows, ...block });
    rows = 0;
  };
  const fill = (origins: Origins): void => {
    kernel.fill(origins, rows);
    block.series.fill(number, rows, rows + origins.count);
    block.starts.set(originsOf.starts.subarray(origins.period, origins.period + origins.count), rows);
    rows += origins.count;
  };
  for (const [i, series] of taking.entries()) {
    number = i;
    originsOf.each(series, fill);
    if (rows + periods <= size) continue;
    flush();
    if (performance.now() - since < yieldAfterMs) continue;
    signal?.throwIfAborted();
    await setImmediate();
    since = performance.now();
  }
  flush();
}
