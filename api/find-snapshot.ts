import type { Snapshot } from '../contracts/data.ts';
import { NotFound } from '../contracts/failure.ts';
import type { ApiDependencies } from './dependencies.ts';
import { notFound } from './nearest.ts';
import type { StoredSnapshot } from './snapshot-dependencies.ts';

/**
 * A snapshot by the first characters of its digest, or by pipeline: `shop`, `shop@latest` is the one it met last, `shop@previous` the one before.
 * @throws NotFound with the nearest right name, BadInput when several digests begin so
 */
export async function findSnapshot(deps: Pick<ApiDependencies, 'snapshots'>, ref: string): Promise<StoredSnapshot> {
  const named = /^(.*?)(?:@(latest|previous))?$/.exec(ref);
  const pipeline = named?.[1] ?? ref;
  const which = named?.[2];
  const ofDigest = which === undefined && /^[0-9a-f]{1,64}$/.test(ref) ? await deps.snapshots.find(ref) : undefined;
  if (ofDigest !== undefined) return ofDigest;
  const met = await deps.snapshots.list({ pipeline });
  const found = met[which === 'previous' ? 1 : 0];
  if (found !== undefined) return found;
  if (met.length === 1) throw new NotFound(`${pipeline} has one snapshot only: there is no previous one`);
  const all = await deps.snapshots.list({});
  const isDigest = which === undefined && /^[0-9a-f]+$/.test(ref);
  const known = all.map((stored) => (isDigest ? stored.snapshot.digest.slice(0, 12) : `${stored.pipeline}${which === undefined ? '' : `@${which}`}`));
  throw notFound('snapshot', ref, known, 'there are none yet');
}

/** What rows of a snapshot call its source files; older snapshots count them. */
export function numberedSources({ sources }: Snapshot): { readonly number: number; readonly uri: string }[] {
  return sources.filter(({ source }) => source === 'sales').map(({ number, uri }, i) => ({ number: number ?? i, uri }));
}

/** Address of the source file that rows call by this number. */
export function sourceUri(snapshot: Snapshot, file: number): string {
  return numberedSources(snapshot).find(({ number }) => number === file)?.uri ?? `file ${String(file)}`;
}

export interface Meeting {
  readonly pipelines: readonly string[];
  readonly storedAt: string;
}

/** Whose runs a reference asks for: those of the pipeline that it names, else of all that have the snapshot. */
export function pipelinesMeant(ref: string, { pipelines }: Meeting): readonly string[] {
  const named = ref.replace(/@(latest|previous)$/, '');
  return pipelines.includes(named) ? [named] : pipelines;
}

/** Which pipelines have it, and since when. */
export async function meetingOf(deps: Pick<ApiDependencies, 'snapshots'>, { snapshot, pipeline, storedAt }: StoredSnapshot): Promise<Meeting> {
  const all = (await deps.snapshots.list({})).filter((stored) => stored.snapshot.digest === snapshot.digest);
  const times = [...all.map((stored) => stored.storedAt), storedAt].sort();
  return { pipelines: [...new Set([...all.map((stored) => stored.pipeline), pipeline])].sort(), storedAt: times[0] ?? storedAt };
}
