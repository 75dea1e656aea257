import type { Session } from '../adapters/duckdb/session.ts';
import type { Encoder } from '../adapters/embeddings/encoder.ts';
import { accuracyOf, areaUnderRoc } from '../domain/sentiment/classifier-scores.ts';
import { fitLogisticRegression, type LabelledVectors } from '../domain/sentiment/logistic-regression.ts';
import { type LearntSet, type SentimentHead, scoreVectors } from '../domain/sentiment/sentiment-head.ts';
import { keptVectors } from './kept-vectors.ts';
import { isHeldOut, type LabelledSet, type LabelledTexts, readLabelled } from './sentiment-sets.ts';
import { round } from './write-results.ts';

export interface Recipe {
  readonly model: string;
  readonly learnt: readonly LabelledSet[];
  /** Scored, never learnt from. */
  readonly others: readonly LabelledSet[];
}

export interface LearningFrom {
  readonly session: Session;
  /** Folder of data sets. */
  readonly data: string;
  /** Folder that vectors are kept in. */
  readonly vectors: string;
  /** Texts of each set at most: the first in the order of their digests. */
  readonly most: number;
}

/** Of the data against the penalty. On clothing 10 is the best, on other wares 1; in between costs neither much. */
const c = 3;
const digits = 6;

/** Learns on four fifths of the sets, and scores the classifier, its weights rounded as they are shipped, on the rest and on the other sets. */
export async function learnHead({ model, learnt, others }: Recipe, encoder: Pick<Encoder<string>, 'describe' | 'embed'>, { session, data, vectors: folder, most }: LearningFrom): Promise<SentimentHead> {
  const { id, dims } = encoder.describe();
  const embed = async (set: LabelledSet): Promise<Embedded> => {
    const labelled = await readLabelled(session, data, set, most);
    return { ...labelled, set, vectors: await keptVectors(encoder, { ...labelled, folder, said: (line) => { console.log(`${model}, ${set.name}: ${line}`); } }) };
  };
  const sets: Embedded[] = [];
  for (const set of learnt) sets.push(await embed(set));
  const learning = together(sets.map((set) => rowsOf(set, dims, (key) => !isHeldOut(key))), dims);
  const fitted = fitLogisticRegression(learning, { c });
  if (fitted === undefined) throw new Error(`${model}: all reviews have one label`);
  const head = { weights: fitted.weights.map((weight) => Number(weight.toPrecision(digits))), bias: Number(fitted.bias.toPrecision(digits)) };
  const scored = sets.map((embedded) => scoreSet(head, embedded, rowsOf(embedded, dims, isHeldOut), embedded.keys.filter((key) => !isHeldOut(key)).length));
  for (const set of others) {
    const embedded = await embed(set);
    scored.push(scoreSet(head, embedded, rowsOf(embedded, dims, () => true), 0));
  }
  return { model, version: 1, ...head, provenance: { encoder: id, reviews: learning.labels.length, sets: scored, note: `Logistic regression, C = ${String(c)}, on the vectors as they are; learnt by bench/train-sentiment.ts. None of the texts is shipped.` } };
}

interface Embedded extends LabelledTexts {
  readonly set: LabelledSet;
  readonly vectors: Float32Array;
}

function rowsOf({ keys, vectors, labels }: Embedded, dims: number, chosen: (key: string) => boolean): LabelledVectors {
  const rows = [...keys.keys()].filter((row) => chosen(keys[row] ?? ''));
  const own = new Float32Array(rows.length * dims);
  rows.forEach((row, i) => { own.set(vectors.subarray(row * dims, (row + 1) * dims), i * dims); });
  return { vectors: own, dims, labels: Uint8Array.from(rows, (row) => labels[row] ?? 0) };
}

function together(parts: readonly LabelledVectors[], dims: number): LabelledVectors {
  const rows = parts.reduce((sum, { labels }) => sum + labels.length, 0);
  const [vectors, labels] = [new Float32Array(rows * dims), new Uint8Array(rows)];
  let at = 0;
  for (const part of parts) {
    vectors.set(part.vectors, at * dims);
    labels.set(part.labels, at);
    at += part.labels.length;
  }
  return { vectors, dims, labels };
}

function scoreSet(head: Pick<SentimentHead, 'weights' | 'bias'>, { set: { name, language, label } }: Embedded, { vectors, labels }: LabelledVectors, learnt: number): LearntSet {
  const scores = scoreVectors(head, vectors);
  return { name, language, label, learnt, heldOut: labels.length, accuracy: round(accuracyOf(scores, labels), 4), auc: round(areaUnderRoc(scores, labels), 4) };
}
