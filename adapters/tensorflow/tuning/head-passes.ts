import type { Rank, Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../engine.ts';
import type { WeightTensors } from '../network.ts';
import type { Weight } from '../network-shape.ts';
import { answersTo, contrastiveLoss, directions, type Likeness, represent, squaredError } from './head.ts';

/** Rows of centred vectors, row-major `rows × width`, and what their new vectors should tell. */
export interface HeadBatch {
  readonly rows: number;
  readonly x: Float32Array;
  readonly goal:
    | { readonly kind: 'demand'; readonly wanted: Float32Array; readonly known: Float32Array }
    | { readonly kind: 'alike'; readonly likeness: Likeness };
}

/** Loss of a batch without learning from it. */
export function headLoss(tf: TensorFlow, weights: readonly Weight[], batch: HeadBatch): number {
  return scoped(tf, () => floats(lossOf(tf, named(tf, weights, tensorsOf(tf, weights)), batch))[0] ?? Number.NaN);
}

/** Loss and its gradient for every weight, in the order of `weights`. */
export function headGradients(tf: TensorFlow, weights: readonly Weight[], batch: HeadBatch): { readonly loss: number; readonly gradients: Float32Array[] } {
  return scoped(tf, () => {
    const compute = tf.valueAndGrads((...tensors) => lossOf(tf, named(tf, weights, tensors), batch));
    const { value, grads } = compute(tensorsOf(tf, weights));
    return { loss: floats(value)[0] ?? Number.NaN, gradients: grads.map(floats) };
  });
}

/** New vectors of rows, row-major; of length 1 where they are compared by their directions. */
export function newVectors(tf: TensorFlow, weights: readonly Weight[], { rows, x }: Pick<HeadBatch, 'rows' | 'x'>, kind: HeadBatch['goal']['kind']): Float32Array {
  return scoped(tf, () => {
    const z = represent(tf, named(tf, weights, tensorsOf(tf, weights)), tf.tensor2d(x, [rows, x.length / rows]));
    return floats(kind === 'alike' ? directions(tf, z) : z);
  });
}

function lossOf(tf: TensorFlow, weights: WeightTensors, { rows, x, goal }: HeadBatch): Scalar {
  const z = represent(tf, weights, tf.tensor2d(x, [rows, x.length / rows]));
  if (goal.kind === 'alike') return contrastiveLoss(tf, directions(tf, z), goal.likeness);
  const size: [number, number] = [rows, goal.wanted.length / rows];
  return squaredError(tf, answersTo(tf, weights, z), tf.tensor2d(goal.wanted, size), tf.tensor2d(goal.known, size));
}

const tensorsOf = (tf: TensorFlow, weights: readonly Weight[]): Tensor2D[] => weights.map(({ values, shape: [rows, columns] }) => tf.tensor2d(values, [rows, columns]));

function named(tf: TensorFlow, weights: readonly Weight[], tensors: readonly Tensor[]): WeightTensors {
  return Object.fromEntries(tensors.map((tensor, i) => [weights[i]?.name ?? '', tf.reshape<Rank.R2>(tensor, [...(weights[i]?.shape ?? [1, 1])])]));
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

const floats = (tensor: { dataSync(): Float32Array | Int32Array | Uint8Array }): Float32Array => Float32Array.from(tensor.dataSync());
