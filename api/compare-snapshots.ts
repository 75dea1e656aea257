import type { SnapshotDiffView } from '../contracts/http-snapshots.schema.ts';
import type { ColumnProfile, TableProfile } from '../contracts/profile.ts';
import type { ColumnShift, SnapshotRowsDiff } from '../contracts/snapshot-diff.ts';
import { readParts } from '../contracts/table-parts.ts';
import { stabilityOf } from '../domain/distribution/population-stability.ts';
import type { ApiDependencies } from './dependencies.ts';
import { numberedSources, sourceUri } from './find-snapshot.ts';
import type { Meeting } from './find-snapshot.ts';
import type { StoredSnapshot } from './snapshot-dependencies.ts';
import { productChanges } from './product-changes.ts';
import { verdictOf } from './snapshot-verdict.ts';

export interface ComparedSide {
  readonly stored: StoredSnapshot;
  readonly meeting: Meeting;
  readonly profile: TableProfile;
}

/** Schema, sources, rows, series and distributions of two snapshots. Columns whose digests agree are not looked at. */
export async function compareSnapshots(deps: Pick<ApiDependencies, 'artifacts' | 'tables'>, a: ComparedSide, b: ComparedSide): Promise<SnapshotDiffView> {
  const kept = sameDigest(a, b, 'kept');
  const same = (name: string): boolean => kept && sameDigest(a, b, name);
  const columns = b.profile.columns.map(({ name }) => name).filter((name) => name !== 'kept' && columnOf(a, name) !== undefined);
  const [left, right] = [await readySide(deps, a), await readySide(deps, b)];
  const found = await deps.tables.diffSnapshots({ a: left, b: right, columns: columns.filter((name) => !same(name)) });
  const view = {
    a: headOf(a), b: headOf(b),
    schema: schemaChanges(a.profile, b.profile), sources: sourceChanges(a, b),
    rows: rowsOf(found.rows, b), series: found.series, products: productChanges(a.profile.products, b.profile.products),
    columns: columns.map((name) => columnView(name, same(name), found.columns.find((shift) => shift.name === name), a, b)),
  };
  return { ...view, verdict: verdictOf(view) };
}

function columnOf({ profile }: ComparedSide, name: string): ColumnProfile | undefined {
  return profile.columns.find((column) => column.name === name);
}

function sameDigest(a: ComparedSide, b: ComparedSide, name: string): boolean {
  const digest = columnOf(a, name)?.digest;
  // Where parts are cut differently (months, years), digests of equal columns differ: then the rows are looked at.
  return digest !== undefined && digest === columnOf(b, name)?.digest;
}

async function readySide({ artifacts }: Pick<ApiDependencies, 'artifacts'>, { stored: { snapshot } }: ComparedSide) {
  const parts = [];
  for (const { from, file } of await readParts(artifacts, snapshot.sales)) parts.push({ span: from, sha256: file.sha256, path: await artifacts.fetchFile(file) });
  return { parts, sources: numberedSources(snapshot) };
}

function headOf({ stored: { snapshot }, meeting }: ComparedSide): SnapshotDiffView['a'] {
  const { digest, rows, keptRows, series, from, to } = snapshot;
  return { digest, rows, keptRows, series, from, to, ...meeting };
}

function schemaChanges(a: TableProfile, b: TableProfile): SnapshotDiffView['schema'] {
  const names = [...new Set([...a.columns, ...b.columns].map(({ name }) => name))];
  return names.flatMap((column): SnapshotDiffView['schema'] => {
    const [left, right] = [a, b].map(({ columns }) => columns.find(({ name }) => name === column));
    if (left === undefined) return [{ change: 'added', column, ...(right && { b: right.type }) }];
    if (right === undefined) return [{ change: 'removed', column, a: left.type }];
    const units = left.unit === right.unit ? [] : [{ change: 'unit' as const, column, ...(left.unit !== undefined && { a: left.unit }), ...(right.unit !== undefined && { b: right.unit }) }];
    return [...(left.type === right.type ? [] : [{ change: 'type' as const, column, a: left.type, b: right.type }]), ...units];
  });
}

function sourceChanges({ stored: a }: ComparedSide, { stored: b }: ComparedSide): SnapshotDiffView['sources'] {
  const uris = [...new Set([...a.snapshot.sources, ...b.snapshot.sources].map(({ uri }) => uri))];
  return uris.flatMap((uri): SnapshotDiffView['sources'] => {
    const [left, right] = [a, b].map(({ snapshot }) => snapshot.sources.find((source) => source.uri === uri));
    if (left === undefined) return [{ change: 'added', uri, ...(right && { rowsB: right.rows }) }];
    if (right === undefined) return [{ change: 'removed', uri, rowsA: left.rows }];
    return left.sha256 === right.sha256 ? [] : [{ change: 'changed', uri, rowsA: left.rows, rowsB: right.rows }];
  });
}

function rowsOf({ examples, ...rows }: SnapshotRowsDiff['rows'], { stored: { snapshot } }: ComparedSide): SnapshotDiffView['rows'] {
  return { ...rows, examples: examples.map(({ file, ...cell }) => ({ ...cell, uri: sourceUri(snapshot, file) })) };
}

function columnView(name: string, isSame: boolean, shift: ColumnShift | undefined, a: ComparedSide, b: ComparedSide): SnapshotDiffView['columns'][number] {
  const [left, right] = [columnOf(a, name), columnOf(b, name)];
  const share = (count: number | undefined, { profile: { keptRows } }: ComparedSide): number => (keptRows === 0 ? 0 : (count ?? 0) / keptRows);
  // Two equal columns: whatever measures a distance between them is 0.
  const psi = isSame && left?.kind !== 'time' ? 0 : shift?.psi;
  const ks = isSame && left?.numbers !== undefined ? 0 : shift?.ks;
  return {
    name, kind: right?.kind ?? 'text', isSame, bins: shift?.bins ?? [],
    ...(right?.unit !== undefined && { unit: right.unit }),
    missingShare: { a: share(left?.missing, a), b: share(right?.missing, b) },
    ...(left?.numbers && right?.numbers && {
      zeroShare: { a: share(left.numbers.zeros, a), b: share(right.numbers.zeros, b) }, mean: { a: left.numbers.mean, b: right.numbers.mean },
    }),
    ...(psi !== undefined && { psi, stability: stabilityOf(psi) }),
    ...(ks !== undefined && { ks, ...(shift?.ksProbability !== undefined && { ksProbability: shift.ksProbability }) }),
  };
}
