import type { Rank, Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { TensorFlow } from './engine.ts';
import { forward, lossOf } from './network.ts';
import type { Heads, NetworkInput, WeightTensors } from './network.ts';
import { channels } from './network-shape.ts';
import type { NetworkShape, Weight } from './network-shape.ts';
import type { Batch } from './windows.ts';

/** What a batch should have become: [rows, horizon], see `pickTargets`. */
export interface BatchTargets {
  readonly values: Float32Array;
  readonly known: Float32Array;
}

/** Everything one pass needs; tensors live only while it runs. */
export interface Pass {
  readonly tf: TensorFlow;
  readonly shape: NetworkShape;
  readonly weights: readonly Weight[];
  readonly batch: Batch;
}

/** [rows, horizon, heads], row-major. */
export function outputsOf(pass: Pass): Float32Array {
  return scoped(pass.tf, () => floats(forward(pass.tf, pass.shape, named(pass, tensorsOf(pass)), inputOf(pass))));
}

/** Loss of a batch without training on it. */
export function evaluate(pass: Pass, targets: BatchTargets, heads: Heads): number {
  return scoped(pass.tf, () => {
    const outputs = forward(pass.tf, pass.shape, named(pass, tensorsOf(pass)), inputOf(pass));
    return floats(lossOf(pass.tf, outputs, ...targetTensors(pass, targets), heads))[0] ?? NaN;
  });
}

/** Loss and its gradient for every weight, in the order of `weights`. `dropout` as in {@link NetworkInput}, [rows, units + statics]. */
export function gradientsOf(
  pass: Pass,
  targets: BatchTargets,
  heads: Heads,
  dropout?: Float32Array,
): { loss: number; gradients: Float32Array[] } {
  const { tf, shape } = pass;
  return scoped(tf, () => {
    const input = inputOf(pass, dropout);
    const [values, known] = targetTensors(pass, targets);
    const compute = tf.valueAndGrads((...tensors) =>
      lossOf(tf, forward(tf, shape, named(pass, tensors), input), values, known, heads),
    );
    const { value, grads } = compute(tensorsOf(pass));
    return { loss: floats(value)[0] ?? NaN, gradients: grads.map(floats) };
  });
}

/** Frees every tensor made inside. Not `tf.tidy`, which takes a typed array in the result for a bag of tensors. */
function scoped<T>(tf: TensorFlow, work: () => T): T {
  tf.engine().startScope();
  try {
    return work();
  } finally {
    tf.engine().endScope();
  }
}

function tensorsOf({ tf, weights }: Pass): Tensor2D[] {
  return weights.map(({ values, shape: [rows, columns] }) => tf.tensor2d(values, [rows, columns]));
}

function named({ tf, weights }: Pass, tensors: readonly Tensor[]): WeightTensors {
  return Object.fromEntries(
    tensors.map((tensor, i) => [
      weights[i]?.name ?? '',
      tf.reshape<Rank.R2>(tensor, [...(weights[i]?.shape ?? [1, 1])]),
    ]),
  );
}

function inputOf({ tf, shape, batch }: Pass, dropout?: Float32Array): NetworkInput {
  return {
    sequence: batch.sequence.map((period) => tf.tensor2d(period, [batch.rows, channels])),
    statics: tf.tensor2d(batch.statics, [batch.rows, shape.statics]),
    ...(dropout && { dropout: tf.tensor2d(dropout, [batch.rows, shape.units + shape.statics]) }),
  };
}

function targetTensors({ tf, shape, batch }: Pass, { values, known }: BatchTargets) {
  const dimensions: [number, number, number] = [batch.rows, shape.horizon, 1];
  return [tf.tensor3d(values, dimensions), tf.tensor3d(known, dimensions)] as const;
}

function floats(tensor: { dataSync(): Float32Array | Int32Array | Uint8Array }): Float32Array {
  return Float32Array.from(tensor.dataSync());
}
