import { readFile } from 'node:fs/promises';

import { areaUnderRoc } from '../domain/sentiment/classifier-scores.ts';
import { fitLogisticRegression, type LabelledVectors } from '../domain/sentiment/logistic-regression.ts';
import { scoreVectors } from '../domain/sentiment/sentiment-head.ts';

/** How well a label can be told from vectors: area under the ROC curve on every fifth one, of a classifier that learnt from the others. */
export async function scoreSentiment(file: string, dims: number, labels: readonly boolean[]): Promise<number> {
  const bytes = await readFile(file);
  const vectors = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const [learning, held] = [rowsOf(vectors, dims, labels, (row) => row % 5 !== 0), rowsOf(vectors, dims, labels, (row) => row % 5 === 0)];
  const fitted = fitLogisticRegression(learning, { c: 10 });
  if (fitted === undefined) throw new Error('all reviews have one label');
  return areaUnderRoc(scoreVectors({ weights: [...fitted.weights], bias: fitted.bias }, held.vectors), held.labels);
}

function rowsOf(vectors: Float32Array, dims: number, labels: readonly boolean[], chosen: (row: number) => boolean): LabelledVectors {
  const rows = [...labels.keys()].filter(chosen);
  const own = new Float32Array(rows.length * dims);
  rows.forEach((row, i) => { own.set(vectors.subarray(row * dims, (row + 1) * dims), i * dims); });
  return { vectors: own, dims, labels: Uint8Array.from(rows, (row) => (labels[row] === true ? 1 : 0)) };
}
