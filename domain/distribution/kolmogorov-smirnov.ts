/**
 * Two-sample Kolmogorov–Smirnov statistic: the largest distance between two empirical distribution functions, sup |F(x) − G(x)|, 0 … 1
 * (Smirnov 1939), of values that come block by block. Exact when every distinct value of either sample comes once, ascending.
 */
export interface KolmogorovSmirnov {
  /** How often each of the next values, ascending, occurs in the one sample and in the other; arrays run in parallel. */
  add(a: ArrayLike<number>, b: ArrayLike<number>): void;
  /** Of all that was added; undefined where either sample is empty. */
  statistic(): number | undefined;
}

/** @param rowsA size of the one sample; `rowsB` that of the other */
export function createKolmogorovSmirnov(rowsA: number, rowsB: number): KolmogorovSmirnov {
  let [below, belowOther, widest] = [0, 0, 0];
  return {
    add(a, b) {
      for (let i = 0; i < a.length; i++) {
        below += a[i] ?? 0;
        belowOther += b[i] ?? 0;
        widest = Math.max(widest, Math.abs(below / rowsA - belowOther / rowsB));
      }
    },
    statistic: () => (rowsA > 0 && rowsB > 0 ? widest : undefined),
  };
}

/**
 * Probability of a statistic at least this large between samples of one distribution, for samples large enough: Kolmogorov's limit
 * Q(λ) = 2 Σₖ (−1)ᵏ⁻¹ exp(−2k²λ²) at λ = D · √(nm / (n + m)) (Kolmogorov 1933; Smirnov 1948). With ties, as sales have them, the truth is larger still.
 */
export function kolmogorovProbability(statistic: number, rowsA: number, rowsB: number): number {
  const lambda = statistic * Math.sqrt((rowsA * rowsB) / (rowsA + rowsB));
  // The series alternates so slowly near 0 that it never settles; by then the probability is 1 to sixteen digits.
  if (lambda < 0.18) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * k * k * lambda * lambda);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-18) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}
