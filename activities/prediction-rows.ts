import { Conflict } from '../contracts/failure.ts';
import type { PredictionTable } from '../contracts/prediction-table.ts';
import { combine } from '../domain/ensemble.ts';

/** Point and quantiles averaged with the members' weights, the point times `level`; everything else as in the first member. Members must be aligned row by row. */
export function weightedTable(members: readonly { readonly model: string; readonly table: PredictionTable }[], weights: Readonly<Record<string, number>>, level: number): PredictionTable {
  const first = members[0]?.table;
  if (first === undefined) throw new Conflict('there is no model to combine: name at least one under `models`');
  for (const { model, table } of members) {
    if (table.yHat.length !== first.yHat.length) throw new Conflict(`the forecasts of ${model} cover ${table.yHat.length} points, those of ${members[0]?.model} ${first.yHat.length}`);
  }
  return {
    ...first,
    yHat: combine(members.map(({ model, table }) => ({ name: model, values: table.yHat })), weights).map((value) => value * level),
    quantiles: combine(members.map(({ model, table }) => ({ name: model, values: table.quantiles })), weights),
  };
}

/** The rows of some splits. */
export function rowsOf(table: PredictionTable, isWanted: (split: string) => boolean): PredictionTable {
  const splits = table.splits.filter(isWanted);
  const newIndex = table.splits.map((split) => splits.indexOf(split));
  const rows = Uint32Array.from(table.splitIndex.keys()).filter((row) => (newIndex[table.splitIndex[row] ?? -1] ?? -1) >= 0);
  const taken = takeRows(table, rows);
  return { ...taken, splits, cutoffs: table.cutoffs.filter((_, i) => (newIndex[i] ?? -1) >= 0), splitIndex: taken.splitIndex.map((split) => newIndex[split] ?? 0) };
}

/** Some rows, by their numbers. Splits and series stay named, also those without a row. */
export function takeRows(table: PredictionTable, rows: Uint32Array): PredictionTable {
  const width = table.levels.length;
  const quantiles = new Float32Array(rows.length * width);
  rows.forEach((row, i) => quantiles.set(table.quantiles.subarray(row * width, (row + 1) * width), i * width));
  return {
    ...table,
    splitIndex: Uint16Array.from(rows, (row) => table.splitIndex[row] ?? 0),
    seriesIndex: Uint32Array.from(rows, (row) => table.seriesIndex[row] ?? 0),
    step: Uint16Array.from(rows, (row) => table.step[row] ?? 0),
    ds: Int32Array.from(rows, (row) => table.ds[row] ?? 0),
    yHat: Float32Array.from(rows, (row) => table.yHat[row] ?? Number.NaN),
    actual: Float64Array.from(rows, (row) => table.actual[row] ?? Number.NaN),
    quantiles,
  };
}

/** The rows of both, which have the same splits, cutoffs and quantile levels and no series in common. */
export function joinTables(a: PredictionTable, b: PredictionTable): PredictionTable {
  if (a.splits.join() !== b.splits.join() || a.cutoffs.join() !== b.cutoffs.join() || a.levels.join() !== b.levels.join()) throw new Conflict('forecasts of series and of levels above them are of other splits or quantiles');
  const [rows, more, width] = [a.yHat.length, b.yHat.length, a.levels.length];
  const joined = {
    ...a,
    series: [...a.series, ...b.series],
    splitIndex: new Uint16Array(rows + more), seriesIndex: new Uint32Array(rows + more), step: new Uint16Array(rows + more), ds: new Int32Array(rows + more),
    yHat: new Float32Array(rows + more), quantiles: new Float32Array((rows + more) * width), actual: new Float64Array(rows + more),
  };
  for (const [table, at] of [[a, 0], [b, rows]] as const) {
    joined.splitIndex.set(table.splitIndex, at);
    joined.seriesIndex.set(table === a ? table.seriesIndex : table.seriesIndex.map((i) => i + a.series.length), at);
    joined.step.set(table.step, at);
    joined.ds.set(table.ds, at);
    joined.yHat.set(table.yHat, at);
    joined.quantiles.set(table.quantiles, at * width);
    joined.actual.set(table.actual, at);
  }
  return joined;
}
