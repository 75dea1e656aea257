import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeatureSpec } from '../../contracts/features.ts';
import type { FitJob, Matrix, Parameters } from '../../contracts/training.ts';
import { addPeriods, dayOfIso, isoOfDay } from '../../domain/calendar.ts';
import { createRandom } from '../../domain/random.ts';

export interface Synthetic {
  readonly series: number;
  readonly periods: number;
  readonly horizon: number;
  readonly lags: number;
  /** Uninformative shared columns beside the lags. */
  readonly noise?: number;
}

const firstMonday = dayOfIso('2020-01-06') ?? 0;

/** The Monday `period` weeks after the first. */
export const weekOf = (period: number): string => isoOfDay(addPeriods(firstMonday, period, 'week'));

/**
 * Weekly series with a level of their own, a wave that all share and noise, written as a matrix folder. Series i starts at period i % 5,
 * so that early lags are missing.
 */
export async function writeSyntheticMatrix(
  folder: string,
  { series, periods, horizon, lags, noise = 0 }: Synthetic,
): Promise<Matrix> {
  const random = createRandom(42);
  const spec: FeatureSpec = {
    frequency: 'week',
    horizon,
    shared: [...names('lag_', lags), ...names('noise_', noise), 'age'].map((name) => ({
      name,
      group: 'recent sales',
      meaning: name,
    })),
    perStep: [{ name: 'wave', group: 'season', meaning: 'the wave at the target' }],
    sequence: names('lag_', lags).reverse(),
    statics: ['age'],
  };
  const steps = Array.from({ length: horizon }, (_, i) => i + 1);
  const columns = [
    ...spec.shared.map(({ name }) => name),
    ...steps.map((h) => `wave_${h}`),
    ...steps.map((h) => `y_${h}`),
    ...steps.map((h) => `a_${h}`),
  ];
  const table: number[][] = [];
  const seriesOfRow: number[] = [];
  const originOfRow: number[] = [];
  const wave = (t: number): number => Math.sin((2 * Math.PI * t) / 13);
  for (let s = 0; s < series; s += 1) {
    const level = 2 + 40 * random.next() ** 2;
    const start = s % 5;
    const sales = Array.from({ length: periods }, (_, t) =>
      t < start ? NaN : Math.max(0, level * (1 + 0.5 * wave(t) + 0.3 * random.normal())),
    );
    const at = (t: number): number => sales[t] ?? NaN;
    for (let t = start; t < periods; t += 1) {
      const lagged = Array.from({ length: lags }, (_, k) => at(t - k));
      const future = steps.map((h) => at(t + h));
      table.push([
        ...lagged,
        ...Array.from({ length: noise }, () => random.normal()),
        t - start,
        ...steps.map((h) => wave(t + h)),
        ...future,
        ...future,
      ]);
      seriesOfRow.push(s);
      originOfRow.push(addPeriods(firstMonday, t, 'week'));
    }
  }
  const values = new Float32Array(table.length * columns.length);
  table.forEach((row, r) => row.forEach((value, c) => (values[c * table.length + r] = value)));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'values.f32'), values);
  await writeFile(join(folder, 'series.u32'), Uint32Array.from(seriesOfRow));
  await writeFile(join(folder, 'origin.i32'), Int32Array.from(originOfRow));
  return { folder, rows: table.length, columns, seriesIds: names('s', series), spec };
}

/** A job on that matrix whose cutoff leaves the last horizon unseen. */
export async function syntheticJob(
  matrix: Matrix,
  outputFolder: string,
  cutoff: string,
  parameters: Parameters,
  rest: Partial<FitJob> = {},
): Promise<FitJob> {
  await mkdir(outputFolder, { recursive: true });
  return {
    matrix,
    split: { name: 'test', cutoff },
    parameters,
    seed: 7,
    threads: 1,
    quantiles: [0.1, 0.5, 0.9],
    outputFolder,
    keepModel: true,
    ...rest,
  };
}

const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, k) => `${prefix}${k}`);
