import { expect, test } from 'vitest';

import { metricRows } from '../../activities/metric-rows.ts';
import type { PredictionTable, SeriesScales } from '../../contracts/prediction-table.ts';

/** One series per row, one split, median only. */
function tableOf(split: string, rows: readonly { series: string; actual: number; forecast: number }[]): PredictionTable {
  return {
    splits: [split], cutoffs: ['2024-09-02'], levels: [0.1, 0.9], series: rows.map(({ series }) => series),
    splitIndex: new Uint16Array(rows.length), seriesIndex: Uint32Array.from(rows.keys()), step: new Uint16Array(rows.length).fill(1), ds: new Int32Array(rows.length), unit: 'day',
    yHat: Float32Array.from(rows, ({ forecast }) => forecast), quantiles: Float32Array.from(rows.flatMap(({ forecast }) => [forecast, forecast])),
    actual: Float64Array.from(rows, ({ actual }) => actual),
  };
}
const scalesOf = (entries: Readonly<Record<string, readonly [scale: number, periods: number]>>): ReadonlyMap<string, SeriesScales> =>
  new Map([['2024-09-02', {
    series: Object.keys(entries), scale: Float64Array.from(Object.values(entries), ([scale]) => scale), periods: Uint32Array.from(Object.values(entries), ([, periods]) => periods),
  }]]);

const row = (series: string, actual: number, forecast: number) => ({ series, actual, forecast });

test('points whose actual is not known yet, series with a short past and series without one are not scored', () => {
  const table = tableOf('test', [row('A', 10, 8), row('B', Number.NaN, 99), row('C', 10, 99), row('D', 10, 99)]);
  const [scored] = metricRows('m', table, scalesOf({ A: [1, 8], B: [1, 8], C: [1, 7] }), 8);
  expect(scored).toMatchObject({ model: 'm', split: 'test', wape: 0.2, mae: 2, mase: 2 });
});

test('a measure that the data do not define is null and the others are not', () => {
  const [scored] = metricRows('m', tableOf('test', [row('A', 0, 3)]), scalesOf({ A: [Number.NaN, 20] }), 8);
  expect(scored).toMatchObject({ wape: null, wql: null, bias: null, mase: null, mae: 3, mse: 9, rmse: 3, coverage: 0 });
});

test('where nothing can be scored everything is null', () => {
  const [scored] = metricRows('m', tableOf('test', [row('A', 5, 5)]), new Map(), 8);
  expect(Object.values(scored ?? {}).filter((value) => value !== null)).toEqual(['m', 'test']);
});

test('a fold that is not defined leaves the mean of the folds undefined rather than over fewer folds', () => {
  const [one, two] = [tableOf('fold-1', [row('A', 10, 8)]), tableOf('fold-2', [row('A', 0, 8)])];
  const both: PredictionTable = {
    ...one, splits: ['fold-1', 'fold-2'], cutoffs: ['2024-09-02', '2024-09-02'], series: ['A'], splitIndex: Uint16Array.of(0, 1), seriesIndex: Uint32Array.of(0, 0),
    yHat: Float32Array.of(8, 8), quantiles: Float32Array.of(8, 8, 8, 8), actual: Float64Array.of(...one.actual, ...two.actual), step: Uint16Array.of(1, 1), ds: Int32Array.of(0, 7),
  };
  expect(metricRows('m', both, scalesOf({ A: [1, 8] }), 8)).toMatchObject([{ split: 'folds', wape: null, mae: 5 }]);
});

test('the final forecasts are not scored', () => {
  expect(metricRows('m', tableOf('final', [row('A', 10, 8)]), scalesOf({ A: [1, 8] }), 8)).toEqual([]);
});
