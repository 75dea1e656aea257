import type { HierarchyMembers } from '../contracts/hierarchy.ts';
import { Conflict } from '../contracts/failure.ts';
import type { PredictionTable } from '../contracts/prediction-table.ts';
import { buildHierarchy, type Hierarchy, sumUp } from '../domain/hierarchy/hierarchy.ts';
import { nameNodes } from '../domain/hierarchy/name-nodes.ts';
import type { PastValues } from '../domain/hierarchy/proportions.ts';
import { reconcile, type ReconciliationMethod, type ReconciliationRequest } from '../domain/hierarchy/reconcile.ts';
import { takeRows } from './prediction-rows.ts';

/** Errors at more times than this add work (it grows with their square) and hardly anything to a covariance that is shrunk. */
const mostTimes = 128;

export interface TablesToReconcile {
  readonly series: PredictionTable;
  readonly nodes: PredictionTable;
  readonly members: Pick<HierarchyMembers, 'levels' | 'series' | 'labels'>;
  readonly method: ReconciliationMethod;
  /** What was sold up to a cutoff; asked for only where a method shares by the past. */
  readonly history: (cutoff: string, series: readonly string[]) => Promise<PastValues>;
  /** Called between pieces of work that take seconds where series are many. */
  readonly breathe: () => Promise<void>;
}

/**
 * Makes the forecasts of series and nodes add up, split by split, among the series that have a forecast in the split. Nodes above none of
 * them are left out, and nodes without a forecast of their own are summed up but not shown.
 */
export async function reconcileTables({ series, nodes, members, method, history, breathe }: TablesToReconcile): Promise<{ readonly series: PredictionTable; readonly nodes: PredictionTable }> {
  if (series.splits.join() !== nodes.splits.join()) throw new Conflict(`series are forecast for ${series.splits.join(', ')}, levels above them for ${nodes.splits.join(', ')}`);
  const ordered = inFileOrder(series);
  const above = inFileOrder(nodes);
  const steps = series.step.reduce((most, step) => Math.max(most, step), 0);
  const place = new Map(members.series.map((id, i) => [id, i]));
  const numberOfNode = new Map(nodes.series.map((id, i) => [id, i]));
  const needsErrors = method === 'mint-wls-variance' || method === 'mint-shrink';
  const [errors, errorsAbove] = needsErrors ? [foldErrors(series, steps), foldErrors(nodes, steps)] : [];
  if (errors?.times === 0) throw new Conflict(`${method} learns from the forecasts of folds, and there are none`);
  const kept: number[] = [];

  for (const [split, cutoff] of series.cutoffs.entries()) {
    const own = rowsIn(series, split, steps);
    const labels = new Map(Object.entries(members.labels).map(([level, all]) => [level, own.ids.map((i) => labelOf(all, place, series.series[i] ?? ''))]));
    const hierarchy = buildHierarchy(members.levels, own.ids.length, labels);
    const nodeNumbers = nameNodes(hierarchy, members.levels, labels).map((name) => numberOfNode.get(name) ?? -1);
    const nodeRows = rowsIn(nodes, split, steps, nodeNumbers);
    const bottom = pointsOf(series, own.rows);
    const base = sumUp(hierarchy, bottom, steps);
    nodeRows.rows.forEach((row, i) => { if (row >= 0) base[i] = nodes.yHat[row] ?? Number.NaN; });
    if (base.some(Number.isNaN)) throw new Conflict(`a forecast of ${series.splits[split] ?? ''} is not a number, so it can't be made to add up`);

    await breathe();
    const request = { hierarchy, base, steps };
    const points = await forecastsOf(method, request, async () => ({ values: errorsOf(hierarchy, [errorsAbove, nodeNumbers], [errors, own.ids]), times: errors?.times ?? 0 }),
      () => history(cutoff, own.ids.map((i) => series.series[i] ?? '')));
    await breathe();
    // Sums of the numbers as the file holds them, so that what is read from it adds up.
    const settled = points.subarray(hierarchy.nodes * steps).map((value, i) => Math.fround((bottom[i] ?? 0) >= 0 ? Math.max(0, value) : value));
    const all = sumUp(hierarchy, settled, steps);
    move(ordered, own.rows, settled);
    move(above, nodeRows.rows, all.subarray(0, hierarchy.nodes * steps));
    for (const row of nodeRows.rows) if (row >= 0) kept.push(row);
    await breathe();
  }
  return { series: ordered, nodes: takeRows(above, Uint32Array.from(kept).sort()) };
}

function forecastsOf(
  method: ReconciliationMethod,
  request: Pick<ReconciliationRequest, 'hierarchy' | 'base' | 'steps'>,
  residuals: () => Promise<PastValues>,
  history: () => Promise<PastValues>,
): Promise<Float64Array> {
  switch (method) {
    case 'bottom-up': case 'mint-ols': case 'mint-wls-structural':
      return Promise.resolve(reconcile({ ...request, method }));
    case 'mint-wls-variance': case 'mint-shrink':
      return residuals().then((errors) => reconcile({ ...request, method, residuals: errors }));
    case 'top-down-average-proportions': case 'top-down-proportion-of-averages':
      return history().then((past) => reconcile({ ...request, method, history: past }));
  }
}

/** The same rows with numbers of its own to change. */
function inFileOrder(table: PredictionTable): PredictionTable {
  return { ...table, yHat: table.yHat.slice(), quantiles: table.quantiles.slice() };
}

function labelOf(labels: readonly string[], place: ReadonlyMap<string, number>, id: string): string {
  const at = place.get(id);
  if (at === undefined) throw new Conflict(`series ${id} is forecast but has no place in the hierarchy`);
  return labels[at] ?? '';
}

interface SplitRows {
  /** Numbers of the series, as the table has them. */
  readonly ids: readonly number[];
  /** Row of each of them and each step: [ids, steps]; −1 where there is none. */
  readonly rows: Int32Array;
}

/** Where a split's rows are. @param wanted the series; all that have rows in the split when absent */
function rowsIn(table: PredictionTable, split: number, steps: number, wanted?: readonly number[]): SplitRows {
  const ids = wanted ?? [...new Set(table.seriesIndex.filter((_, row) => table.splitIndex[row] === split))];
  const place = new Map(ids.map((id, i) => [id, i]));
  const rows = new Int32Array(ids.length * steps).fill(-1);
  table.splitIndex.forEach((s, row) => {
    if (s !== split) return;
    const at = place.get(table.seriesIndex[row] ?? -1);
    if (at !== undefined) rows[at * steps + (table.step[row] ?? 0) - 1] = row;
  });
  return { ids, rows };
}

const pointsOf = (table: PredictionTable, rows: Int32Array): Float64Array => Float64Array.from(rows, (row) => table.yHat[row] ?? Number.NaN);

interface Errors {
  /** [series of the table, times]; NaN where unknown. */
  readonly values: Float32Array;
  readonly times: number;
}

/** What was sold less the forecast, at the folds' steps that are nearest to their cutoffs. */
function foldErrors({ splits, splitIndex, series, seriesIndex, step, yHat, actual }: PredictionTable, steps: number): Errors {
  const folds = splits.map((name, i) => (name.startsWith('fold-') ? i : -1)).filter((i) => i >= 0);
  const each = Math.min(steps, Math.max(1, Math.floor(mostTimes / Math.max(1, folds.length))));
  const times = folds.length * each;
  const first = splits.map((_, i) => folds.indexOf(i) * each);
  const values = new Float32Array(series.length * times).fill(Number.NaN);
  splitIndex.forEach((split, row) => {
    const [start, ahead] = [first[split] ?? -1, (step[row] ?? 0) - 1];
    if (start >= 0 && ahead < each) values[(seriesIndex[row] ?? 0) * times + start + ahead] = (actual[row] ?? Number.NaN) - (yHat[row] ?? Number.NaN);
  });
  return { values, times };
}

/** Errors of the nodes and series of a hierarchy, in its order. */
function errorsOf({ nodes, series }: Hierarchy, ...parts: readonly (readonly [Errors | undefined, readonly number[]])[]): Float64Array {
  const times = parts[0]?.[0]?.times ?? 0;
  const all = new Float64Array((nodes + series) * times).fill(Number.NaN);
  let at = 0;
  for (const [errors, numbers] of parts) {
    for (const number of numbers) {
      if (number >= 0 && errors !== undefined) all.set(errors.values.subarray(number * times, (number + 1) * times), at * times);
      at += 1;
    }
  }
  return all;
}

/** Sets points, and moves their quantiles by as much: their order stays, and what was not negative does not become so. */
function move({ yHat, quantiles, levels }: PredictionTable, rows: Int32Array, points: Float64Array): void {
  const width = levels.length;
  rows.forEach((row, i) => {
    if (row < 0) return;
    const point = points[i] ?? Number.NaN;
    const by = point - (yHat[row] ?? Number.NaN);
    yHat[row] = point;
    for (let q = row * width; q < (row + 1) * width; q += 1) {
      const value = quantiles[q] ?? Number.NaN;
      quantiles[q] = value >= 0 ? Math.max(0, value + by) : value + by;
    }
  });
}
