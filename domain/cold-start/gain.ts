import { createRandom } from '../random.ts';
import type { ColdStartMethod, ScoredLaunch } from './back-test.ts';

export interface Gain {
  /** 1 − loss of the analogues / loss of the other: 0.1 is a tenth less. Null where nothing was sold. */
  readonly gain: number | null;
  /** Of its 95 % interval. */
  readonly low: number | null;
  readonly high: number | null;
}

const resamples = 2_000;

/**
 * How much less analogues lose than another method, with a percentile interval by bootstrap over products (Efron 1979): launches are drawn
 * with replacement, and the ratio of the sums is taken anew.
 * @param loss `pinball` for the gain in WQL, `absolute` for that in WAPE
 */
export function gainOver(scored: readonly ScoredLaunch[], other: ColdStartMethod, loss: 'pinball' | 'absolute', seed: number): Gain {
  const mine = Float64Array.from(scored, ({ errors }) => errors.analogues[loss]);
  const theirs = Float64Array.from(scored, ({ errors }) => errors[other][loss]);
  const random = createRandom(seed);
  const drawn: number[] = [];
  for (let r = 0; r < resamples && scored.length > 0; r += 1) {
    let [a, b] = [0, 0];
    for (let i = 0; i < scored.length; i += 1) {
      const at = random.integer(scored.length);
      a += mine[at] ?? 0;
      b += theirs[at] ?? 0;
    }
    if (b > 0) drawn.push(1 - a / b);
  }
  const total = theirs.reduce((sum, value) => sum + value, 0);
  if (!(total > 0) || drawn.length === 0) return { gain: null, low: null, high: null };
  drawn.sort((a, b) => a - b);
  const quantile = (level: number): number => drawn[Math.min(drawn.length - 1, Math.floor(level * drawn.length))] ?? Number.NaN;
  return { gain: 1 - mine.reduce((sum, value) => sum + value, 0) / total, low: quantile(0.025), high: quantile(0.975) };
}
