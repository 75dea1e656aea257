import { createHook } from 'node:async_hooks';
import { readFile } from 'node:fs/promises';

import { beforeEach, describe, expect, test } from 'vitest';

import { createAblationActivities } from '../../activities/ablation.ts';
import type { AblationInput } from '../../contracts/ablation.ts';
import type { FeatureSet, FeatureSpec } from '../../contracts/features.ts';
import type { ModelForecasts } from '../../contracts/modelling.ts';
import type { PredictionTable } from '../../contracts/prediction-table.ts';
import { at, attempt, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
let given: ReturnType<typeof surroundings>;
beforeEach(() => {
  given = surroundings(folder());
});

const quantiles = [0.1, 0.5, 0.9];
const splits = ['final', 'fold-1', 'fold-2', 'test'];

/** Forecasts that miss by `error` of what is sold, up and down by turns; the last horizon and the final forecasts miss by far. */
function tableOf(error: number, { series = 40, levels = quantiles, only = splits, sold = 10 } = {}): PredictionTable {
  const rows = only.flatMap((split, s) => Array.from({ length: series * 2 }, (_, i) => ({ split, s, own: Math.floor(i / 2), step: 1 + (i % 2) })));
  const missed = ({ split, own, step }: (typeof rows)[number]): number => sold * (1 + (split.startsWith('fold') ? error : 5) * ((own + step) % 2 === 0 ? 1 : -1));
  return {
    splits: only, cutoffs: only.map(() => '2024-09-02'), series: Array.from({ length: series }, (_, i) => `s${String(i)}`), levels, unit: 'day',
    splitIndex: Uint16Array.from(rows, ({ s }) => s), seriesIndex: Uint32Array.from(rows, ({ own }) => own), step: Uint16Array.from(rows, ({ step }) => step),
    ds: new Int32Array(rows.length), yHat: Float32Array.from(rows, missed), quantiles: Float32Array.from(rows.flatMap((row) => levels.map(() => missed(row)))),
    actual: Float64Array.from(rows, ({ split }) => (split === 'final' ? Number.NaN : sold)),
  };
}

const tables = { readPredictions: async ({ file }: { file: string }) => predictions.get(await readFile(file, 'utf8')) ?? tableOf(0) };
/** By the content of their files, which differs for each. */
const predictions = new Map<string, PredictionTable>();
async function forecastsOf(name: string, table: PredictionTable): Promise<ModelForecasts> {
  const content = `${name} ${String(predictions.size)}`;
  predictions.set(content, table);
  return { model: 'lightgbm', predictions: await given.artifacts.publishBytes('forecasts', Buffer.from(content), { mediaType: 'text/plain', extension: 'txt' }), files: [], parameters: {}, engine: 'test' };
}

const activities = () => createAblationActivities({ tables, artifacts: given.artifacts, steps: given.steps });

describe('an ablation', () => {
  async function measure(full: PredictionTable, reduced: Readonly<Record<string, PredictionTable>>, more: Partial<AblationInput> = {}) {
    const input: AblationInput = {
      context: at('ablation'), full: await forecastsOf('full', full), quantiles, seed: 7,
      reduced: await Promise.all(Object.entries(reduced).map(async ([without, table]) => ({ without, columns: 8, forecasts: await forecastsOf(without, table) }))), ...more,
    };
    return attempt(() => activities().measureAblation(input));
  }

  test('tells what each modality adds on the folds, nil included, and keeps it as a report', async () => {
    const { rows, report } = await measure(tableOf(0.2), { text: tableOf(0.25), image: tableOf(0.2), tuning: tableOf(0.1) });
    expect(rows.map(({ without, metric }) => [without, metric])).toEqual([['text', 'wql'], ['text', 'wape'], ['image', 'wql'], ['image', 'wape'], ['tuning', 'wql'], ['tuning', 'wape']]);
    const [text, , image, , tuning] = rows;
    expect(text).toMatchObject({ columns: 8, full: expect.closeTo(0.2, 5) as number, reduced: expect.closeTo(0.25, 5) as number, gain: expect.closeTo(0.2, 5) as number });
    expect(text?.low).toBeGreaterThan(0);
    expect(image).toMatchObject({ gain: 0, low: 0, high: 0 });
    expect(tuning?.high).toBeLessThan(0);
    expect(await given.artifacts.readJson(report)).toEqual({ rows, model: 'lightgbm', series: 40, resamples: 1_000 });
  });

  test('takes folds from models that forecast other splits too, and WAPE alone from those without quantiles', async () => {
    const { rows } = await measure(tableOf(0.2), { text: tableOf(0.25, { only: ['fold-1', 'fold-2'] }) });
    expect(rows[0]?.gain).toBeCloseTo(0.2, 5);
    const points = await measure(tableOf(0.2, { levels: [] }), { text: tableOf(0.25, { levels: [] }) });
    expect(points.rows.map(({ metric }) => metric)).toEqual(['wape']);
  });

  test('leaves the process to others while it draws', async () => {
    let breaths = 0;
    const hook = createHook({ init: (_id, type) => { if (type === 'Immediate') breaths += 1; } }).enable();
    try {
      await measure(tableOf(0.2, { series: 5_000 }), { text: tableOf(0.25, { series: 5_000 }) });
    } finally {
      hook.disable();
    }
    expect(breaths).toBeGreaterThanOrEqual(10);
  });

  test('refuses what can not be compared, in one line', async () => {
    await expect(measure(tableOf(0.2), { text: tableOf(0.2, { series: 39 }) })).rejects.toMatchObject({ code: 'Conflict', message: expect.stringMatching(/without text are not of the same folds, series and steps/) as string });
    await expect(measure(tableOf(0.2), { text: tableOf(Number.NaN) })).rejects.toMatchObject({ code: 'Conflict', message: expect.stringMatching(/without text is not a number/) as string });
    await expect(measure(tableOf(0.2, { sold: 0 }), { text: tableOf(0.2, { sold: 0 }) })).rejects.toMatchObject({ code: 'BadInput', message: expect.stringMatching(/^nothing was sold in the folds/) as string });
  });

  test('of nothing is an empty report', async () => {
    expect((await measure(tableOf(0.2), {})).rows).toEqual([]);
  });
});

describe('leaving out columns', () => {
  const spec: FeatureSpec = {
    frequency: 'week', horizon: 4, sequence: ['lag_1', 'lag_0'], statics: ['age', 'text_1', 'image_1'],
    shared: [{ name: 'lag_1', group: 'recent sales', meaning: '' }, { name: 'lag_0', group: 'recent sales', meaning: '' }, { name: 'age', group: 'history', meaning: '' }, { name: 'text_1', group: 'text', meaning: '' }, { name: 'image_1', group: 'image', meaning: '' }],
    perStep: [{ name: 'season_sin', group: 'season', meaning: '' }],
  };
  async function omit(groups: readonly string[]) {
    const features: FeatureSet = { table: await given.artifacts.publishJson('features', { parts: [] }), spec: await given.artifacts.publishJson('features', spec), cutoffs: { folds: [], test: '', final: '' }, rows: 1, series: 1, columns: 17 };
    const { features: fewer, columns } = await attempt(() => activities().omitColumns({ features, groups }));
    return { features, fewer, columns, spec: await given.artifacts.readJson(fewer.spec) };
  }

  test('makes a new specification of the same table', async () => {
    const found = await omit(['text']);
    expect(found.columns).toBe(1);
    expect(found.fewer).toEqual({ ...found.features, spec: found.fewer.spec, columns: 16 });
    expect(found.spec).toEqual({ ...spec, shared: spec.shared.filter(({ name }) => name !== 'text_1'), statics: ['age', 'image_1'] });
    // Of a column per step there is one for each step.
    expect((await omit(['season'])).columns).toBe(4);
  });

  test('that are not there changes nothing, and something must be left', async () => {
    const found = await omit(['audio']);
    expect([found.columns, found.fewer]).toEqual([0, found.features]);
    await expect(omit(['recent sales', 'history', 'text', 'image', 'season'])).rejects.toMatchObject({ code: 'BadInput' });
  });
});
