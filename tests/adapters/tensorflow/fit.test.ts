import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runJob } from '../../../adapters/child-process/run-job.ts';
import { readMatrix } from '../../../adapters/read-matrix.ts';
import { openEngine } from '../../../adapters/tensorflow/engine.ts';
import { fitNetwork } from '../../../adapters/tensorflow/fit.ts';
import { loadNetwork } from '../../../adapters/tensorflow/model-file.ts';
import { forecast } from '../../../adapters/tensorflow/predict.ts';
import { createTensorflowTrainer } from '../../../adapters/tensorflow/trainer.ts';
import { windowsOf } from '../../../adapters/tensorflow/windows.ts';
import type { FitJob, FitOutcome, Matrix, Parameters } from '../../../contracts/training.ts';
import { rowsAtOrigin, columnOf } from '../../../domain/origin-rows.ts';
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
  const before = short;
  const table = await readMatrix(matrix);
  let changed = 0;
  for (let h = 1; h <= size.horizon; h += 1) {
    const column = columnOf(table, `y_${h}`) ?? new Float32Array();
    table.origin.forEach((origin, row) => {
      if (origin + 7 * h <= cutoffDay) return;
      column[row] = 1e6;
      changed += 1;
    });
  }
  const scrambled = join(folder, 'scrambled');
  await writeSyntheticMatrix(scrambled, size);
  await writeFile(join(scrambled, 'values.f32'), table.values);
  const after = await fit({ steps: 20 }, { matrix: { ...matrix, folder: scrambled } });
  expect(changed).toBeGreaterThan(0);
  expect(after.forecasts).toEqual(before.forecasts);
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
