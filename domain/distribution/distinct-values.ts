/** Hashes that are kept per column: the estimate's standard error is 1/√(k − 2), 4.4 %. */
export const keptHashes = 512;

export interface DistinctCount {
  readonly count: number;
  readonly isExact: boolean;
}

/**
 * How many distinct values parts have together, from the smallest hashes of each: exact while the union has fewer than k, else
 * (k − 1) / (the k-th smallest hash as a share of the range) (Bar-Yossef et al. 2002; Beyer et al. 2007).
 * @param parts per part its `keptHashes` smallest hashes (all, when it has fewer): 64 bits as 16 hexadecimal digits
 */
export function distinctOf(parts: readonly (readonly string[])[]): DistinctCount {
  // A part that was cut says nothing about hashes above its largest one.
  const limit = parts.filter((hashes) => hashes.length >= keptHashes).map((hashes) => hashes.at(-1) ?? '').sort()[0];
  const union = [...new Set(parts.flat())].filter((hash) => limit === undefined || hash <= limit).sort();
  if (limit === undefined) return { count: union.length, isExact: true };
  const kth = union[keptHashes - 1] ?? limit;
  const share = Number.parseInt(kth.slice(0, 13), 16) / 16 ** 13;
  return { count: Math.round((keptHashes - 1) / share), isExact: false };
}
