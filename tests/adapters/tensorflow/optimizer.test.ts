import { expect, test } from 'vitest';
import { createOptimizer } from '../../../adapters/tensorflow/optimizer.ts';

const settings = { learningRate: 0.1, steps: 100, longestGradient: 1e9 } as const;

test("Adam's first step goes downhill by the learning rate, whatever the size of the gradient", () => {
  const weights = [Float32Array.of(1, 1)];
  createOptimizer({ ...settings, kind: 'adam' }, [2]).step(weights, [Float32Array.of(1e-2, -300)]);
  expect(weights[0]?.[0]).toBeCloseTo(0.9, 4);
  expect(weights[0]?.[1]).toBeCloseTo(1.1, 4);
});

test('descent with momentum adds up equal gradients', () => {
  const weights = [Float32Array.of(0)];
  const optimizer = createOptimizer({ ...settings, steps: 1e9, kind: 'sgd' }, [1]);
  optimizer.step(weights, [Float32Array.of(1)]);
  optimizer.step(weights, [Float32Array.of(1)]);
  expect(weights[0]?.[0]).toBeCloseTo(-0.1 - 0.19, 5);
});

test('a long gradient is shortened over all weights together', () => {
  const weights = [Float32Array.of(0), Float32Array.of(0)];
  createOptimizer({ ...settings, kind: 'sgd', longestGradient: 5 }, [1, 1]).step(weights, [
    Float32Array.of(30),
    Float32Array.of(40),
  ]);
  expect(weights[0]?.[0]).toBeCloseTo(-0.3, 5);
  expect(weights[1]?.[0]).toBeCloseTo(-0.4, 5);
});

test.each(['adam', 'sgd'] as const)('%s finds the bottom of a bowl, and the decayed rate stops it there', (kind) => {
  const weights = [Float32Array.of(3, -2)];
  const optimizer = createOptimizer({ ...settings, kind, steps: 200 }, [2]);
  const step = (): void => optimizer.step(weights, [Float32Array.from(weights[0] ?? [], (w) => 2 * (w - 1))]);
  for (let i = 0; i < 200; i += 1) step();
  const resting = weights[0]?.slice();
  expect(resting?.[0]).toBeCloseTo(1, 1);
  expect(resting?.[1]).toBeCloseTo(1, 1);
  step();
  expect(weights[0]).toEqual(resting);
});
