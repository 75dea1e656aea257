import { setImmediate } from 'node:timers/promises';
import { createRandom, shuffledIndices } from '../../domain/random.ts';
import type { TensorFlow } from './engine.ts';
import type { NetworkShape, Weight } from './network-shape.ts';
import { createOptimizer } from './optimizer.ts';
import { evaluate, gradientsOf } from './passes.ts';
import type { Settings } from './settings.ts';
import { pickTargets } from './targets.ts';
import type { Targets } from './targets.ts';
import { batchOf } from './windows.ts';
import type { Standard, Windows } from './windows.ts';

export interface TrainingSet {
  readonly windows: Windows;
  readonly standard: Standard;
  readonly targets: Targets;
  readonly training: Uint32Array;
  /** Rows that only tell when to stop; may be empty. */
  readonly heldOut: Uint32Array;
}

export interface Trained {
  /** The weights that did best on the hold-out; the last ones where there is none. */
  readonly weights: readonly Weight[];
  readonly trainLoss: readonly number[];
  readonly validationLoss: readonly number[];
}

const longestGradient = 1;
const looks = 20;
/** Looks at the hold-out without a gain before training stops. */
const patience = 6;

/**
 * Trains for at most `settings.steps` mini-batches, drawn in seeded order: every window once before any comes again. Looks at the hold-out
 * 20 times; changes `start`. The same seed gives the same weights, byte for byte, on the same engine.
 */
export async function train(
  tf: TensorFlow,
  shape: NetworkShape,
  start: readonly Weight[],
  set: TrainingSet,
  settings: Settings,
  seed: number,
  report: (done: number) => void,
): Promise<Trained> {
  const random = createRandom(seed);
  const optimizer = createOptimizer(
    { kind: settings.optimizer, learningRate: settings.learningRate, steps: settings.steps, longestGradient },
    start.map(({ values }) => values.length),
  );
  const nextRows = createDealer(set.training, random);
  const every = Math.max(1, Math.round(settings.steps / looks));
  const trainLoss: number[] = [];
  const validationLoss: number[] = [];
  let best = { loss: Infinity, at: 0, weights: start.map(({ values }) => values.slice()) };
  let sum = 0;
  let since = 0;
  const held = {
    batch: batchOf(set.windows, set.standard, set.heldOut),
    targets: pickTargets(set.targets, set.heldOut),
  };

  for (let step = 1; step <= settings.steps; step += 1) {
    const rows = nextRows(Math.min(settings.batch, set.training.length));
    const pass = { tf, shape, weights: start, batch: batchOf(set.windows, set.standard, rows) };
    const dropout =
      settings.dropout > 0
        ? dropoutFactors(rows.length * (shape.units + shape.statics), settings.dropout, random.next)
        : undefined;
    const { loss, gradients } = gradientsOf(pass, pickTargets(set.targets, rows), settings.heads, dropout);
    optimizer.step(
      start.map(({ values }) => values),
      gradients,
    );
    sum += loss;
    since += 1;
    await setImmediate();
    if (step % every !== 0 && step !== settings.steps) continue;

    trainLoss.push(sum / since);
    sum = 0;
    since = 0;
    report(step / settings.steps);
    if (set.heldOut.length === 0) continue;
    const validation = evaluate({ tf, shape, weights: start, batch: held.batch }, held.targets, settings.heads);
    validationLoss.push(validation);
    if (validation < best.loss)
      best = { loss: validation, at: validationLoss.length, weights: start.map(({ values }) => values.slice()) };
    else if (validationLoss.length - best.at >= patience) break;
  }
  report(1);
  const weights =
    best.loss === Infinity
      ? start
      : start.map((weight, i) => ({ ...weight, values: best.weights[i] ?? weight.values }));
  return { weights, trainLoss, validationLoss };
}

/** Deals rows from a shuffled pack and shuffles again when the pack is used up. */
function createDealer(
  rows: Uint32Array,
  random: Parameters<typeof shuffledIndices>[1],
): (count: number) => Uint32Array {
  let order = shuffledIndices(rows.length, random);
  let dealt = 0;
  return (count) => {
    if (dealt + count > rows.length) {
      order = shuffledIndices(rows.length, random);
      dealt = 0;
    }
    dealt += count;
    return order.slice(dealt - count, dealt).map((i) => rows[i] ?? 0);
  };
}

/** Inverted dropout (Srivastava et al. 2014): what stays is enlarged, so that forecasting needs no correction. */
function dropoutFactors(length: number, rate: number, next: () => number): Float32Array {
  const factors = new Float32Array(length);
  for (let i = 0; i < length; i += 1) factors[i] = next() < rate ? 0 : 1 / (1 - rate);
  return factors;
}
