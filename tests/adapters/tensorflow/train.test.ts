import { expect, test } from 'vitest';
import { openEngine } from '../../../adapters/tensorflow/engine.ts';
import { initialWeights } from '../../../adapters/tensorflow/network-shape.ts';
import { evaluate } from '../../../adapters/tensorflow/passes.ts';
import { settingsOf } from '../../../adapters/tensorflow/settings.ts';
import { train } from '../../../adapters/tensorflow/train.ts';
import type { Trained, TrainingSet } from '../../../adapters/tensorflow/train.ts';
import { batchOf } from '../../../adapters/tensorflow/windows.ts';
import { createRandom } from '../../../domain/random.ts';

const rows = 40;
const held = Uint32Array.from({ length: 10 }, (_, i) => 30 + i);
const settings = settingsOf({ steps: 100, batch: 16, units: 4, dense: 4, dropout: 0 }, [0.5]);
const shape = { sequence: 2, statics: 1, units: 4, dense: 4, horizon: 1, heads: 1 };

/** Windows that are all alike; training targets are 3, the hold-out's are given. Training starts from outputs of 0. */
function setWith(heldTarget: number): TrainingSet {
  const ones = new Float32Array(rows).fill(1);
  return {
    windows: {
      rows,
      levels: ones,
      sequence: [ones, ones],
      known: [ones, ones],
      statics: [ones],
      staticNames: ['level'],
    },
    standard: { mean: [0], deviation: [1] },
    targets: {
      horizon: 1,
      values: new Float32Array(rows).fill(3).fill(heldTarget, 30),
      known: ones,
      rows: Uint32Array.from(ones.keys()),
    },
    training: Uint32Array.from({ length: 30 }, (_, i) => i),
    heldOut: held,
  };
}

async function trainOn(set: TrainingSet): Promise<{ trained: Trained; validation: number }> {
  const { tf } = await openEngine(undefined);
  const trained = await train(
    tf,
    shape,
    initialWeights(shape, new Float32Array(1), createRandom(1)),
    set,
    settings,
    2,
    () => undefined,
  );
  const pass = { tf, shape, weights: trained.weights, batch: batchOf(set.windows, set.standard, held) };
  const targets = { values: set.targets.values.slice(30), known: new Float32Array(10).fill(1) };
  return { trained, validation: evaluate(pass, targets, settings.heads) };
}

test('training that only hurts the hold-out stops after six looks without a gain and gives back the best weights', async () => {
  const { trained, validation } = await trainOn(setWith(-3));
  expect(trained.validationLoss).toHaveLength(7);
  expect(trained.trainLoss).toHaveLength(7);
  expect(validation).toBeCloseTo(Math.min(...trained.validationLoss), 6);
  expect(validation).toBeLessThan(trained.validationLoss.at(-1) ?? 0);
});

test('training that helps the hold-out takes all its steps', async () => {
  const { trained, validation } = await trainOn(setWith(3));
  expect(trained.validationLoss).toHaveLength(20);
  expect(validation).toBeLessThan(0.5);
});

test('without a hold-out the last weights are kept', async () => {
  const { trained } = await trainOn({ ...setWith(3), heldOut: new Uint32Array() });
  expect(trained.validationLoss).toEqual([]);
  expect(trained.trainLoss).toHaveLength(20);
  expect(trained.trainLoss.at(-1)).toBeLessThan(trained.trainLoss[0] ?? 0);
});
