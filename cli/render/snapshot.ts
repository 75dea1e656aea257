import type { SnapshotDetail } from '../../contracts/http.schema.ts';
import type { Terminal } from '../terminal.ts';
import { count, sparkline } from './figures.ts';
import { renderPairs, renderTable } from './table.ts';

/** Sources, columns with their gaps and ranges, and the weekly totals as a line of bars. */
export function renderSnapshot({ snapshot, description }: SnapshotDetail, { colors, columns }: Pick<Terminal, 'colors' | 'columns'>): string {
  const head = renderPairs(
    [
      ['snapshot', snapshot.digest],
      ['rows', `${count(snapshot.rows)}, of which the filters keep ${count(snapshot.keptRows)}`],
      ['series', count(snapshot.series)],
      ['kept from', `${snapshot.from.slice(0, 10)} to ${snapshot.to.slice(0, 10)}`],
      ...snapshot.sources.map(({ source, uri, sha256, rows }): [string, string] => [source, `${uri} (${count(rows)} rows, ${sha256.slice(0, 12)})`]),
    ],
    colors,
  );
  const table = renderTable(
    [{ title: 'column' }, { title: 'type', max: 12 }, { title: 'nulls', align: 'right' }, { title: 'min', max: 19 }, { title: 'max', max: 19 }],
    description.columns.map(({ name, type, nulls, min, max }) => [name, type, count(nulls), min ?? '–', max ?? '–']),
    colors,
  );
  const totals = description.weeklyTotals;
  const [first, last] = [totals[0], totals.at(-1)];
  if (first === undefined || last === undefined) return `${head}\n\n${table}`;
  const peak = Math.max(...totals.map(({ total }) => total));
  const line = sparkline(totals.map(({ total }) => total), columns - 2);
  return `${head}\n\n${table}\n\n${colors.dim(`weekly totals ${first.week} to ${last.week}, peak ${count(Math.round(peak))}`)}\n${line}`;
}
