import { lengthInWords } from '../../domain/calendar.ts';
import type { SnapshotDetail } from '../../contracts/http-snapshots.schema.ts';
import type { Terminal } from '../terminal.ts';
import { compact, count, minute, percent, sparkline } from './figures.ts';
import { productLines } from './products.ts';
import { renderPairs, renderTable } from './table.ts';
import { renderValidation } from './validation.ts';

/** Sources, columns with their gaps and ranges, what the rules found, and the target over time as a line of bars. */
export function renderSnapshot(detail: SnapshotDetail, { colors, columns }: Pick<Terminal, 'colors' | 'columns'>): string {
  const { snapshot, profile, pipelines, storedAt, validation } = detail;
  const { meaning } = profile;
  const head = renderPairs(
    [
      ['snapshot', snapshot.digest],
      ['pipeline', `${pipelines.join(', ')}${storedAt === undefined ? '' : `, first met ${minute(storedAt)} UTC`}`],
      ['rows', `${count(profile.rows)}, of which ${count(profile.keptRows)} count`],
      ['series', count(profile.series)],
      ['kept from', `${snapshot.from.slice(0, 10)} to ${snapshot.to.slice(0, 10)}`],
      ['times', timesOf(meaning)],
      ...(profile.products === undefined ? [] : productLines(profile.products)),
      ...snapshot.sources.map(({ source, uri, sha256, rows }): [string, string] => [
        source,
        `${uri} (${source === 'rates' ? '' : `${count(rows)} rows, `}${sha256.slice(0, 12)})`,
      ]),
    ],
    colors,
    columns,
  );
  const blocks = [head, columnTable(detail, { colors, columns })];
  if (validation !== undefined) blocks.push(renderValidation(validation, colors, columns));
  const { starts, target } = profile.periods;
  if (starts.length > 0) {
    const heading = `kept target per ${lengthInWords(profile.frequency)} from ${starts[0] ?? ''} to ${starts.at(-1) ?? ''}, peak ${compact(target.reduce((a, b) => Math.max(a, b), 0))} ${meaning.unit ?? ''}`.trimEnd();
    blocks.push(`${colors.dim(heading)}\n${sparkline(target, columns - 2)}`);
  }
  return blocks.join('\n\n');
}

function timesOf({ timezone, recordedIn }: SnapshotDetail['profile']['meaning']): string {
  if (timezone === undefined) return 'as the sources write them';
  return `local to ${timezone}${recordedIn === undefined ? '' : `, recorded in ${recordedIn}`}`;
}

function columnTable({ profile }: SnapshotDetail, { colors, columns }: Pick<Terminal, 'colors' | 'columns'>): string {
  return renderTable(
    [
      { title: 'column', max: Math.max(12, columns - 68) },
      { title: 'kind' },
      { title: 'unit', max: 8 },
      { title: 'missing', align: 'right' },
      { title: 'zeros', align: 'right' },
      { title: 'distinct', align: 'right' },
      { title: 'min', max: 10 },
      { title: 'max', max: 10 },
    ],
    profile.columns.map(({ name, kind, unit, missing, numbers, distinct, distinctIsExact, min, max }) => {
      const of = Math.max(1, name === 'kept' ? profile.rows : profile.keptRows);
      return [
        name,
        kind,
        // The zone stands above: it is longer than any unit.
        kind === 'time' ? '' : (unit ?? ''),
        percent(missing / of),
        numbers === undefined ? '' : percent(numbers.zeros / of),
        `${distinctIsExact ? '' : '~'}${compact(distinct)}`,
        limit(kind, min),
        limit(kind, max),
      ];
    }),
    colors,
  );
}

function limit(kind: SnapshotDetail['profile']['columns'][number]['kind'], value: string | undefined): string {
  if (value === undefined) return '–';
  if (kind === 'time') return value.slice(0, 10);
  return kind === 'number' ? compact(Number(value)) : value;
}
