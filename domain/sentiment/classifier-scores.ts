/** Share of the labels (1 or 0) that scores of at least 0.5 tell right; NaN without any. */
export function accuracyOf(scores: Float32Array, labels: Uint8Array): number {
  let right = 0;
  labels.forEach((label, i) => { if (((scores[i] ?? Number.NaN) >= 0.5) === (label === 1)) right += 1; });
  return right / labels.length;
}

/**
 * Area under the ROC curve: the probability that a row of label 1 scores higher than one of label 0, ties counting half (Mann and Whitney's U
 * by ranks). NaN where one of the labels does not occur.
 */
export function areaUnderRoc(scores: Float32Array, labels: Uint8Array): number {
  const order = Uint32Array.from(labels.keys()).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let [ranks, positive] = [0, 0];
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && scores[order[end] ?? 0] === scores[order[start] ?? 0]) end += 1;
    // Ranks from 1; those of equal scores are shared.
    const shared = (start + 1 + end) / 2;
    for (let i = start; i < end; i += 1) {
      if (labels[order[i] ?? 0] !== 1) continue;
      ranks += shared;
      positive += 1;
    }
    start = end;
  }
  return (ranks - (positive * (positive + 1)) / 2) / (positive * (labels.length - positive));
}
