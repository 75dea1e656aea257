import { createHook } from 'node:async_hooks';
import { readFile, writeFile } from 'node:fs/promises';

import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';

import { createEvaluationActivities } from '../../activities/evaluation.ts';
import type { PredictionTables } from '../../activities/evaluation.ts';
import type { EvaluateInput, ModelForecasts } from '../../contracts/modelling.ts';
import type { PredictionTable, SeriesScales } from '../../contracts/prediction-table.ts';
import { at, attempt, quietEnvironment, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
let given: ReturnType<typeof surroundings>;
beforeEach(() => {
  given = surroundings(folder());
});

const levels = [0.1, 0.5, 0.9];
const cutoffs = { 'fold-1': '2024-09-02', 'fold-2': '2024-09-30', test: '2024-10-28', final: '2024-11-25' } as const;
type Split = keyof typeof cutoffs;
const everySplit: readonly Split[] = ['fold-1', 'fold-2', 'test', 'final'];
const ids = ['A', 'B', 'C'];
const steps = [1, 2];

/** Forecasts of every series and step in the splits: `forecast` gives the point, and the band is two either way. */
function tableOf(splits: readonly Split[], forecast: (split: Split, series: string, step: number) => number): PredictionTable {
  const rows = splits.flatMap((split, s) => ids.flatMap((series, i) => steps.map((step) => ({ split, s, series, i, step, point: forecast(split, series, step) }))));
  return {
    splits, cutoffs: splits.map((split) => cutoffs[split]), series: ids, levels, unit: 'day',
    splitIndex: Uint16Array.from(rows, ({ s }) => s),
    seriesIndex: Uint32Array.from(rows, ({ i }) => i),
    step: Uint16Array.from(rows, ({ step }) => step),
    ds: Int32Array.from(rows, ({ split, step }) => Date.parse(cutoffs[split]) / 86_400_000 + 7 * step),
    yHat: Float32Array.from(rows, ({ point }) => point),
    quantiles: Float32Array.from(rows.flatMap(({ point }) => [point - 2, point, point + 2])),
    actual: Float64Array.from(rows, ({ split, series, step }) => (split === 'final' ? Number.NaN : actualOf(split, series, step))),
  };
}

const actualOf = (split: Split, series: string, step: number): number => 10 * (1 + ids.indexOf(series)) + step + everySplit.indexOf(split);

/** Files of tables as JSON: what DuckDB does with Parquet. */
const tables: PredictionTables = {
  readPredictions: async ({ file }) => {
    const plain = JSON.parse(await readFile(file, 'utf8')) as Record<Exclude<keyof PredictionTable, 'splits' | 'cutoffs' | 'series' | 'levels' | 'unit'>, number[]> & Pick<PredictionTable, 'splits' | 'cutoffs' | 'series' | 'levels' | 'unit'>;
    return {
      ...plain,
      splitIndex: Uint16Array.from(plain.splitIndex), seriesIndex: Uint32Array.from(plain.seriesIndex), step: Uint16Array.from(plain.step), ds: Int32Array.from(plain.ds),
      yHat: Float32Array.from(plain.yHat), quantiles: Float32Array.from(plain.quantiles), actual: Float64Array.from(plain.actual, (y) => y ?? Number.NaN),
    };
  },
  writePredictionTable: ({ table, out }) => writeFile(out, plainOf(table)),
  writeForecasts: async ({ table, split, out }) => {
    await writeFile(out, plainOf(table));
    const rows = Array.from(table.splitIndex).filter((s) => table.splits[s] === split).length;
    return { series: rows / steps.length };
  },
  seasonalScales: async ({ cutoffs: at }) => at.map((): SeriesScales => ({ series: ids, scale: Float64Array.of(2, 4, 8), periods: Uint32Array.of(40, 40, 3) })),
};

function plainOf(table: PredictionTable): string {
  return JSON.stringify(table, (_, value: unknown) => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array, (x) => (Number.isNaN(x) ? null : x)) : value));
}

async function forecastsOf(model: string, table: PredictionTable): Promise<ModelForecasts> {
  const predictions = await given.artifacts.publishBytes('forecasts', Buffer.from(plainOf(table)), { mediaType: 'application/json', extension: 'json' });
  return { model, predictions, files: [], parameters: {}, engine: 'test' };
}

const activities = () => createEvaluationActivities({ tables, artifacts: given.artifacts, withScratch: given.withScratch, steps: given.steps });
const build = (members: readonly ModelForecasts[]) => attempt(() => activities().buildEnsemble({ context: at('ensemble'), members, quantiles: levels }));
const readBack = async ({ predictions }: ModelForecasts): Promise<PredictionTable> => tables.readPredictions({ file: await given.artifacts.fetchFile(predictions) });

const low = () => forecastsOf('low', tableOf(everySplit, (...row) => actualOf(...row) - 3));
const high = () => forecastsOf('high', tableOf(everySplit, (...row) => actualOf(...row) + 3));

describe('the ensemble', () => {
  test('weighs members by their folds and averages every split with these weights', async () => {
    const { weights, level, forecasts } = await build([await low(), await high()]);
    expect(weights).toEqual({ low: 0.5, high: 0.5 });
    expect(level).toBeCloseTo(1, 6);
    const table = await readBack(forecasts);
    const exact = tableOf(everySplit, actualOf);
    expect([...table.yHat]).toEqual([...exact.yHat]);
    expect([...table.quantiles]).toEqual([...exact.quantiles]);
    expect([...table.splitIndex]).toEqual([...exact.splitIndex]);
  });

  test('learns nothing from the test horizon nor from the final forecasts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 12, maxLength: 12 }), async (later) => {
        const member = (name: string, shift: number) =>
          forecastsOf(name, tableOf(everySplit, (split, series, step) => (split.startsWith('fold') ? actualOf(split, series, step) + shift : (later[(step + ids.indexOf(series) * 2 + shift) % 12] ?? 0))));
        const { weights, level } = await build([await member('a', 4), await member('b', 1)]);
        expect(weights).toEqual({ a: 0, b: 1 });
        expect(level).toBe((await build([await member('b', 1)])).level);
      }),
      { numRuns: 10 },
    );
  });

  test('leaves the process to others after every round and member, so that heartbeats go out', async () => {
    const members = [await low(), await high()];
    let breaths = 0;
    const hook = createHook({ init: (_id, type) => { if (type === 'Immediate') breaths += 1; } }).enable();
    try {
      await build(members);
    } finally {
      hook.disable();
    }
    expect(breaths).toBeGreaterThanOrEqual(50 * members.length);
  });

  test('whose run is cancelled meanwhile stops weighing', async () => {
    const environment = quietEnvironment();
    let asked = 0;
    const quantiles = new Proxy(levels, { get: (target, name, receiver) => {
      if (name === 'length' && ++asked === 20) environment.cancel();
      return Reflect.get(target, name, receiver) as unknown;
    } });
    const members = [await low(), await high()];
    const building = environment.run<[], unknown, () => Promise<unknown>>(() => activities().buildEnsemble({ context: at('ensemble'), members, quantiles }));
    await expect(building).rejects.toThrow();
    expect(asked).toBeLessThan(60);
  });

  test('refuses members that do not cover the same points', async () => {
    const part = await forecastsOf('part', tableOf(['test'], actualOf));
    await expect(build([await low(), part])).rejects.toMatchObject({ code: 'Conflict', message: expect.stringMatching(/part cover 6 points, those of low 24/) });
    await expect(build([])).rejects.toMatchObject({ code: 'Conflict', message: expect.stringContaining('no model to combine') });
  });
});

describe('an evaluation', () => {
  async function evaluate(more: Partial<EvaluateInput> = {}) {
    const members = [await low(), await high()];
    const { forecasts: ensemble, weights, level } = await build(members);
    const panel = await given.artifacts.publishJson('primary', { parts: [] });
    return attempt(() => activities().evaluateModels({ context: at('evaluate'), panel, models: members, ensemble, weights, level, minHistory: 8, quantiles: levels, ...more }));
  }

  test('scores each model on its folds and on the untouched horizon, and serves the ensemble', async () => {
    const { rows, forecastSeries } = await evaluate();
    expect(rows.map(({ model, split }) => `${model} ${split}`)).toEqual(['low folds', 'low test', 'high folds', 'high test', 'ensemble folds', 'ensemble test']);
    expect(forecastSeries).toBe(3);
    const [low] = rows.filter(({ model, split }) => model === 'low' && split === 'test');
    // Series C has three periods of history, too few to be scored: actuals 13, 14, 23, 24.
    expect(low?.wape).toBeCloseTo(12 / 74, 10);
    expect(low?.bias).toBeCloseTo(-12 / 74, 10);
    expect(low?.mase).toBeCloseTo((3 / 2 + 3 / 4) / 2, 10);
    expect(low?.rmse).toBeCloseTo(3, 10);
    expect([low?.coverage, rows.find(({ model, split }) => model === 'ensemble' && split === 'test')?.coverage]).toEqual([0, 1]);
  });

  test('takes the plain mean of its folds', async () => {
    const { rows } = await evaluate();
    const perFold = (['fold-1', 'fold-2'] as const).map((split) => {
      const sold = ['A', 'B'].flatMap((series) => steps.map((step) => actualOf(split, series, step))).reduce((a, b) => a + b);
      return 12 / sold;
    });
    expect(rows.find(({ model, split }) => model === 'high' && split === 'folds')?.wape).toBeCloseTo(((perFold[0] ?? NaN) + (perFold[1] ?? NaN)) / 2, 10);
  });

  test('measures a champion that was refitted for the test horizon alone, beside baselines of every split', async () => {
    const refitted = await forecastsOf('lightgbm', tableOf(['test'], (...row) => actualOf(...row) + 1));
    const baseline = await forecastsOf('low', tableOf(everySplit, (...row) => actualOf(...row) - 3));
    const { rows } = await evaluate({ champion: { version: 1, members: [baseline, refitted], weights: { low: 0.25, lightgbm: 0.75 }, level: 1 } });
    expect(rows.filter(({ model }) => model === 'champion').map(({ split }) => split)).toEqual(['test']);
    expect(rows.find(({ model }) => model === 'champion')?.wape).toBeCloseTo(0, 6);
  });

  test('writes its rows into the report that a decision is bound to', async () => {
    const { rows, report } = await evaluate();
    expect(await given.artifacts.readJson(report)).toMatchObject({ rows, weights: { low: 0.5, high: 0.5 }, minHistory: 8 });
  });
});
