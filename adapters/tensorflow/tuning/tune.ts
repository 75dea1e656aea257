import { join } from 'node:path';
import type { TunedModality, TuneJob, TuneOutcome, TuningModality, TuningTask } from '../../../contracts/tuning.ts';
import { createRandom } from '../../../domain/random.ts';
import { centreOf } from '../../../domain/tuning/standardise.ts';
import { openEngine, type TensorFlow } from '../engine.ts';
import type { Weight } from '../network-shape.ts';
import { readFloats, writeFloats } from './float-file.ts';
import { newVectors } from './head-passes.ts';
import { type HeadShape, startingWeights } from './head-shape.ts';
import { ignorantLoss } from './ignorant-loss.ts';
import { centredRows, type RowSet } from './row-set.ts';
import { startingAxes } from './starting-axes.ts';
import { trainHead } from './train-head.ts';

/**
 * Of Adam: how far a weight goes at a step. The more numbers a vector has, the less far each of their weights has to; comparing products bears
 * longer steps than predicting figures.
 */
const learningRate = (width: number, kind: TuningTask['kind']): number => ({ demand: 0.02, alike: 0.06 })[kind] / Math.sqrt(width);
/**
 * Of weights towards where they started: none gets further from there than the inverse of it. Measured on product texts and pictures: with half
 * of it products are learnt by heart, with twice as much too little is learnt.
 */
const decay = (width: number): number => Math.sqrt(width) / 2;

/**
 * Deviation of the new vectors' numbers where training starts. Small where figures are predicted, so that what is learnt soon outweighs what
 * the encoder told: measured on product texts, neighbours then sell more alike. Where directions are compared, size only slows learning.
 */
const startingDeviation = { demand: 0.25, alike: 1 } as const;

const rowsAtOnce = 1_024;

/**
 * Executes a job in this process, which it keeps busy: run it in a child. One network per modality, so that each still stands for itself.
 * The same job gives the same bytes on the same engine. @param engineWanted see `openEngine`
 */
export async function tuneVectors(job: TuneJob, progress: (done: number, note: string) => void, engineWanted?: string): Promise<TuneOutcome> {
  const engine = await openEngine(engineWanted);
  const modalities: TunedModality[] = [];
  for (const [i, given] of job.modalities.entries()) {
    modalities.push(await tuneModality(engine.tf, job, given, (done) => progress((i + done) / job.modalities.length, `${given.modality}: vectors`)));
  }
  return { modalities, engine: engine.name };
}

async function tuneModality(tf: TensorFlow, job: TuneJob, given: TuningModality, report: (done: number) => void): Promise<TunedModality> {
  const { task, settings, heldOut, seed } = job;
  const { modality, width, vectors, views } = given;
  const isLearnt = (product: number): boolean => product >= 0 && heldOut[product] === 0;
  const rowsWhere = (product: Int32Array, from: number, wanted: (product: number) => boolean): number[] =>
    Array.from(product.keys()).flatMap((row) => (wanted(product[row] ?? -1) ? [from + row] : []));
  const plain = rowsWhere(vectors.product, 0, isLearnt);
  const held = Uint32Array.from(rowsWhere(vectors.product, 0, (product) => product >= 0 && heldOut[product] === 1));
  // Changed copies teach, but whatever is measured is measured on what is really there.
  const copies = views ? rowsWhere(views.product, vectors.rows, isLearnt) : [];

  const values = await readFloats(vectors.file);
  const set: RowSet = {
    width, task,
    parts: [values, ...(views ? [await readFloats(views.file)] : [])],
    product: joined(vectors.product, views?.product),
    centre: centreOf(values, width, plain),
  };
  const shape: HeadShape = { layers: settings.layers, width, dims: settings.dims, answers: task.kind === 'demand' ? task.names.length : 0 };
  const axes = startingAxes(set, plain, { dims: settings.dims, deviation: startingDeviation[task.kind] });
  const start = startingWeights(shape, axes, createRandom(seed + 1));
  const rows = { training: Uint32Array.from([...plain, ...copies]), heldOut: held };
  const trained = await trainHead(tf, start, set, rows, { learningRate: learningRate(width, task.kind), decay: decay(width), epochs: settings.epochs, seed: seed + 2 }, report);
  await writeFloats(join(job.outFolder, `${modality}.f32`), allNew(tf, trained.weights, set, vectors.rows, settings.dims));
  return {
    modality, width,
    learnt: new Set(plain.map((row) => set.product[row])).size, heldOut: new Set(held.map((row) => set.product[row] ?? -1)).size, views: copies.length, vectors: vectors.rows,
    trainLoss: trained.trainLoss, heldOutLoss: trained.heldOutLoss, ignorantLoss: ignorantLoss(set, { training: plain, looked: trained.looked }), kept: trained.kept,
  };
}

function allNew(tf: TensorFlow, weights: readonly Weight[], set: RowSet, count: number, dims: number): Float32Array {
  const out = new Float32Array(count * dims);
  for (let start = 0; start < count; start += rowsAtOnce) {
    const rows = Uint32Array.from({ length: Math.min(rowsAtOnce, count - start) }, (_, i) => start + i);
    out.set(newVectors(tf, weights, { rows: rows.length, x: centredRows(set, rows) }, set.task.kind), start * dims);
  }
  return out;
}

function joined(a: Int32Array, b: Int32Array = new Int32Array()): Int32Array {
  const all = new Int32Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
