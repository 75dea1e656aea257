import type { Snapshot } from '../contracts/data.ts';
import { tableProfileSchema } from '../contracts/http-snapshots.schema.ts';
import type { TableDescription } from '../contracts/http-snapshots.schema.ts';
import type { Pipeline } from '../contracts/pipeline.schema.ts';
import { salesMeaning } from '../contracts/profile.ts';
import type { TableProfile } from '../contracts/profile.ts';
import { fetchParts } from '../contracts/table-parts.ts';
import type { ApiDependencies } from './dependencies.ts';
import type { StoredSnapshot } from './snapshot-dependencies.ts';

export type ProfileOf = (stored: StoredSnapshot) => Promise<TableProfile>;

/** So many profiles of snapshots that came without one stay in memory: each is some 100 KiB, and cost seconds. */
const keptProfiles = 8;

/** The profile that was made with the snapshot; for one of before there were profiles, computed from its rows at first need. */
export function createProfiles(deps: Pick<ApiDependencies, 'artifacts' | 'runs' | 'tables'>): ProfileOf {
  const made = new Map<string, Promise<TableProfile>>();
  return async (stored) => {
    const { profile, digest } = stored.snapshot;
    if (profile !== undefined) return tableProfileSchema.parse(await deps.artifacts.readJson(profile));
    const known = made.get(digest);
    if (known !== undefined) return known;
    const computed = profileNow(deps, stored);
    made.set(digest, computed);
    computed.catch(() => made.delete(digest)); // whoever waits hears why; the next one tries again
    for (const oldest of [...made.keys()].slice(0, -keptProfiles)) made.delete(oldest);
    return computed;
  };
}

async function profileNow(deps: Pick<ApiDependencies, 'artifacts' | 'runs' | 'tables'>, { pipeline, snapshot }: StoredSnapshot): Promise<TableProfile> {
  const spec = await pipelineBehind(deps, pipeline, snapshot);
  return deps.tables.profileTable({
    files: await fetchParts(deps.artifacts, snapshot.sales),
    series: snapshot.series,
    frequency: spec?.frequency ?? 'day',
    meaning: spec === undefined ? {} : salesMeaning(spec.sources),
  });
}

/** The pipeline file that the snapshot was read by: that of the newest run on it, else of the pipeline's newest run. */
async function pipelineBehind({ runs }: Pick<ApiDependencies, 'runs'>, pipeline: string, { digest }: Snapshot): Promise<Pipeline | undefined> {
  const known = await runs.list({ pipeline, limit: 1000 });
  const run = known.find(({ result }) => result?.snapshot === digest) ?? known[0];
  return run && (await runs.input(run.runId))?.pipeline;
}

const spans = 24;

/** What a snapshot was described by before it had a profile; clients of then still read it. */
export function describeProfile({ rows, keptRows, columns, periods }: TableProfile): TableDescription {
  return {
    rows,
    columns: columns.map(({ name, type, missing, distinct, min, max }) => ({
      name, type, nullShare: keptRows === 0 ? 0 : missing / keptRows, approxDistinct: distinct,
      ...(min !== undefined && { min }), ...(max !== undefined && { max }),
    })),
    ...(periods.starts.length > 0 && { totals: totals(periods) }),
  };
}

function totals({ starts, target }: TableProfile['periods']): number[] {
  const moments = starts.map((start) => Date.parse(start));
  const [first = 0, last = 0] = [moments[0], moments.at(-1)];
  const result = Array.from({ length: spans }, () => 0);
  moments.forEach((moment, i) => {
    const span = Math.min(spans - 1, Math.floor((spans * (moment - first)) / Math.max(1, last - first)));
    result[span] = (result[span] ?? 0) + (target[i] ?? 0);
  });
  return result;
}
