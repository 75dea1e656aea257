import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createBooster, loadBooster } from '../../../adapters/lightgbm/booster.ts';
import { createDataset } from '../../../adapters/lightgbm/dataset.ts';
import { openLightgbm } from '../../../adapters/lightgbm/library.ts';
import { libraryPath } from './lightgbm-library.ts';

interface Golden {
  readonly rows: number;
  /** Column-major; null = missing. */
  readonly columns: readonly (number | null)[];
  readonly labels: readonly number[];
  readonly weights: readonly number[];
  readonly parameters: Readonly<Record<string, number | boolean>>;
  readonly models: Readonly<Record<string, { predictions: number[]; contributions: number[]; gain: number[] }>>;
}

/** Made by make-golden.py with Python's lightgbm. */
const golden: Golden = JSON.parse(readFileSync(new URL('./golden.json', import.meta.url), 'utf8'));
const library = openLightgbm(libraryPath);
const values = Float32Array.from(golden.columns, (value) => value ?? NaN);
const all = { values, rows: golden.rows };
const firstFive = {
  values: Float32Array.from([0, 1, 2].flatMap((c) => [...values.subarray(c * golden.rows, c * golden.rows + 5)])),
  rows: 5,
};

function train(objective: Record<string, string | number>) {
  const parameters = { ...golden.parameters, ...objective };
  const labels = Float32Array.from(golden.labels);
  const dataset = createDataset(
    library,
    { ...all, names: ['a', 'b', 'c'], labels, weights: Float32Array.from(golden.weights) },
    parameters,
  );
  const booster = createBooster(library, dataset, parameters);
  for (let i = 0; i < 20; i += 1) booster.update();
  return { booster, dataset };
}

test.each([
  ['l1', { objective: 'regression_l1' }],
  ['tweedie', { objective: 'tweedie' }],
  ['q0.9', { objective: 'quantile', alpha: 0.9 }],
])('predictions, contributions and gains of %s are those of the Python package', (name, objective) => {
  const { booster } = train(objective);
  const expected = golden.models[name];
  expect([...booster.predict(all, 1)]).toEqual(expected?.predictions);
  expect([...booster.contributions(firstFive, 1)]).toEqual(expected?.contributions);
  // The Python package reads its model back from text, where gains have six digits.
  const ratios = [...booster.gainByColumn()].map((gain, column) => gain / (expected?.gain[column] ?? NaN));
  for (const ratio of ratios) expect(ratio).toBeCloseTo(1, 5);
});

test('a saved model predicts the same when it is loaded, and its dump names the columns', () => {
  const { booster, dataset } = train({ objective: 'regression_l1' });
  const text = booster.save();
  const dump = booster.dump();
  const before = booster.predict(all, 1);
  booster.free();
  dataset.free();
  const again = loadBooster(library, text);
  expect(again.predict(all, 1)).toEqual(before);
  expect(JSON.parse(dump)).toMatchObject({ feature_names: ['a', 'b', 'c'] });
  again.free();
});

test('contributions of a row add up to its prediction', () => {
  const { booster } = train({ objective: 'regression_l1' });
  const parts = booster.contributions(firstFive, 1);
  booster.predict(firstFive, 1).forEach((value, row) => {
    expect(parts.subarray(row * 4, row * 4 + 4).reduce((a, b) => a + b)).toBeCloseTo(value, 10);
  });
});

test('an error is told in the words of LightGBM', () => {
  const input = { ...all, names: ['a', 'b', 'c'], labels: new Float32Array(3) };
  expect(() => createDataset(library, input, golden.parameters)).toThrow(/LightGBM: .*label/i);
  expect(() => loadBooster(library, 'not a model')).toThrow(/LightGBM: /);
});

test('values that do not fit the columns never reach the library', () => {
  const { booster } = train({ objective: 'regression_l1' });
  expect(() => booster.predict({ values: new Float32Array(4), rows: 2 }, 1)).toThrow(/2 rows × the model's 3 columns/);
});

test('a library that is not there is an error that names it', () => {
  expect(() => openLightgbm('/nowhere/lib_lightgbm.so')).toThrow(/nowhere/);
});
