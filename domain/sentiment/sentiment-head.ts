/** A classifier on the vectors of one model: how favourable a text is. Only these numbers are shipped, no text that they were learnt from. */
export interface SentimentHead {
  /** Name of the model whose vectors it reads. */
  readonly model: string;
  readonly version: number;
  readonly weights: readonly number[];
  readonly bias: number;
  /** What it was learnt from and how well it did on what was held out. */
  readonly provenance: {
    readonly encoder: string;
    /** Reviews that it was learnt from. */
    readonly reviews: number;
    readonly sets: readonly LearntSet[];
    readonly note: string;
  };
}

export interface LearntSet {
  readonly name: string;
  readonly language: string;
  /** What counts as favourable. */
  readonly label: string;
  readonly learnt: number;
  readonly heldOut: number;
  /** Share of the held-out reviews told right at 0.5. */
  readonly accuracy: number;
  /** Area under the ROC curve on the held-out reviews. */
  readonly auc: number;
}

/** Probability, 0 … 1, that each of the vectors (row-major) is of a favourable text. */
export function scoreVectors({ weights, bias }: Pick<SentimentHead, 'weights' | 'bias'>, vectors: Float32Array): Float32Array {
  const dims = weights.length;
  const scores = new Float32Array(vectors.length / dims);
  for (let row = 0; row < scores.length; row += 1) {
    let score = bias;
    for (let d = 0; d < dims; d += 1) score += (weights[d] ?? 0) * (vectors[row * dims + d] ?? 0);
    scores[row] = 1 / (1 + Math.exp(-score));
  }
  return scores;
}
