import { Conflict } from '../../contracts/failure.ts';
import type { Champion } from '../../contracts/governance.ts';
import { checkedRows } from '../forecast-rows.ts';
import type { ForecastPoint, ForecastSet } from '../forecast-rows.ts';

/** Series → its points in the order of time. */
type Stored = ReadonlyMap<string, readonly ForecastPoint[]>;

/** Twin of the forecasts in PostgreSQL. */
export function createMemoryForecasts(champions: { at(pipeline: string): Promise<Champion | undefined> }) {
  const sets = new Map<string, Stored>();
  const keyOf = (pipeline: string, candidate: string | undefined): string => JSON.stringify([pipeline, candidate]);
  async function current(pipeline: string, candidate = ''): Promise<Stored> {
    const named = candidate === '' ? (await champions.at(pipeline))?.candidate : candidate;
    return sets.get(keyOf(pipeline, named)) ?? new Map();
  }
  return {
    async replace(set: ForecastSet): Promise<void> {
      const stored = new Map<string, ForecastPoint[]>();
      for await (const batch of checkedRows(set)) {
        for (const { series, ds, yHat, quantiles } of batch) {
          const points = stored.get(series) ?? [];
          if (points.some((point) => point.ds === ds)) throw new Conflict(`two forecasts of ${series} at ${ds}`);
          const named = set.quantileLevels.map((level, i) => [String(level), quantiles[i] ?? Number.NaN]);
          points.push({ ds, yHat, quantiles: Object.fromEntries(named) });
          stored.set(series, points);
        }
      }
      for (const points of stored.values()) points.sort((a, b) => (a.ds < b.ds ? -1 : 1));
      sets.set(keyOf(set.pipeline, set.candidate), stored);
    },
    async read(what: {
      readonly pipeline: string;
      readonly series: string;
      readonly candidate?: string;
    }): Promise<ForecastPoint[]> {
      return structuredClone([...((await current(what.pipeline, what.candidate)).get(what.series) ?? [])]);
    },
    async seriesOf(
      pipeline: string,
      { prefix = '', limit }: { readonly prefix?: string; readonly limit: number },
    ): Promise<string[]> {
      const names = [...(await current(pipeline)).keys()];
      return names
        .filter((name) => name.startsWith(prefix))
        .sort()
        .slice(0, limit);
    },
  };
}
