import type { Scalar, Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { TensorFlow } from './engine.ts';
import { channels } from './network-shape.ts';
import type { NetworkShape } from './network-shape.ts';

export type WeightTensors = Readonly<Record<string, Tensor2D>>;

export interface NetworkInput {
  /** One tensor [rows, channels] per period, oldest first. */
  readonly sequence: readonly Tensor2D[];
  readonly statics: Tensor2D;
  /** Factors for the dense layer's input, 0 or 1 / (1 − rate); absent when forecasting. */
  readonly dropout?: Tensor2D;
}

/**
 * The network: what is known of the product conditions the LSTM's first state; its last state and the same knowledge go through one dense
 * layer to horizon × heads linear outputs. Returns [rows, horizon, heads].
 * Sequences are not returned before the dense layer and the target is never an input (MISSION, mistakes 1 and 3).
 */
export function forward(tf: TensorFlow, shape: NetworkShape, weights: WeightTensors, input: NetworkInput): Tensor3D {
  const weight = (name: string): Tensor2D => {
    const found = weights[name];
    if (!found) throw new Error(`the network has no weight ${name}`);
    return found;
  };
  const layer = (x: Tensor2D, name: string): Tensor2D => tf.add(tf.matMul(x, weight(name)), weight(`${name}Bias`));
  const parts = (x: Tensor2D, count: number): Tensor2D[] => tf.split(x, count, 1);

  const [first, second] = parts(tf.tanh(layer(input.statics, 'condition')), 2);
  if (!first || !second) throw new Error('the condition has two halves');
  let hidden = first;
  let cell = second;
  // One matrix per gate: cutting a wide product into gates, and joining the cuts' gradients, costs more in WebAssembly than the products.
  const gates = parts(weight('lstm'), 4).map((gate) => ({
    ofPeriod: tf.slice(gate, [0, 0], [channels, shape.units]),
    ofHidden: tf.slice(gate, [channels, 0], [shape.units, shape.units]),
  }));
  for (const period of input.sequence) {
    const [enter, forget, candidate, leave] = gates.map(({ ofPeriod, ofHidden }): Tensor2D =>
      tf.add(tf.matMul(period, ofPeriod), tf.matMul(hidden, ofHidden)),
    );
    if (!enter || !forget || !candidate || !leave) throw new Error('an LSTM has four gates');
    cell = tf.add(tf.mul(tf.sigmoid(forget), cell), tf.mul(tf.sigmoid(enter), tf.tanh(candidate)));
    hidden = tf.mul(tf.sigmoid(leave), tf.tanh(cell));
  }
  const known: Tensor2D = tf.concat([hidden, input.statics], 1);
  const dropped: Tensor2D = input.dropout ? tf.mul(known, input.dropout) : known;
  const outputs = layer(tf.relu(layer(dropped, 'dense')), 'output');
  return tf.reshape(outputs, [-1, shape.horizon, shape.heads]);
}

export type PointLoss = 'mae' | 'mse';

export interface Heads {
  /** Loss of the first output; absent when the point is one of the quantiles. */
  readonly point?: PointLoss;
  readonly quantiles: readonly number[];
}

/**
 * Mean over the known targets and the heads: pinball loss for quantiles (Koenker and Bassett 1978), absolute or squared error for the
 * point. `targets` and `known` are [rows, horizon, 1]; an unknown target has known = 0 and any finite value.
 */
export function lossOf(tf: TensorFlow, outputs: Tensor3D, targets: Tensor3D, known: Tensor3D, heads: Heads): Scalar {
  const errors = tf.sub(targets, outputs);
  const points = heads.point ? 1 : 0;
  const terms: Tensor[] = [];
  if (heads.point) {
    const error = tf.slice(errors, [0, 0, 0], [-1, -1, 1]);
    terms.push(tf.sum(tf.mul(known, heads.point === 'mae' ? tf.abs(error) : tf.square(error))));
  }
  if (heads.quantiles.length > 0) {
    const error = tf.slice(errors, [0, 0, points], [-1, -1, heads.quantiles.length]);
    const level = tf.tensor3d([...heads.quantiles], [1, 1, heads.quantiles.length]);
    const pinball = tf.maximum(tf.mul(level, error), tf.mul(tf.sub(level, 1), error));
    terms.push(tf.sum(tf.mul(known, pinball)));
  }
  const count = tf.mul(tf.maximum(tf.sum(known), 1), points + heads.quantiles.length);
  return tf.div(tf.addN(terms), count);
}
