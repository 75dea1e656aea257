import { beforeAll, describe, expect, test } from 'vitest';

import { openEngine, type TensorFlow } from '../../../../adapters/tensorflow/engine.ts';
import type { Weight } from '../../../../adapters/tensorflow/network-shape.ts';
import { likenessOf } from '../../../../adapters/tensorflow/tuning/head.ts';
import { type HeadBatch, headGradients, headLoss, newVectors } from '../../../../adapters/tensorflow/tuning/head-passes.ts';
import { type HeadShape, startingWeights } from '../../../../adapters/tensorflow/tuning/head-shape.ts';
import { createRandom } from '../../../../domain/random.ts';

let tf: TensorFlow;
beforeAll(async () => {
  ({ tf } = await openEngine(undefined));
});

const random = createRandom(5);
const floats = (length: number, size = 1): Float32Array => Float32Array.from({ length }, () => size * random.normal());
const rows = 7;
const labels = [0, 1, 0, 2, 1, 0, 3];

/** A head whose weights are all in use, the hidden layer's too. */
function tiny(layers: HeadShape['layers'], kind: HeadBatch['goal']['kind']): { weights: readonly Weight[]; batch: HeadBatch } {
  const shape = { layers, width: 5, dims: 3, answers: kind === 'demand' ? 2 : 0 };
  const weights = startingWeights(shape, floats(15, 0.5), random).map((weight) => ({ ...weight, values: weight.values.map((value) => value + 0.3 * random.normal()) }));
  const goal = kind === 'alike'
    ? { kind, likeness: likenessOf(labels) }
    : { kind, wanted: floats(2 * rows), known: Float32Array.from({ length: 2 * rows }, (_, i) => Number(i % 5 !== 0)) };
  return { weights, batch: { rows, x: floats(5 * rows), goal } };
}

const every = (['linear', 'mlp'] as const).flatMap((layers) => (['demand', 'alike'] as const).map((kind) => [layers, kind] as const));

describe('gradients are those of finite differences', () => {
  test.each(every)('%s, %s', (layers, kind) => {
    const { weights, batch } = tiny(layers, kind);
    const { loss, gradients } = headGradients(tf, weights, batch);
    expect(loss).toBeCloseTo(headLoss(tf, weights, batch), 5);
    let steep = 0;
    weights.forEach((weight, w) => {
      for (let i = 0; i < weight.values.length; i += 1 + Math.floor(weight.values.length / 20)) {
        const nudged = (by: number): number => headLoss(tf, weights.map((other, o) => (o === w ? { ...other, values: other.values.map((v, j) => (j === i ? v + by : v)) } : other)), batch);
        const slope = (nudged(0.01) - nudged(-0.01)) / 0.02;
        expect(Math.abs(slope - (gradients[w]?.[i] ?? Number.NaN)), `${weight.name} ${String(i)}`).toBeLessThan(3e-3 + 0.03 * Math.abs(slope));
        if (Math.abs(slope) > 0.05) steep += 1;
      }
    });
    expect(steep).toBeGreaterThan(5);
  });
});

test('the contrastive loss is that of the paper, written with loops', () => {
  const { weights, batch } = tiny('mlp', 'alike');
  const z = newVectors(tf, weights, batch, 'alike');
  const cosine = (a: number, b: number): number => [0, 1, 2].reduce((sum, k) => sum + (z[a * 3 + k] ?? 0) * (z[b * 3 + k] ?? 0), 0);
  const others = (a: number): number[] => labels.flatMap((_, b) => (b === a ? [] : [b]));
  const terms = labels.flatMap((label, a) => {
    const alike = others(a).filter((b) => labels[b] === label);
    if (alike.length === 0) return [];
    const among = Math.log(others(a).reduce((sum, b) => sum + Math.exp(cosine(a, b) / 0.1), 0));
    return [alike.reduce((sum, b) => sum - (cosine(a, b) / 0.1 - among), 0) / alike.length];
  });
  expect(terms).toHaveLength(5);
  expect(headLoss(tf, weights, batch)).toBeCloseTo(terms.reduce((a, b) => a + b, 0) / terms.length, 4);
  for (let row = 0; row < rows; row += 1) expect(cosine(row, row)).toBeCloseTo(1, 5);
});

test('figures that are not known change neither loss nor gradient', () => {
  const { weights, batch } = tiny('linear', 'demand');
  if (batch.goal.kind !== 'demand') throw new Error('it is about figures');
  const { wanted, known } = batch.goal;
  const other: HeadBatch = { ...batch, goal: { kind: 'demand', known, wanted: wanted.map((value, i) => (known[i] === 1 ? value : 1e6)) } };
  expect(headGradients(tf, weights, other)).toEqual(headGradients(tf, weights, batch));
});

test('a batch in which nobody is like another has no loss and no gradient', () => {
  const { weights, batch } = tiny('linear', 'alike');
  const { loss, gradients } = headGradients(tf, weights, { ...batch, goal: { kind: 'alike', likeness: likenessOf([0, 1, 2, 3, 4, 5, 6]) } });
  expect(Math.abs(loss)).toBe(0);
  expect(gradients.every((gradient) => gradient.every((g) => Math.abs(g) === 0))).toBe(true);
});

test('passes leave no tensor behind', () => {
  const { weights, batch } = tiny('mlp', 'alike');
  const before = tf.memory().numTensors;
  headGradients(tf, weights, batch);
  newVectors(tf, weights, batch, 'alike');
  expect(tf.memory().numTensors).toBe(before);
});
