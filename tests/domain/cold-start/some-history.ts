import type { LaunchHistory } from '../../../domain/cold-start/launches.ts';
import { createRandom } from '../../../domain/random.ts';

export interface SomeLaunch {
  readonly launch: number;
  readonly curve: readonly number[];
}

/** A history of given launches; the market sells `market` in every period. */
export function historyOf(launches: readonly SomeLaunch[], { horizon = 2, periods = 30, gap = 0, market = 100, unsold = 0 } = {}): LaunchHistory {
  const all = [...launches, ...Array.from({ length: unsold }, () => ({ launch: periods, curve: [] }))];
  return {
    series: all.map((_, i) => `p${String(i).padStart(3, '0')}`), sold: launches.length, horizon, periods, gap,
    launch: Int32Array.from(all, ({ launch }) => launch),
    curves: Float64Array.from(all.flatMap(({ launch, curve }) => Array.from({ length: horizon }, (_, step) => (launch + step < periods ? (curve[step] ?? Number.NaN) : Number.NaN)))),
    market: new Float64Array(periods).fill(market),
  };
}

/** Launches one or two a period, whose level is `level(product)` times a little chance. */
export function steadyLaunches(count: number, { horizon = 2, first = 2, level, seed = 1 }: { readonly horizon?: number; readonly first?: number; readonly level: (product: number) => number; readonly seed?: number }): readonly SomeLaunch[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => ({ launch: first + Math.floor(i / 2), curve: Array.from({ length: horizon }, () => Math.round(level(i) * (0.5 + random.next()))) }));
}
