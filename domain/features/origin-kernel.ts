import type { ModalityGroup } from './feature-definition.ts';
import type { FeaturePlan } from './feature-plan.ts';
import { matrixColumns } from './matrix-columns.ts';
import { type ColumnOf, copyInto, type FillColumns } from './origins.ts';
import { createPeriodColumns, type PeriodColumns } from './period-columns.ts';
import { seasonalLags, seasonLag } from './reach.ts';
import { createReviewColumns } from './review-columns.ts';
import { createSalesColumns, ratio } from './sales-columns.ts';
import { createSideColumns } from './side-columns.ts';

/** Computes rows of an origin table on arrays. */
export interface OriginKernel {
  /** Tells what is the same for all series in the periods whose origins come next. */
  readonly see: PeriodColumns['see'];
  /** Writes one row per origin into every column, from row `at` on. */
  readonly fill: FillColumns;
}

/**
 * A kernel for the columns of a plan. No value of a row but its targets depends on anything after the row's origin, and none on which other
 * origins are computed with it.
 * @param columns one array per name of `matrixColumns(plan)`, in that order
 * @param mostOrigins most origins of a series in one call, and most periods that are seen at once
 */
export function createOriginKernel(plan: FeaturePlan, columns: readonly Float32Array[], mostOrigins: number): OriginKernel {
  const byName = new Map(matrixColumns(plan).map((name, c) => [name, columns[c]]));
  const column: ColumnOf = (name) => byName.get(name);
  const sales = createSalesColumns(plan, column, mostOrigins);
  const periods = createPeriodColumns(plan, column, mostOrigins);
  const parts: readonly FillColumns[] = [
    sales.fill,
    createShare(plan, column, sales.windows.sums, periods.marketRecent),
    createSideColumns(plan, column, mostOrigins),
    createHistoryColumns(column),
    createProductColumns(plan, column),
    createReviewColumns(plan, column),
    periods.fill,
    createSeasonalLags(plan, column),
    createTargets(plan, column),
  ];
  return {
    see: periods.see,
    fill(origins, at) {
      for (const part of parts) part(origins, at);
    },
  };
}

/** The series' part in all sales of the short window. */
function createShare({ windows, short }: FeaturePlan, column: ColumnOf, sums: readonly Float64Array[], marketRecent: Float64Array): FillColumns {
  const [share, own] = [column('share'), sums[windows.indexOf(short)]];
  return ({ period, count }, at) => {
    if (share === undefined || own === undefined) return;
    for (let i = 0; i < count; i += 1) share[at + i] = ratio(own[i] ?? 0, marketRecent[period + i] ?? 0);
  };
}

function createHistoryColumns(column: ColumnOf): FillColumns {
  const [meanAll, sinceSale, age] = [column('mean_all'), column('since_sale'), column('age')];
  return (origins, at) => {
    const { ownAt, count, total, known } = origins;
    if (age !== undefined) copyInto(age, at, origins.age, ownAt, count);
    if (sinceSale !== undefined) copyInto(sinceSale, at, origins.sinceSale, ownAt, count);
    if (meanAll === undefined) return;
    for (let i = 0; i < count; i += 1) meanAll[at + i] = ratio(total[ownAt + i] ?? 0, known[ownAt + i] ?? 0);
  };
}

/** What is known of a product counts from the period on in which it became known. */
function createProductColumns({ shared }: FeaturePlan, column: ColumnOf): FillColumns {
  const present = [...new Set(shared.map(({ group }) => group))].filter((group) => modalityGroups.has(group));
  const blocks = present.map((modality) => shared.filter(({ group }) => group === modality).map(({ name }) => column(name)));
  return ({ products, period, count }, at) => {
    blocks.forEach((block, modality) => {
      const product = products[modality];
      block.forEach((values, axis) => {
        if (values === undefined) return;
        const value = product?.values[product.at + axis] ?? Number.NaN;
        const from = product?.from ?? Number.POSITIVE_INFINITY;
        for (let i = 0; i < count; i += 1) values[at + i] = period + i >= from ? value : Number.NaN;
      });
    });
  };
}

const modalityGroups: ReadonlySet<string> = new Set<ModalityGroup>(['text', 'image', 'audio', 'video']);

/** Sales a whole number of seasons before the forecast period: the newest that are known. */
function createSeasonalLags({ frequency, horizon }: FeaturePlan, column: ColumnOf): FillColumns {
  const lags = seasonalLags(frequency).flatMap(({ name, season }) =>
    steps(horizon).flatMap((step) => {
      const target = column(`${name}_${String(step)}`);
      return target === undefined ? [] : [{ target, back: seasonLag(season, step) }];
    }),
  );
  return ({ sales, salesAt, count }, at) => {
    for (const { target, back } of lags) copyInto(target, at, sales, salesAt - back, count);
  };
}

function createTargets({ horizon }: FeaturePlan, column: ColumnOf): FillColumns {
  const targets = steps(horizon).map((step) => ({ step, cleaned: column(`y_${String(step)}`), raw: column(`a_${String(step)}`) }));
  return ({ target, actual, targetAt, count }, at) => {
    for (const { step, cleaned, raw } of targets) {
      if (cleaned !== undefined) copyInto(cleaned, at, target, targetAt + step, count);
      if (raw !== undefined) copyInto(raw, at, actual, targetAt + step, count);
    }
  };
}

const steps = (horizon: number): number[] => Array.from({ length: horizon }, (_, i) => i + 1);
