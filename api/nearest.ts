import { closest } from 'fastest-levenshtein';

import { NotFound } from '../contracts/failure.ts';
import type { ApiDependencies } from './dependencies.ts';

/** `no series "85123" in online-retail; did you mean "85123A"?` */
export function notFound(what: string, given: string, known: readonly string[], otherwise: string): NotFound {
  const hint = known.length === 0 ? otherwise : `did you mean "${closest(given, known)}"?`;
  return new NotFound(`no ${what} "${given}"; ${hint}`);
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
