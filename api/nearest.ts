import { distance } from 'fastest-levenshtein';

import { NotFound } from '../contracts/failure.ts';
import { nearestName } from '../domain/nearest-name.ts';
import type { ApiDependencies } from './dependencies.ts';

const mostNamed = 5;

/** `no series "85123" in online-retail; did you mean "85123A"?`, or what there is where nothing is near. */
export function notFound(what: string, given: string, known: readonly string[], otherwise: string): NotFound {
  const nearest = nearestName(given, known, distance);
  const names = [...new Set(known)];
  const hint = known.length === 0 ? otherwise : nearest === undefined ? `there ${names.length === 1 ? 'is' : 'are'} ${listed(names)}` : `did you mean "${nearest}"?`;
  return new NotFound(`no ${what} "${given}"; ${hint}`);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).map((name) => `"${name}"`).join(', ');
  return names.length > mostNamed ? `${shown} and ${String(names.length - mostNamed)} more` : shown;
}

/** Pipelines that ever ran, by name. */
export async function knownPipelines({ runs }: Pick<ApiDependencies, 'runs'>): Promise<string[]> {
  return [...new Set((await runs.list({ limit: 1000 })).map(({ pipeline }) => pipeline))];
}

/** @throws NotFound when no run of this pipeline was ever asked for */
export async function requirePipeline(deps: Pick<ApiDependencies, 'runs'>, pipeline: string): Promise<void> {
  if ((await deps.runs.list({ pipeline, limit: 1 })).length > 0) return;
  throw notFound('pipeline', pipeline, await knownPipelines(deps), 'none has run yet');
}
