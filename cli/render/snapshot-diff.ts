import type { SnapshotDiffView } from '../../contracts/http-snapshots.schema.ts';
import type { Colors } from '../terminal.ts';
import { cellPair, isNumber } from './cell-pair.ts';
import { compact, count, minute, percent, shortDigest } from './figures.ts';
import { renderPairs, renderTable } from './table.ts';

type Column = SnapshotDiffView['columns'][number];

/** What differs between two snapshots: in words first, then rows, columns and a few changed cells. */
export function renderSnapshotDiff(diff: SnapshotDiffView, colors: Colors, columns: number): string {
  const { a, b, rows, sources } = diff;
  const side = ({ digest, rows: many, keptRows, storedAt }: SnapshotDiffView['a']): string =>
    `${shortDigest(digest)}: ${count(many)} rows, ${count(keptRows)} count${storedAt === undefined ? '' : `, ${minute(storedAt)} UTC`}`;
  const head = renderPairs(
    [
      ['from', side(a)],
      ['to', side(b)],
      ...sources.map(({ change, uri, rowsA, rowsB }): [string, string] => ['source', `${uri} ${change}${fromTo(rowsA, rowsB)}`]),
      ...diff.verdict.map((line, i): [string, string] => [i === 0 ? 'in words' : '', line]),
    ],
    colors,
    columns,
  );
  const table = renderTable(
    [
      { title: 'column', max: Math.max(12, columns - 68) },
      { title: 'reading' },
      { title: 'PSI', align: 'right' },
      { title: 'KS', align: 'right' },
      { title: 'missing', align: 'right' },
      { title: 'mean', align: 'right' },
    ],
    diff.columns.map((column) => [column.name, reading(column), column.psi?.toFixed(3) ?? '–', column.ks?.toFixed(3) ?? '–', shares(column.missingShare), means(column)]),
    colors,
  );
  if (rows.examples.length === 0) return `${head}\n\n${table}`;
  const examples = rows.examples.map(({ uri, row, series, column, a: was, b: is }) => `${uri} row ${count(row)}, series ${series}: ${column} ${cellPair(was, is, isNumber(diff.columns, column)).join(' → ')}`);
  return `${head}\n\n${table}\n\n${renderPairs(examples.map((line, i) => [i === 0 ? 'changed' : '', line]), colors, columns)}`;
}

function fromTo(a: number | undefined, b: number | undefined): string {
  if (a === undefined) return b === undefined ? '' : ` (${count(b)} rows)`;
  return b === undefined ? ` (had ${count(a)} rows)` : ` (${count(a)} → ${count(b)} rows)`;
}

function reading({ isSame, stability }: Column): string {
  return isSame ? 'identical' : (stability ?? '–');
}

function shares({ a, b }: Column['missingShare']): string {
  return a === b ? percent(b) : `${percent(a)} → ${percent(b)}`;
}

function means({ mean }: Column): string {
  if (mean === undefined) return '–';
  return mean.a === mean.b ? compact(mean.b) : `${compact(mean.a)} → ${compact(mean.b)}`;
}
