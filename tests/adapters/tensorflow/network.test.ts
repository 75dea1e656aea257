import { beforeAll, describe, expect, test } from 'vitest';
import { openEngine } from '../../../adapters/tensorflow/engine.ts';
import type { Engine } from '../../../adapters/tensorflow/engine.ts';
import type { Heads } from '../../../adapters/tensorflow/network.ts';
import { channels, initialWeights } from '../../../adapters/tensorflow/network-shape.ts';
import type { NetworkShape, Weight } from '../../../adapters/tensorflow/network-shape.ts';
import { evaluate, gradientsOf, outputsOf } from '../../../adapters/tensorflow/passes.ts';
import type { Batch } from '../../../adapters/tensorflow/windows.ts';
import { createRandom } from '../../../domain/random.ts';
import { slowOutputs } from './slow-network.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine(undefined);
});

const random = createRandom(5);
const floats = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
const rows = 4;

function tiny(heads: number): { shape: NetworkShape; weights: readonly Weight[]; batch: Batch } {
  const shape = { sequence: 5, statics: 3, units: 4, dense: 5, horizon: 2, heads };
  const sequence = Array.from({ length: shape.sequence }, () => floats(rows * channels));
  return {
    shape,
    weights: initialWeights(shape, floats(2 * heads), random),
    batch: { rows, sequence, statics: floats(rows * 3) },
  };
}

test('the engine is WebAssembly unless another was asked for, and says its version', () => {
  expect(engine.name).toMatch(/^tfjs-wasm \d+\.\d+\.\d+$/);
});

test('a native tier that is not installed falls back to WebAssembly', async () => {
  expect((await openEngine('node-gpu')).name).toMatch(/^tfjs-wasm/);
});

test('the outputs are those of the network written with loops', () => {
  const { shape, weights, batch } = tiny(3);
  const fast = outputsOf({ tf: engine.tf, shape, weights, batch });
  slowOutputs(shape, weights, batch)
    .flat()
    .forEach((expected, i) => expect(fast[i]).toBeCloseTo(expected, 4));
});

describe('gradients are those of finite differences', () => {
  // Targets far above the outputs keep absolute and pinball loss away from their kinks.
  const values = Float32Array.of(7, 9, 8, 7, 9, 8, 7, 9);
  const known = Float32Array.of(1, 1, 0, 1, 1, 1, 1, 0);
  const cases: readonly (readonly [string, Heads])[] = [
    ['pinball', { quantiles: [0.1, 0.5, 0.9] }],
    ['absolute error and pinball', { point: 'mae', quantiles: [0.2, 0.8] }],
    ['squared error and pinball', { point: 'mse', quantiles: [0.2, 0.8] }],
  ];
  test.each(cases)('%s', (_, heads) => {
    const { shape, weights, batch } = tiny(3);
    const dropout = Float32Array.from({ length: rows * (shape.units + shape.statics) }, () => 1);
    const pass = { tf: engine.tf, shape, weights, batch };
    const { gradients, loss } = gradientsOf(pass, { values, known }, heads, dropout);
    expect(loss).toBeCloseTo(evaluate(pass, { values, known }, heads), 5);
    weights.forEach((weight, w) => {
      for (let i = 0; i < weight.values.length; i += 3) {
        const nudged = (by: number): number => {
          const moved = weights.map((other, o) =>
            o === w ? { ...other, values: other.values.map((v, j) => (j === i ? v + by : v)) } : other,
          );
          return evaluate({ ...pass, weights: moved }, { values, known }, heads);
        };
        const slope = (nudged(0.02) - nudged(-0.02)) / 0.04;
        expect(Math.abs(slope - (gradients[w]?.[i] ?? NaN))).toBeLessThan(2e-3 + 0.03 * Math.abs(slope));
      }
    });
  });
});

test('an unknown target changes neither loss nor gradient', () => {
  const { shape, weights, batch } = tiny(1);
  const pass = { tf: engine.tf, shape, weights, batch };
  const known = Float32Array.of(1, 0, 1, 0, 1, 0, 1, 0);
  const values = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const others = values.map((value, i) => (known[i] === 1 ? value : 1e6));
  expect(gradientsOf(pass, { values: others, known }, { quantiles: [0.5] })).toEqual(
    gradientsOf(pass, { values, known }, { quantiles: [0.5] }),
  );
});

test('a pass leaves no tensor behind', () => {
  const { shape, weights, batch } = tiny(1);
  const before = engine.tf.memory().numTensors;
  const known = new Float32Array(8).fill(1);
  gradientsOf({ tf: engine.tf, shape, weights, batch }, { values: known, known }, { quantiles: [0.5] });
  expect(engine.tf.memory().numTensors).toBe(before);
});
