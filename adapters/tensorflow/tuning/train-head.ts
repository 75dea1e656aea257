import { setImmediate } from 'node:timers/promises';
import { createRandom } from '../../../domain/random.ts';
import type { TensorFlow } from '../engine.ts';
import type { Weight } from '../network-shape.ts';
import { createOptimizer } from '../optimizer.ts';
import { dealBatches } from './deal.ts';
import { headGradients, headLoss } from './head-passes.ts';
import { batchOf, type RowSet } from './row-set.ts';

export interface HeadTraining {
  readonly epochs: number;
  readonly seed: number;
  readonly learningRate: number;
  /** Share of the way back to where training started that a weight goes at each step, per unit of learning rate. */
  readonly decay: number;
}

export interface TrainedHead {
  /** The weights that did best on the hold-out; the last ones where there is none. */
  readonly weights: readonly Weight[];
  readonly trainLoss: readonly number[];
  /** Before the first epoch, then after each. */
  readonly heldOutLoss: readonly number[];
  /** Epochs behind `weights`. */
  readonly kept: number;
  /** Rows that the hold-out was looked at by, as they were looked at together. */
  readonly looked: readonly Uint32Array[];
}

const longestGradient = 1;
/** Epochs without a gain before training stops. */
const patience = 8;
const mostLookedAt = 4_096;

/**
 * Trains on `training` for at most `epochs` epochs in seeded order. Weights are drawn back to where they started (L2-SP, Li et al. 2018, decoupled
 * from the gradient as by Loshchilov and Hutter 2019): what few products can't tell stays as the encoder told it. The same seed gives
 * the same weights, byte for byte, on the same engine.
 */
export async function trainHead(tf: TensorFlow, start: readonly Weight[], set: RowSet, rows: { readonly training: Uint32Array; readonly heldOut: Uint32Array }, how: HeadTraining, report: (done: number) => void): Promise<TrainedHead> {
  const random = createRandom(how.seed);
  const weights: readonly Weight[] = start.map((weight) => ({ ...weight, values: weight.values.slice() }));
  const steps = how.epochs * dealBatches(set, rows.training, createRandom(how.seed)).length;
  const optimizer = createOptimizer({ kind: 'adam', learningRate: how.learningRate, steps, longestGradient }, weights.map(({ values }) => values.length));
  const looked = rows.heldOut.length === 0 ? [] : dealBatches(set, rows.heldOut.subarray(0, mostLookedAt), createRandom(how.seed + 1));
  const batches = looked.map((some) => batchOf(set, some));
  const look = (): number => batches.reduce((sum, batch) => sum + headLoss(tf, weights, batch) * batch.rows, 0) / batches.reduce((sum, batch) => sum + batch.rows, 0);

  let taken = 0;
  const trainLoss: number[] = [];
  const heldOutLoss: number[] = looked.length === 0 ? [] : [look()];
  let best = { loss: heldOutLoss[0] ?? Infinity, epoch: 0, values: weights.map(({ values }) => values.slice()) };
  for (let epoch = 1; epoch <= how.epochs; epoch += 1) {
    let sum = 0;
    for (const some of dealBatches(set, rows.training, random)) {
      const { loss, gradients } = headGradients(tf, weights, batchOf(set, some));
      optimizer.step(weights.map(({ values }) => values), gradients);
      drawBack(weights, start, how.learningRate * how.decay * cosine(taken, steps));
      taken += 1;
      sum += loss * some.length;
    }
    trainLoss.push(sum / rows.training.length);
    report(epoch / how.epochs);
    await setImmediate();
    if (looked.length === 0) continue;
    const loss = look();
    heldOutLoss.push(loss);
    if (loss < best.loss) best = { loss, epoch, values: weights.map(({ values }) => values.slice()) };
    else if (epoch - best.epoch >= patience) break;
  }
  if (looked.length === 0) return { weights, trainLoss, heldOutLoss, kept: trainLoss.length, looked };
  return { weights: weights.map((weight, i) => ({ ...weight, values: best.values[i] ?? weight.values })), trainLoss, heldOutLoss, kept: best.epoch, looked };
}

/** The share of the learning rate that the optimiser has left: it must not fall below what draws back. */
const cosine = (taken: number, steps: number): number => 0.5 * (1 + Math.cos((Math.PI * taken) / steps));

function drawBack(weights: readonly Weight[], start: readonly Weight[], share: number): void {
  weights.forEach(({ name, values }, w) => {
    if (name.endsWith('Bias')) return;
    const from = start[w]?.values ?? values;
    for (let i = 0; i < values.length; i += 1) values[i] = (values[i] ?? 0) + share * ((from[i] ?? 0) - (values[i] ?? 0));
  });
}
