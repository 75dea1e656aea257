import type { MetricRow, MetricValue } from '../contracts/modelling.ts';
import type { PredictionTable, SeriesScales } from '../contracts/prediction-table.ts';
import { bandCoverage, meanAbsoluteError, meanAbsoluteScaledError, meanSquaredError, relativeBias, wape, weightedQuantileLoss } from '../domain/metrics.ts';

type Scores = Omit<MetricRow, 'model' | 'split'>;

/**
 * The metrics of one model: the mean over rolling-origin folds, and the untouched last horizon. Series with fewer than `minHistory`
 * periods at a cutoff are not scored there.
 */
export function metricRows(model: string, table: PredictionTable, scalesAt: ReadonlyMap<string, SeriesScales | undefined>, minHistory: number): MetricRow[] {
  const scored = table.splits.flatMap((split, i) => {
    if (split === 'final') return [];
    const scores = scoreSplit(table, i, scalesAt.get(table.cutoffs[i] ?? ''), minHistory);
    return [{ split, scores }];
  });
  const folds = scored.filter(({ split }) => split.startsWith('fold-')).map(({ scores }) => scores);
  const test = scored.find(({ split }) => split === 'test')?.scores;
  return [...(folds.length > 0 ? [{ model, split: 'folds' as const, ...meanScores(folds) }] : []), ...(test ? [{ model, split: 'test' as const, ...test }] : [])];
}

function scoreSplit(table: PredictionTable, split: number, scales: SeriesScales | undefined, minHistory: number): Scores {
  const position = new Map(scales?.series.map((id, i) => [id, i]));
  const rows: number[] = [];
  const scaleIndex: number[] = [];
  table.splitIndex.forEach((s, row) => {
    if (s !== split || Number.isNaN(table.actual[row])) return;
    const at = position.get(table.series[table.seriesIndex[row] ?? -1] ?? '');
    if (at === undefined || (scales?.periods[at] ?? 0) < minHistory) return;
    rows.push(row);
    scaleIndex.push(at);
  });
  const width = table.levels.length;
  const actual = Float64Array.from(rows, (row) => table.actual[row] ?? Number.NaN);
  const forecast = Float64Array.from(rows, (row) => table.yHat[row] ?? Number.NaN);
  const quantiles = new Float64Array(rows.length * width);
  rows.forEach((row, i) => quantiles.set(table.quantiles.subarray(row * width, (row + 1) * width), i * width));
  const mse = meanSquaredError(actual, forecast);
  return {
    wape: orNull(wape(actual, forecast)),
    mase: orNull(meanAbsoluteScaledError(actual, forecast, scaleIndex, scales?.scale ?? new Float64Array())),
    wql: orNull(weightedQuantileLoss(actual, quantiles, table.levels)),
    bias: orNull(relativeBias(actual, forecast)),
    mae: orNull(meanAbsoluteError(actual, forecast)),
    mse: orNull(mse),
    rmse: orNull(mse === undefined ? undefined : Math.sqrt(mse)),
    coverage: orNull(bandCoverage(actual, quantiles, table.levels)),
  };
}

const orNull = (value: number | undefined): MetricValue => (value === undefined || !Number.isFinite(value) ? null : value);

function meanScores(folds: readonly Scores[]): Scores {
  const mean = (of: (scores: Scores) => MetricValue): MetricValue => {
    const values = folds.map(of);
    return values.some((v) => v === null) ? null : values.reduce<number>((sum, v) => sum + (v ?? 0), 0) / values.length;
  };
  return {
    wape: mean((s) => s.wape),
    mase: mean((s) => s.mase),
    wql: mean((s) => s.wql),
    bias: mean((s) => s.bias),
    mae: mean((s) => s.mae),
    mse: mean((s) => s.mse),
    rmse: mean((s) => s.rmse),
    coverage: mean((s) => s.coverage),
  };
}
