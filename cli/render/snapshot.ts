import type { SnapshotDetail } from '../../contracts/http.schema.ts';
import type { Terminal } from '../terminal.ts';
import { count, sparkline } from './figures.ts';
import { renderPairs, renderTable } from './table.ts';

/** Sources, columns with their gaps and ranges, and the target over time as a line of bars. */
export function renderSnapshot(
  { snapshot, description }: SnapshotDetail,
  { colors, columns }: Pick<Terminal, 'colors' | 'columns'>,
): string {
  const head = renderPairs(
    [
      ['snapshot', snapshot.digest],
      ['rows', `${count(snapshot.rows)}, of which the filters keep ${count(snapshot.keptRows)}`],
      ['series', count(snapshot.series)],
      ['kept from', `${snapshot.from.slice(0, 10)} to ${snapshot.to.slice(0, 10)}`],
      ...snapshot.sources.map(({ source, uri, sha256, rows }): [string, string] => [
        source,
        `${uri} (${count(rows)} rows, ${sha256.slice(0, 12)})`,
      ]),
    ],
    colors,
  );
  const table = renderTable(
    [
      { title: 'column' },
      { title: 'type', max: 12 },
      { title: 'nulls', align: 'right' },
      { title: 'distinct', align: 'right' },
      { title: 'min', max: 19 },
      { title: 'max', max: 19 },
    ],
    description.columns.map(({ name, type, nullShare, approxDistinct, min, max }) => [
      name,
      type,
      percent(nullShare),
      `~${count(approxDistinct)}`,
      min ?? '–',
      max ?? '–',
    ]),
    colors,
  );
  const { totals } = description;
  if (totals === undefined || totals.length === 0) return `${head}\n\n${table}`;
  const heading = `kept target from ${snapshot.from.slice(0, 10)} to ${snapshot.to.slice(0, 10)}, in ${totals.length} equal spans, peak ${count(Math.round(Math.max(...totals)))}`;
  return `${head}\n\n${table}\n\n${colors.dim(heading)}\n${sparkline(totals, columns - 2)}`;
}

function percent(share: number): string {
  return share === 0 ? '0' : `${(share * 100).toFixed(1)} %`;
}
