import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runJob } from '../../../adapters/child-process/run-job.ts';
import { loadBooster } from '../../../adapters/lightgbm/booster.ts';
import { fitLightgbm } from '../../../adapters/lightgbm/fit.ts';
import { openLightgbm } from '../../../adapters/lightgbm/library.ts';
import { createLightgbmTrainer } from '../../../adapters/lightgbm/trainer.ts';
import type { FitJob, FitOutcome, Matrix, Parameters } from '../../../contracts/training.ts';
import { syntheticJob, weekOf, writeSyntheticMatrix } from '../synthetic-matrix.ts';
import { libraryPath } from './lightgbm-library.ts';

const size = { series: 40, periods: 40, horizon: 3, lags: 8 };
const cutoff = weekOf(size.periods - 1 - size.horizon);
const small: Parameters = { num_iterations: 30, min_data_in_leaf: 20 };
let folder = '';
let matrix: Matrix;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lightgbm-fit-'));
  matrix = await writeSyntheticMatrix(join(folder, 'matrix'), size);
});
afterAll(() => rm(folder, { recursive: true }));

let jobs = 0;
const job = (parameters: Parameters, rest: Partial<FitJob> = {}): Promise<FitJob> =>
  syntheticJob(rest.matrix ?? matrix, join(folder, `job-${(jobs += 1)}`), cutoff, { ...small, ...parameters }, rest);

async function fit(
  parameters: Parameters,
  rest: Partial<FitJob> = {},
): Promise<{ outcome: FitOutcome; forecasts: Float32Array; outputFolder: string }> {
  const asked = await job(parameters, rest);
  const outcome = await fitLightgbm(libraryPath, asked, () => undefined);
  const bytes = await readFile(join(asked.outputFolder, 'predictions.f32'));
  return {
    outcome,
    forecasts: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4),
    outputFolder: asked.outputFolder,
  };
}

/** Per predicted row and step: what was sold in the end, and the last value known at the cutoff. */
async function actuals(): Promise<{ actual: Float32Array; last: Float32Array }> {
  const bytes = await readFile(join(matrix.folder, 'values.f32'));
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const origin = await readFile(join(matrix.folder, 'origin.i32'));
  const day = Date.parse(cutoff) / 86_400_000;
  const rows = Array.from({ length: matrix.rows }, (_, row) => row).filter(
    (row) => origin.readInt32LE(row * 4) === day,
  );
  const steps = Array.from({ length: size.horizon }, (_, i) => matrix.columns.indexOf(`a_${i + 1}`));
  const at = (column: number, row: number): number => values[column * matrix.rows + row] ?? NaN;
  return {
    actual: Float32Array.from(rows.flatMap((row) => steps.map((column) => at(column, row)))),
    last: Float32Array.from(rows.flatMap((row) => steps.map(() => at(matrix.columns.indexOf('lag_0'), row)))),
  };
}

function wape(forecasts: Float32Array, actual: Float32Array, perPoint: number): number {
  let error = 0;
  actual.forEach((value, i) => (error += Math.abs(value - (forecasts[i * perPoint] ?? NaN))));
  return error / actual.reduce((a, b) => a + b, 0);
}

/** A copy of the matrix with absurd targets in the periods (their first days) that are told. */
async function scrambled(isChanged: (period: number) => boolean): Promise<string> {
  const bytes = await readFile(join(matrix.folder, 'values.f32'));
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const origin = await readFile(join(matrix.folder, 'origin.i32'));
  let changed = 0;
  for (let h = 1; h <= size.horizon; h += 1) {
    const column = matrix.columns.indexOf(`y_${h}`) * matrix.rows;
    for (let row = 0; row < matrix.rows; row += 1) {
      if (!isChanged(origin.readInt32LE(row * 4) + 7 * h)) continue;
      values[column + row] = 1e6;
      changed += 1;
    }
  }
  expect(changed).toBeGreaterThan(0);
  const copy = join(folder, `scrambled-${(jobs += 1)}`);
  await writeSyntheticMatrix(copy, size);
  await writeFile(join(copy, 'values.f32'), values);
  return copy;
}

describe('a fit', () => {
  test.each(['l1', 'l2', 'tweedie', 'poisson', 'log1p', 'sqrt'])(
    'with objective %s forecasts better than the last value',
    async (objective) => {
      const { forecasts, outcome } = await fit({ objective, num_iterations: 60 });
      const { actual, last } = await actuals();
      expect(wape(forecasts, actual, 4)).toBeLessThan(0.85 * wape(last, actual, 1));
      expect(outcome).toMatchObject({
        predictedRows: size.series,
        engine: expect.stringMatching(/^lightgbm \d+\.\d+\.\d+ cpu$/),
      });
      expect(forecasts).toHaveLength(size.series * size.horizon * 4);
    },
  );

  test.each(['none', 'mean', 'recent'])(
    'with scaling %s gives non-negative quantiles that never cross and cover',
    async (scaling) => {
      const { forecasts } = await fit({ scaling });
      const { actual } = await actuals();
      let inside = 0;
      actual.forEach((value, i) => {
        const [, low = NaN, middle = NaN, high = NaN] = forecasts.subarray(i * 4, i * 4 + 4);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(middle).toBeGreaterThanOrEqual(low);
        expect(high).toBeGreaterThanOrEqual(middle);
        if (value >= low && value <= high) inside += 1;
      });
      expect(inside / actual.length).toBeGreaterThan(0.6);
      expect(inside / actual.length).toBeLessThan(0.95);
    },
  );

  test('has the same bytes with one thread and with two, models included', async () => {
    const one = await fit({}, { threads: 1 });
    const two = await fit({}, { threads: 2 });
    expect(two.forecasts).toEqual(one.forecasts);
    expect(one.outcome.modelFiles).toEqual(['model.json', 'point.txt', 'q0.1.txt', 'q0.5.txt', 'q0.9.txt']);
    for (const file of one.outcome.modelFiles) {
      expect(await readFile(join(two.outputFolder, file), 'utf8')).toBe(
        await readFile(join(one.outputFolder, file), 'utf8'),
      );
    }
  });

  test('differs with the seed', async () => {
    const one = await fit({}, { seed: 1 });
    const two = await fit({}, { seed: 2 });
    expect(two.forecasts).not.toEqual(one.forecasts);
  });

  test('does not see targets after the cutoff, nor in its gap, nor before its window, with augmentation or without', async () => {
    const parameters = [{}, { augment_methods: 'jitter,mix-up,scaling', augment_copies: 1, augment_strength: 0.3 }];
    const day = Date.parse(cutoff) / 86_400_000;
    const afterCutoff = await scrambled((period) => period > day);
    const outsideWindow = await scrambled((period) => period > day - 3 * 7 || period <= day - 13 * 7);
    const narrow = { name: 'fold-1', cutoff, gap: 3, window: 10 };
    for (const some of parameters) {
      expect((await fit(some, { matrix: { ...matrix, folder: afterCutoff } })).forecasts).toEqual((await fit(some)).forecasts);
      expect((await fit(some, { split: narrow, matrix: { ...matrix, folder: outsideWindow } })).forecasts).toEqual((await fit(some, { split: narrow })).forecasts);
    }
  });

  test('with augmentation learns from more rows, says which and from how many of the data, and forecasts differently', async () => {
    const plain = await fit({});
    const parameters = { augment_methods: 'jitter,mix-up,scaling,time-warp', augment_copies: 2, augment_strength: 0.1 };
    const augmented = await fit(parameters);
    expect(augmented.forecasts).not.toEqual(plain.forecasts);
    expect((await fit(parameters, { threads: 2 })).forecasts).toEqual(augmented.forecasts);
    expect(augmented.outcome.trainedRows).toBe(plain.outcome.trainedRows);
    expect(plain.outcome.augmented).toBeUndefined();
    expect(Object.keys(augmented.outcome.augmented ?? {}).sort()).toEqual(['jitter', 'mix-up', 'scaling']);
    const { actual, last } = await actuals();
    expect(wape(augmented.forecasts, actual, 4)).toBeLessThan(wape(last, actual, 1));
  });

  test('keeps models that give its forecasts again', async () => {
    const { outputFolder, forecasts } = await fit({ objective: 'l1', scaling: 'none' }, { quantiles: [] });
    const booster = loadBooster(openLightgbm(libraryPath), await readFile(join(outputFolder, 'point.txt'), 'utf8'));
    const description: unknown = JSON.parse(await readFile(join(outputFolder, 'model.json'), 'utf8'));
    expect(description).toMatchObject({
      columns: [...matrix.spec.shared.map(({ name }) => name), 'wave', 'step_ahead'],
      scaling: 'none',
    });
    expect(forecasts).toHaveLength(size.series * size.horizon);
    expect(booster.columns).toBe(matrix.spec.shared.length + 2);
    booster.free();
  });

  test('reports progress and a training loss that falls', async () => {
    const seen: number[] = [];
    const outcome = await fitLightgbm(libraryPath, await job({}), ({ done }) => seen.push(done));
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
    const curve = outcome.curves['point'] ?? [];
    expect(curve).toHaveLength(3);
    expect(curve.at(-1)).toBeLessThan(curve[0] ?? 0);
  });

  test('refuses unknown parameters and cutoffs without rows, and says which', async () => {
    await expect(fit({ leaves: 3 })).rejects.toMatchObject({
      code: 'BadInput',
      message: expect.stringMatching(/leaves.*num_leaves/),
    });
    await expect(fit({ num_leaves: 1 })).rejects.toMatchObject({ code: 'BadInput' });
    await expect(fit({}, { split: { name: 'fold-1', cutoff: weekOf(0) } })).rejects.toMatchObject({
      code: 'BadInput',
      message: expect.stringContaining('fold-1'),
    });
    await expect(fit({}, { split: { name: 'fold-1', cutoff: weekOf(400) } })).rejects.toMatchObject({
      code: 'BadInput',
      message: expect.stringContaining(weekOf(400)),
    });
  });
});

describe('the trainer', () => {
  const trainer = createLightgbmTrainer({ library: libraryPath, runJob });

  test('gives what a fit in this process gives', async () => {
    const asked = await job({});
    const outcome = await trainer.fit(asked, { progress: () => undefined, signal: new AbortController().signal });
    const here = await fit({});
    expect(outcome).toEqual(here.outcome);
    expect(await readFile(join(asked.outputFolder, 'predictions.f32'))).toEqual(
      await readFile(join(here.outputFolder, 'predictions.f32')),
    );
  });

  test('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const asked = await job({ num_iterations: 10_000 });
    const running = trainer.fit(asked, {
      progress: () => controller.abort(new Error('enough')),
      signal: controller.signal,
    });
    await expect(running).rejects.toThrow('enough');
  });
});
