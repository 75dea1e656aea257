import { Conflict } from '../contracts/failure.ts';
import type { PredictionTable } from '../contracts/prediction-table.ts';
import type { ModelValues, PairedForecasts } from '../domain/ablation/paired-losses.ts';
import { rowsOf } from './prediction-rows.ts';

/** Out-of-fold forecasts only: test and final ones choose nothing. */
const isFold = (split: string): boolean => split.startsWith('fold-');

/** The folds of a table, to be paired with those of others. */
export function foldsOf(table: PredictionTable): PredictionTable {
  return rowsOf(table, isFold);
}

/**
 * Forecasts of two models row by row; both tables come from {@link foldsOf}. @throws Conflict when they are not of the same folds, series and
 * steps, or hold what is no number
 */
export function pairForecasts(full: PredictionTable, reduced: PredictionTable, { without, quantiles }: { readonly without: string; readonly quantiles: readonly number[] }): PairedForecasts {
  const rows = full.yHat.length;
  const isSame = (row: number): boolean =>
    full.step[row] === reduced.step[row] && full.splits[full.splitIndex[row] ?? -1] === reduced.splits[reduced.splitIndex[row] ?? -1] && full.series[full.seriesIndex[row] ?? -1] === reduced.series[reduced.seriesIndex[row] ?? -1];
  if (reduced.yHat.length !== rows || !full.yHat.every((_, row) => isSame(row))) {
    throw new Conflict(`the forecasts without ${without} are not of the same folds, series and steps as those of the full model (${reduced.yHat.length} and ${rows} points), so they can't be compared`);
  }
  for (const [name, { yHat, quantiles: all }] of [['with', full], ['without', reduced]] as const) {
    if (!yHat.every(Number.isFinite) || !all.every(Number.isFinite)) throw new Conflict(`a forecast ${name} ${without} is not a number, so there is no gain to measure`);
  }
  return {
    rows, actual: full.actual, series: full.seriesIndex, fold: full.splitIndex, seriesCount: full.series.length, folds: full.splits.length,
    full: valuesOf(full, quantiles), reduced: valuesOf(reduced, quantiles),
  };
}

function valuesOf({ yHat, quantiles, levels }: PredictionTable, wanted: readonly number[]): ModelValues {
  return { yHat, quantiles, width: levels.length, levels: levels.map((level, at) => ({ level, at })).filter(({ level }) => wanted.includes(level)) };
}
