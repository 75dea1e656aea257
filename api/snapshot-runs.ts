import type { RunValidation } from '../contracts/data.ts';
import type { ApiDependencies, RunRow } from './dependencies.ts';

/** The newest runs of a pipeline that are looked through for what happened to a snapshot. */
const lookedThrough = 200;

/** What the rules found in a snapshot, by the newest run that checked it, whether or not they let it pass. */
export async function validationOf(deps: Pick<ApiDependencies, 'runs' | 'validationResults'>, pipelines: readonly string[], digest: string): Promise<RunValidation | undefined> {
  for (const run of await newestRuns(deps, pipelines)) {
    if (run.result?.snapshot !== digest && run.code !== 'ValidationBlocked') continue;
    const found = await deps.validationResults.ofRun(run.runId);
    if (found?.snapshot === digest) return found;
  }
  return undefined;
}

/** The newest finished run on a snapshot that recorded what it cleaned. */
export async function cleaningRun(deps: Pick<ApiDependencies, 'runs'>, pipelines: readonly string[], digest: string): Promise<RunRow | undefined> {
  return (await newestRuns(deps, pipelines)).find(({ result }) => result?.snapshot === digest && result.cleaned !== undefined);
}

async function newestRuns({ runs }: Pick<ApiDependencies, 'runs'>, pipelines: readonly string[]): Promise<readonly RunRow[]> {
  const all = await Promise.all(pipelines.map((pipeline) => runs.list({ pipeline, limit: lookedThrough })));
  return all.flat().sort((a, b) => (a.requestedAt < b.requestedAt ? 1 : -1));
}
