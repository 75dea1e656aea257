import type { LaunchHistory } from './launches.ts';

/** Mean sales of the whole market over the `horizon` periods that begin with `from`, as far as known; NaN where that is nothing or zero. */
export function marketLevel({ market, horizon, periods }: Pick<LaunchHistory, 'market' | 'horizon' | 'periods'>, from: number): number {
  let [sum, known] = [0, 0];
  for (let period = Math.max(0, from); period < Math.min(periods, from + horizon); period += 1) {
    const value = market[period] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    sum += value;
    known += 1;
  }
  return known > 0 && sum > 0 ? sum / known : Number.NaN;
}

/**
 * By how much the first periods of a product that was launched at `launch` are multiplied to be comparable at a cutoff: the market's level in
 * the last horizon up to the cutoff, divided by its level in those periods, to the power of `exponent` (0: not at all). 1 where a level is
 * unknown. Never more than tenfold either way: a shop that had just begun says little about one that has grown.
 */
export function marketRatio(history: Pick<LaunchHistory, 'market' | 'horizon' | 'periods'>, launch: number, cutoff: number, exponent: number): number {
  const ratio = marketLevel(history, cutoff - history.horizon + 1) / marketLevel(history, launch);
  return Number.isFinite(ratio) && exponent !== 0 ? Math.min(10, Math.max(0.1, ratio ** exponent)) : 1;
}
