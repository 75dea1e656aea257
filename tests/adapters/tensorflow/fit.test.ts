import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runJob } from '../../../adapters/child-process/run-job.ts';
import { readMatrix } from '../../../adapters/read-matrix.ts';
import { addWindows } from '../../../adapters/tensorflow/added-windows.ts';
import { openEngine } from '../../../adapters/tensorflow/engine.ts';
import { fitNetwork } from '../../../adapters/tensorflow/fit.ts';
import { loadNetwork } from '../../../adapters/tensorflow/model-file.ts';
import { forecast } from '../../../adapters/tensorflow/predict.ts';
import { holdOut, pickTargets, targetsOf } from '../../../adapters/tensorflow/targets.ts';
import { createTensorflowTrainer } from '../../../adapters/tensorflow/trainer.ts';
import { batchOf, standardOf, windowsOf } from '../../../adapters/tensorflow/windows.ts';
import type { FitJob, FitOutcome, Matrix, Parameters } from '../../../contracts/training.ts';
import { learnableTargets } from '../../../domain/cutoffs.ts';
import { rowsAtOrigin, columnOf } from '../../../domain/origin-rows.ts';
import { createRandom } from '../../../domain/random.ts';
import { syntheticJob, weekOf, writeSyntheticMatrix } from '../synthetic-matrix.ts';

const size = { series: 40, periods: 40, horizon: 3, lags: 6 };
const cutoff = weekOf(size.periods - 1 - size.horizon);
const cutoffDay = Date.parse(cutoff) / 86_400_000;
const small: Parameters = { steps: 80, batch: 64, units: 8, dense: 16 };
let folder = '';
let matrix: Matrix;
/** Twenty steps, which several tests compare with: nobody changes its files. */
let short: Fitted;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorflow-fit-'));
  matrix = await writeSyntheticMatrix(join(folder, 'matrix'), size);
  short = await fit({ steps: 20 });
});
afterAll(() => rm(folder, { recursive: true }));

let jobs = 0;
const job = (parameters: Parameters, rest: Partial<FitJob> = {}): Promise<FitJob> =>
  syntheticJob(rest.matrix ?? matrix, join(folder, `job-${(jobs += 1)}`), cutoff, { ...small, ...parameters }, rest);

async function forecastsIn(outputFolder: string): Promise<Float32Array> {
  const bytes = await readFile(join(outputFolder, 'predictions.f32'));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

interface Fitted {
  readonly outcome: FitOutcome;
  readonly forecasts: Float32Array;
  readonly asked: FitJob;
}

async function fit(parameters: Parameters, rest: Partial<FitJob> = {}): Promise<Fitted> {
  const asked = await job(parameters, rest);
  const outcome = await fitNetwork(asked, () => undefined);
  return { outcome, forecasts: await forecastsIn(asked.outputFolder), asked };
}

/** WAPE of the forecasts' points and of repeating the last known value. */
async function wapes(forecasts: Float32Array, perPoint: number): Promise<{ network: number; last: number }> {
  const table = await readMatrix(matrix);
  const sum = { actual: 0, network: 0, last: 0 };
  rowsAtOrigin(table, cutoffDay).forEach((row, i) => {
    for (let h = 1; h <= size.horizon; h += 1) {
      const actual = columnOf(table, `a_${h}`)?.[row] ?? NaN;
      sum.actual += actual;
      sum.network += Math.abs(actual - (forecasts[(i * size.horizon + h - 1) * perPoint] ?? NaN));
      sum.last += Math.abs(actual - (columnOf(table, 'lag_0')?.[row] ?? NaN));
    }
  });
  return { network: sum.network / sum.actual, last: sum.last / sum.actual };
}

test.each(['pinball', 'mae', 'mse'])('with loss %s the network forecasts better than the last value', async (loss) => {
  const { forecasts, outcome } = await fit({ loss });
  const { network, last } = await wapes(forecasts, 4);
  expect(network).toBeLessThan(0.85 * last);
  expect(outcome).toMatchObject({
    predictedRows: size.series,
    modelFiles: ['network.json', 'network.bin'],
    engine: expect.stringContaining('tfjs-wasm'),
  });
});

test('quantiles are non-negative and never cross, and the point is the median', () => {
  const { forecasts } = short;
  for (let at = 0; at < forecasts.length; at += 4) {
    const [point = NaN, low = NaN, middle = NaN, high = NaN] = forecasts.subarray(at, at + 4);
    expect(low).toBeGreaterThanOrEqual(0);
    expect(middle).toBeGreaterThanOrEqual(low);
    expect(high).toBeGreaterThanOrEqual(middle);
    expect([low, middle, high]).toContain(point);
  }
});

test('the same seed gives the same bytes for any number of threads, another seed gives others', async () => {
  const one = short;
  expect(one.asked.threads).toBe(1);
  const two = await fit({ steps: 20 }, { threads: 2 });
  const other = await fit({ steps: 20 }, { seed: 8 });
  expect(two.forecasts).toEqual(one.forecasts);
  for (const file of one.outcome.modelFiles) {
    expect(await readFile(join(two.asked.outputFolder, file))).toEqual(
      await readFile(join(one.asked.outputFolder, file)),
    );
  }
  expect(other.forecasts).not.toEqual(one.forecasts);
});

test('a saved network forecasts the same when it is loaded', async () => {
  const { asked, forecasts } = await fit({ steps: 20 });
  const { tf } = await openEngine(undefined);
  const table = await readMatrix(matrix);
  const loaded = await loadNetwork(asked.outputFolder);
  expect(forecast(tf, loaded, windowsOf(table, matrix.spec), rowsAtOrigin(table, cutoffDay), asked.quantiles)).toEqual(
    forecasts,
  );
  await writeFile(join(asked.outputFolder, 'network.bin'), new Float32Array(3));
  await expect(loadNetwork(asked.outputFolder)).rejects.toMatchObject({ code: 'ArtifactCorrupt' });
});

test('nothing after the cutoff moves a forecast', async () => {
  const after = await fit({ steps: 20 }, { matrix: { ...matrix, folder: await scrambledAfterCutoff() } });
  expect(after.forecasts).toEqual(short.forecasts);
});

const scrambledAfterCutoff = (): Promise<string> => scrambled((period) => period > cutoffDay);

/** A copy of the matrix with absurd targets in the periods (their first days) that are told. */
async function scrambled(isChanged: (period: number) => boolean): Promise<string> {
  const table = await readMatrix(matrix);
  let changed = 0;
  for (let h = 1; h <= size.horizon; h += 1) {
    const column = columnOf(table, `y_${h}`) ?? new Float32Array();
    table.origin.forEach((origin, row) => {
      if (!isChanged(origin + 7 * h)) return;
      column[row] = 1e6;
      changed += 1;
    });
  }
  expect(changed).toBeGreaterThan(0);
  const copy = join(folder, `scrambled-${(jobs += 1)}`);
  await writeSyntheticMatrix(copy, size);
  await writeFile(join(copy, 'values.f32'), table.values);
  return copy;
}

describe('augmentation', () => {
  const augmented = { steps: 20, augment_methods: 'jitter,mix-up,time-warp', augment_copies: 2, augment_strength: 0.2 };

  test('trains on more windows and says which, by the seed alone', async () => {
    const [one, two] = [await fit(augmented), await fit(augmented)];
    expect(two.forecasts).toEqual(one.forecasts);
    expect(one.forecasts).not.toEqual(short.forecasts);
    expect(one.outcome.curves['train_loss']).not.toEqual(short.outcome.curves['train_loss']);
    const { jitter = 0, 'mix-up': mixed = 0, 'time-warp': warped = 0 } = one.outcome.augmented ?? {};
    expect(Math.min(jitter, mixed, warped)).toBeGreaterThan(0);
    expect(jitter + mixed + warped).toBe(2 * one.outcome.trainedRows);
    expect(short.outcome.augmented).toBeUndefined();
  });

  test('leaves what validates and what is forecast from byte for byte as it was, and copies no held-out series', async () => {
    const table = await readMatrix(matrix);
    const windows = windowsOf(table, matrix.spec);
    const span = learnableTargets(cutoffDay, 'week', {});
    const targets = targetsOf(table, matrix.spec, windows.levels, span);
    const { training, heldOut } = holdOut(table, targets.rows, createRandom(7));
    const added = addWindows({ table, spec: matrix.spec, targets, training, span, settings: { steps: 20, batch: 64 }, augmentation: { methods: ['scaling'], copies: 1, strength: 0.2 }, seed: 7 });
    const standard = standardOf(windows.statics, training);
    const looked = [heldOut, rowsAtOrigin(table, cutoffDay)];
    for (const rows of looked) {
      expect(batchOf(added.windows, standard, rows)).toEqual(batchOf(windows, standard, rows));
      expect(pickTargets(added.targets, rows)).toEqual(pickTargets(targets, rows));
    }
    const held = new Set(Array.from(heldOut, (row) => table.series[row]));
    expect([...added.training].every((row) => row >= table.rows || training.includes(row))).toBe(true);
    expect(added.training.length).toBeGreaterThan(training.length);
    // Of 20 × 64 windows that training looks at no more can be wanted.
    expect(added.training.length - training.length).toBeLessThanOrEqual(1_280);
    expect(held.size).toBeGreaterThan(0);
  });

  test('sees nothing after the cutoff either', async () => {
    const before = await fit(augmented);
    const after = await fit(augmented, { matrix: { ...matrix, folder: await scrambledAfterCutoff() } });
    expect(after.forecasts).toEqual(before.forecasts);
  });
});

test('with a gap and a window it learns from the targets between them alone', async () => {
  const split = { name: 'fold-1', cutoff, gap: 3, window: 10 };
  const before = await fit({ steps: 20 }, { split });
  const outside = await scrambled((period) => period > cutoffDay - 3 * 7 || period <= cutoffDay - 13 * 7);
  expect((await fit({ steps: 20 }, { split, matrix: { ...matrix, folder: outside } })).forecasts).toEqual(before.forecasts);
  expect(before.forecasts).not.toEqual(short.forecasts);
});

test('without quantiles there is one value per row and step', async () => {
  for (const loss of ['pinball', 'mse']) {
    expect((await fit({ steps: 10, loss }, { quantiles: [] })).forecasts).toHaveLength(size.series * size.horizon);
  }
});

test('progress grows to 1 and losses fall, on the hold-out too', async () => {
  const seen: number[] = [];
  const outcome = await fitNetwork(await job({ steps: 100 }), ({ done }) => seen.push(done));
  const { train_loss: training = [], validation_loss: validation = [] } = outcome.curves;
  expect(training.at(-1)).toBeLessThan(training[0] ?? 0);
  expect(Math.min(...validation)).toBeLessThan(validation[0] ?? 0);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.at(-1)).toBe(1);
});

test('unknown parameters and cutoffs without rows are refused', async () => {
  await expect(fit({ layers: 3 })).rejects.toMatchObject({
    code: 'BadInput',
    message: expect.stringMatching(/layers.*units/),
  });
  await expect(fit({}, { split: { name: 'fold-1', cutoff: weekOf(0) } })).rejects.toMatchObject({ code: 'BadInput' });
  await expect(fit({}, { split: { name: 'fold-1', cutoff: weekOf(400) } })).rejects.toMatchObject({ code: 'BadInput' });
});

test('the trainer gives what a fit in this process gives', async () => {
  const asked = await job({ steps: 20 });
  const outcome = await createTensorflowTrainer({ runJob }).fit(asked, {
    progress: () => undefined,
    signal: new AbortController().signal,
  });
  expect(outcome).toEqual(short.outcome);
  expect(await forecastsIn(asked.outputFolder)).toEqual(short.forecasts);
});
