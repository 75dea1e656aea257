import type { Random } from '../../random.ts';

/** Share of the first of two mixed examples: Beta(α, α), the larger one of it and its rest, so that the copy stays next to its example (Zhang et al. 2018). */
export function mixingShare(alpha: number, random: Random): number {
  const [a, b] = [gamma(alpha, random), gamma(alpha, random)];
  const share = a + b === 0 ? 1 : a / (a + b);
  return Math.max(share, 1 - share);
}

/**
 * Both examples together; the second on the scale of the first. NaN where one of them is unknown.
 * @param ratio level of the first over that of the second
 */
export function mix(first: number, second: number, share: number, ratio: number): number {
  return share * first + (1 - share) * second * ratio;
}

/** Gamma(shape, 1) by Marsaglia and Tsang (2000); shapes below 1 by their boost with a uniform number. */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.next()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
