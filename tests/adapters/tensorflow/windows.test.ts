import { expect, test } from 'vitest';
import { holdOut, pickTargets, startingOutputs, targetsOf } from '../../../adapters/tensorflow/targets.ts';
import { batchOf, scaled, standardOf, unscaled, windowsOf } from '../../../adapters/tensorflow/windows.ts';
import type { FeatureSpec } from '../../../contracts/features.ts';
import { dayOfIso } from '../../../domain/calendar.ts';
import type { OriginTable } from '../../../domain/origin-rows.ts';
import { createRandom } from '../../../domain/random.ts';

const feature = (name: string) => ({ name, group: 'history', meaning: name }) as const;
const spec: FeatureSpec = {
  frequency: 'week',
  horizon: 2,
  shared: ['lag_0', 'lag_1', 'age'].map(feature),
  perStep: [feature('wave')],
  sequence: ['lag_1', 'lag_0'],
  statics: ['age'],
};
const names = ['lag_0', 'lag_1', 'age', 'wave_1', 'wave_2', 'y_1', 'y_2'];

/** One row per given values; origins are the Mondays from 2024-01-01 on. */
function tableOf(rows: readonly (readonly number[])[], series: readonly number[]): OriginTable {
  const first = dayOfIso('2024-01-01') ?? NaN;
  return {
    rows: rows.length,
    values: Float32Array.from(names.flatMap((_, column) => rows.map((row) => row[column] ?? NaN))),
    columns: new Map(names.map((name, i) => [name, i])),
    series: Uint32Array.from(series),
    origin: Int32Array.from(rows, (_, i) => first + 7 * i),
  };
}
const cutoff = { after: -Infinity, until: dayOfIso('2024-01-15') ?? NaN };

test('a missing value is 0 with mask 0, and the level leaves it out', () => {
  const windows = windowsOf(tableOf([[6, NaN, 1, 0, 0, 1, 1]], [0]), spec);
  const batch = batchOf(windows, standardOf(windows.statics, Uint32Array.of(0)), Uint32Array.of(0));
  expect(windows.levels[0]).toBe(7);
  expect([...(batch.sequence[0] ?? [])]).toEqual([0, 0, 1]);
  expect([...(batch.sequence[1] ?? [])]).toEqual([Math.fround(scaled(6, 7)), 1, 1]);
});

test('statics are standardised by training rows alone; an unknown one becomes their mean', () => {
  const windows = windowsOf(
    tableOf(
      [
        [1, 1, 10, 0, 0, 1, 1],
        [1, 1, 20, 0, 0, 1, 1],
        [1, 1, NaN, 0, 0, 1, 1],
        [1, 1, 1e9, 0, 0, 1, 1],
      ],
      [0, 0, 0, 0],
    ),
    spec,
  );
  const standard = standardOf(windows.statics, Uint32Array.of(0, 1));
  expect([standard.mean[0], standard.deviation[0]]).toEqual([15, 5]);
  const { statics } = batchOf(windows, standard, Uint32Array.of(0, 1, 2, 3));
  const width = windows.statics.length;
  expect([0, 1, 2, 3].map((row) => statics[row * width])).toEqual([-1, 1, 0, 5]);
});

test('the scale of the network can be undone and never gives a negative forecast', () => {
  expect(unscaled(scaled(42, 7), 7)).toBeCloseTo(42, 9);
  expect(unscaled(-3, 7)).toBe(0);
});

test('targets after the cutoff are unknown, and a row without any is not learnt from', () => {
  const table = tableOf(
    [
      [1, 1, 1, 0, 0, 5, 6],
      [1, 1, 1, 0, 0, 6, 7],
      [1, 1, 1, 0, 0, 7, 8],
    ],
    [0, 0, 0],
  );
  const targets = targetsOf(table, spec, new Float32Array(3).fill(1), cutoff);
  expect([...targets.known]).toEqual([1, 1, 1, 0, 0, 0]);
  expect([...targets.rows]).toEqual([0, 1]);
  expect([...pickTargets(targets, Uint32Array.of(1)).known]).toEqual([1, 0]);
});

test('the hold-out is made of whole series and overlaps with nothing', () => {
  const series = Array.from({ length: 60 }, (_, i) => Math.floor(i / 3));
  const table = tableOf(
    series.map(() => [1, 1, 1, 0, 0, 1, 1]),
    series,
  );
  const all = Uint32Array.from(series.keys());
  const { training, heldOut } = holdOut(table, all, createRandom(1));
  expect([...training, ...heldOut].sort((a, b) => a - b)).toEqual([...all]);
  expect(heldOut).toHaveLength(6);
  const inTraining = new Set(Array.from(training, (row) => series[row]));
  expect(Array.from(heldOut, (row) => series[row]).some((s) => inTraining.has(s))).toBe(false);
  expect(holdOut(table, all, createRandom(1)).heldOut).toEqual(heldOut);
});

test('a single series is all for training', () => {
  const table = tableOf(
    [
      [1, 1, 1, 0, 0, 1, 1],
      [1, 1, 1, 0, 0, 1, 1],
    ],
    [0, 0],
  );
  expect(holdOut(table, Uint32Array.of(0, 1), createRandom(1))).toEqual({
    training: Uint32Array.of(0, 1),
    heldOut: new Uint32Array(),
  });
});

test('training starts from the quantiles of the known targets', () => {
  const rows = Array.from({ length: 11 }, (_, i) => [1, 1, 1, 0, 0, i, NaN]);
  const targets = targetsOf(
    tableOf(
      rows,
      rows.map(() => 0),
    ),
    spec,
    new Float32Array(11).fill(1),
    { after: -Infinity, until: Infinity },
  );
  const start = startingOutputs(targets, targets.rows, [0.1, 0.5]);
  expect([...start]).toEqual([Math.fround(Math.log1p(1)), Math.fround(Math.log1p(5)), 0, 0]);
});
