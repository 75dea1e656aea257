import type { SnapshotListing } from '../../contracts/http-snapshots.schema.ts';
import type { Colors } from '../terminal.ts';
import { compact, shortDigest } from './figures.ts';
import { renderTable } from './table.ts';

/** One line a snapshot: whose it is, since when, how much, and of what time. */
export function renderSnapshotList({ snapshots }: SnapshotListing, colors: Colors): string {
  if (snapshots.length === 0) return 'no snapshots yet: npx forecastle run PIPELINE.yaml';
  return renderTable(
    [
      { title: 'snapshot' },
      { title: 'pipeline', max: 14 },
      { title: 'met' },
      { title: 'kept', align: 'right' },
      { title: 'series', align: 'right' },
      { title: 'data' },
    ],
    snapshots.map((s) => [
      shortDigest(s.digest),
      s.pipelines.length > 1 ? `${s.pipelines[0] ?? ''} +${String(s.pipelines.length - 1)}` : (s.pipelines[0] ?? ''),
      (s.storedAt ?? '').slice(0, 10),
      compact(s.keptRows),
      compact(s.series),
      `${s.from.slice(0, 10)}…${s.to.slice(0, 10)}`,
    ]),
    colors,
  );
}
