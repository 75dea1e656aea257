import { addPeriods } from '../../../domain/calendar.ts';
import { isFilled } from '../../../domain/cleaning/touched.ts';
import type { FeaturePlan } from '../../../domain/features/feature-plan.ts';
import { createMarketTotals } from '../../../domain/features/market-totals.ts';
import { matrixColumns } from '../../../domain/features/matrix-columns.ts';
import { createOriginKernel } from '../../../domain/features/origin-kernel.ts';
import { reachOf } from '../../../domain/features/reach.ts';
import type { ReviewHistory } from '../../../domain/features/review-history.ts';
import { eachSettledStretch } from '../../../domain/features/settled-sales.ts';
import { type PanelRow, startOf, withHistory } from './some-panel.ts';

export interface KernelTable {
  readonly names: readonly string[];
  /** `series t` → values in the order of `names`. */
  readonly rows: ReadonlyMap<string, readonly number[]>;
}

/** What is known besides the panel. */
export interface KnownBesides {
  readonly reviews?: ReviewHistory;
  /** By series and modality: numbers, and the period that knows them first. */
  readonly products?: ReadonlyMap<string, readonly { readonly values: readonly number[]; readonly from: number }[]>;
}

/** All origins of a panel, computed in stretches of `stretch` periods, each by a kernel that saw nothing else. */
export function kernelTable(panel: readonly PanelRow[], plan: FeaturePlan, stretch: number, firstStretch = stretch, { reviews, products }: KnownBesides = {}): KernelTable {
  const names = matrixColumns(plan);
  const rows = new Map<string, readonly number[]>();
  const periods = Math.max(...panel.map(({ t }) => t)) + 1;
  const market = createMarketTotals(periods);
  for (const { t, y } of panel) market.add(t, y);
  const history = withHistory(panel);
  const series = new Map([...new Set(panel.map((row) => row.series))].map((name) => [name, history.filter((row) => row.series === name)]));
  const reach = reachOf(plan);
  for (let from = 0; from < periods; from += from === 0 ? firstStretch : stretch) {
    const count = Math.min(from === 0 ? firstStretch : stretch, periods - from);
    const columns = names.map(() => new Float32Array(count));
    const kernel = createOriginKernel(plan, columns, count);
    kernel.see(addPeriods(startOf(0, plan.frequency), from, plan.frequency), count, (after) => (from + after < 0 ? Number.NaN : market.total(from + after)));
    for (const [name, own] of series) {
      const begin = Math.max(from, own[0]?.t ?? periods);
      const origins = from + count - begin;
      if (origins <= 0) continue;
      const taken = (pick: (row: (typeof own)[number]) => number, back: number, ahead: number): Float64Array =>
        Float64Array.from({ length: back + origins + ahead }, (_, i) => {
          const row = own[begin - back + i - (own[0]?.t ?? 0)];
          return row === undefined ? Number.NaN : pick(row);
        });
      const sales = taken(({ y }) => y, reach.sales, 0);
      const written = reviews?.rowsOf.get(name);
      const stretch = (at: number, length: number): void => kernel.fill({
        count: length, period: begin - from + at, sales, salesAt: reach.sales + at,
        target: taken(({ y, touched }) => (isFilled(touched) ? Number.NaN : y), 0, plan.horizon), actual: taken(({ yRaw }) => yRaw, 0, plan.horizon), targetAt: at,
        price: taken(({ price }) => price ?? Number.NaN, reach.recent, 0), lines: taken(({ lines }) => lines, reach.recent, 0),
        largest: taken(({ largest }) => largest, reach.recent, 0), recentAt: reach.recent + at,
        age: taken(({ age }) => age, 0, 0), sinceSale: taken(({ sinceSale }) => sinceSale, 0, 0),
        known: taken(({ known }) => known, 0, 0), total: taken(({ total }) => total, 0, 0), ownAt: at,
        products: (products?.get(name) ?? []).map(({ values, from: since }) => ({ values: Float32Array.from(values), at: 0, from: since - from })),
        ...(reviews && written && { reviews: { history: reviews, from: written[0], to: written[1], period: begin + at } }),
      }, at);
      const touched = taken((row) => row.touched, reach.sales, 0);
      if (plan.settled === 0) stretch(0, origins);
      else eachSettledStretch({ sales, touched, first: reach.sales, count: origins, longest: plan.settled }, (at, length) => { stretch(at - reach.sales, length); });
      for (let i = 0; i < origins; i += 1) rows.set(`${name} ${String(begin + i)}`, columns.map((column) => column[i] ?? Number.POSITIVE_INFINITY));
    }
  }
  return { names, rows };
}
