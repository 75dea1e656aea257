import type { Scalar, Tensor2D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../engine.ts';
import type { WeightTensors } from '../network.ts';

/** Of the softmax over similarities (Khosla et al. 2020 use 0.1). */
const temperature = 0.1;

const tiny = 1e-12;

/** The new vectors of rows of old ones, which are centred: x·A + a, and where there is a hidden layer + tanh(x·E + e)·L. */
export function represent(tf: TensorFlow, weights: WeightTensors, x: Tensor2D): Tensor2D {
  const straight: Tensor2D = tf.add(tf.matMul(x, weight(weights, 'axes')), weight(weights, 'axesBias'));
  if (weights['enter'] === undefined) return straight;
  const hidden: Tensor2D = tf.tanh(tf.add(tf.matMul(x, weights['enter']), weight(weights, 'enterBias')));
  return tf.add(straight, tf.matMul(hidden, weight(weights, 'leave')));
}

/** Rows of Euclidean length 1. */
export function directions(tf: TensorFlow, z: Tensor2D): Tensor2D {
  return tf.div(z, tf.sqrt(tf.add(tf.sum(tf.square(z), 1, true), tiny)));
}

export function answersTo(tf: TensorFlow, weights: WeightTensors, z: Tensor2D): Tensor2D {
  return tf.add(tf.matMul(z, weight(weights, 'answer')), weight(weights, 'answerBias'));
}

/** Mean squared error over the figures that are known (`known` = 1; else 0 and any finite value in `wanted`). */
export function squaredError(tf: TensorFlow, answers: Tensor2D, wanted: Tensor2D, known: Tensor2D): Scalar {
  const errors = tf.mul(known, tf.sub(answers, wanted));
  return tf.div(tf.sum(tf.square(errors)), tf.maximum(tf.sum(known), 1));
}

/** Who is like whom in a batch, [rows, rows] row-major. */
export interface Likeness {
  /** 1 / (number of others alike) where they are alike, else 0. */
  readonly alike: Float32Array;
  /** 1 but for a row and itself. */
  readonly others: Float32Array;
  /** Rows that have one like them; the loss is the mean over them. */
  readonly anchors: number;
}

export function likenessOf(labels: ArrayLike<number>): Likeness {
  const rows = labels.length;
  const counts = new Map<number, number>();
  for (let row = 0; row < rows; row += 1) counts.set(labels[row] ?? -1, (counts.get(labels[row] ?? -1) ?? 0) + 1);
  const alike = new Float32Array(rows * rows);
  const others = new Float32Array(rows * rows).fill(1);
  let anchors = 0;
  for (let row = 0; row < rows; row += 1) {
    others[row * rows + row] = 0;
    const companions = (counts.get(labels[row] ?? -1) ?? 1) - 1;
    if (companions === 0) continue;
    anchors += 1;
    for (let other = 0; other < rows; other += 1) if (other !== row && labels[other] === labels[row]) alike[row * rows + other] = 1 / companions;
  }
  return { alike, others, anchors };
}

/**
 * Supervised contrastive loss (Khosla et al. 2020, L_out, equation 2): the mean over rows that have others like them, and over those, of
 * −log softmax of the cosine over the temperature among all others. `z` has rows of length 1.
 */
export function contrastiveLoss(tf: TensorFlow, z: Tensor2D, { alike, others, anchors }: Likeness): Scalar {
  const size: [number, number] = [z.shape[0], z.shape[0]];
  // No cosine is above 1: with that taken off, no exponential is, and none of ours is too small for float32.
  const close: Tensor2D = tf.div(tf.sub(tf.matMul(z, z, false, true), 1), temperature);
  const among = tf.log(tf.sum(tf.mul(tf.exp(close), tf.tensor2d(others, size)), 1, true));
  const chosen = tf.sum(tf.mul(tf.sub(close, among), tf.tensor2d(alike, size)));
  return tf.div(chosen, -Math.max(1, anchors));
}

function weight(weights: WeightTensors, name: string): Tensor2D {
  const found = weights[name];
  if (!found) throw new Error(`the head has no weight ${name}`);
  return found;
}
