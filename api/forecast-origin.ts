import { NotFound } from '../contracts/failure.ts';
import type { Champion } from '../contracts/governance.ts';
import type { LineageEdge, LineageNode } from '../contracts/lineage.ts';
import type { ApiDependencies, ForecastPoint } from './dependencies.ts';
import { notFound, requirePipeline } from './nearest.ts';

/** One forecast number, and the champion that gave it. */
export interface ForecastOrigin {
  readonly node: LineageNode;
  readonly pipeline: string;
  readonly series: string;
  readonly point: ForecastPoint;
  readonly champion: Champion;
}

type Needs = Pick<ApiDependencies, 'champions' | 'forecasts' | 'runs'>;

/** `<pipeline>/<series>/<ds>`, for hours `…/2011-12-09T13:00`; a series may contain slashes. */
const forecastRef = /^(?<pipeline>[a-z0-9][a-z0-9-]{0,62})\/(?<series>.+)\/(?<ds>\d{4}-\d{2}-\d{2}(?:T\d{2}:00)?)$/s;

/**
 * Finds the forecast that a reference names: the newest champion's that has this series and date.
 * @returns undefined when the reference is of another kind, or nobody forecast this
 */
export async function findForecast({ champions, forecasts }: Needs, ref: string): Promise<ForecastOrigin | undefined> {
  const { pipeline, series, ds } = forecastRef.exec(ref)?.groups ?? {};
  if (pipeline === undefined || series === undefined || ds === undefined) return undefined;
  const asked = new Set<string>();
  for (const champion of await champions.history(pipeline)) {
    const { candidate } = champion;
    if (asked.has(candidate)) continue; // it was champion twice
    asked.add(candidate);
    const points = await forecasts.read({ pipeline, series, candidate });
    const point = points.find((one) => one.ds === ds);
    if (point !== undefined) return { node: { kind: 'forecast', id: ref }, pipeline, series, point, champion };
  }
  return undefined;
}

/** Forecasts of one champion share one stored node; this leads from the single number to it. */
export function servedEdge({ node, champion }: ForecastOrigin, runId: string): LineageEdge {
  return { output: node, input: servedNode(champion), runId, by: 'serve' };
}

export function servedNode({ pipeline, version }: Champion): LineageNode {
  return { kind: 'forecast', id: `${pipeline}/v${version}` };
}

/** Why `findForecast` found nothing, where the reference looks like a forecast's. @throws NotFound with the nearest right name */
export async function explainMissing(deps: Needs, ref: string): Promise<void> {
  const { pipeline, series, ds } = forecastRef.exec(ref)?.groups ?? {};
  if (pipeline === undefined || series === undefined || ds === undefined) return;
  await requirePipeline(deps, pipeline);
  const points = await deps.forecasts.read({ pipeline, series });
  if (points.length > 0)
    throw new NotFound(`no forecast of "${series}" for ${ds}; it has ${points.map((point) => point.ds).join(', ')}`);
  const known = await deps.forecasts.seriesOf(pipeline, { limit: 10_000 });
  throw notFound(`series in ${pipeline} called`, series, known, 'it serves no series yet: approve a proposal first');
}
