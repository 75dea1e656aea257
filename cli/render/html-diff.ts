import type { SnapshotDiffView } from '../../contracts/http-snapshots.schema.ts';
import { cellPair, isNumber } from './cell-pair.ts';
import { compact, count, minute, percent, shortDigest } from './figures.ts';
import { columnChart } from './html-charts.ts';
import { escapeHtml, htmlPage, section } from './html-page.ts';
import { factsHtml, htmlTable } from './html-table.ts';

type Column = SnapshotDiffView['columns'][number];

/** What differs between two snapshots, as one self-contained page. */
export function diffPage(diff: SnapshotDiffView): string {
  const { a, b } = diff;
  return htmlPage({
    kicker: 'Forecastle · difference of two snapshots',
    title: `${shortDigest(a.digest)} → ${shortDigest(b.digest)}`,
    lead: `${escapeHtml(b.pipelines.join(', '))}: ${met(a)} and ${met(b)}`,
    body: [
      section('verdict', 'In words', `<div class="card"><ul class="verdict">${diff.verdict.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul></div>`),
      section('rows', 'Rows', rows(diff)), schema(diff), section('columns', 'Distributions', distributions(diff)), sources(diff),
      `<footer>From snapshot <code>${a.digest}</code> to <code>${b.digest}</code>. PSI: population stability index between the deciles of the first snapshot, below 0.1 stable, from 0.25 another population. KS: largest distance of the two distribution functions.</footer>`,
    ].join('\n'),
  });
}

function met({ storedAt }: SnapshotDiffView['a']): string {
  return storedAt === undefined ? 'of unknown time' : `${escapeHtml(minute(storedAt))} UTC`;
}

function rows({ a, b, rows: changes, columns, series }: SnapshotDiffView): string {
  const facts = factsHtml([
    ['Rows', `${count(b.rows)}<small>were ${count(a.rows)}</small>`], ['Kept', `${count(b.keptRows)}<small>were ${count(a.keptRows)}</small>`],
    ['Series', `${count(b.series)}<small>${count(series.appeared.count)} new, ${count(series.vanished.count)} gone</small>`],
    ['Added', count(changes.added)], ['Removed', count(changes.removed)], ['Changed', count(changes.changed)],
    ['New content', `${count(changes.contentAdded)}<small>${count(changes.contentRemoved)} gone, wherever rows stand</small>`],
    ['Parts compared', `${count(changes.comparedParts)}<small>${count(changes.equalParts)} are equal</small>`],
  ]);
  const named = [['New series', series.appeared], ['Vanished series', series.vanished]] as const;
  const lists = named.filter(([, { count: many }]) => many > 0).map(([title, { count: many, first }]) => `<p><strong>${title}:</strong> ${escapeHtml(first.join(', '))}${many > first.length ? `, and ${count(many - first.length)} more` : ''}</p>`);
  const examples = changes.examples.length === 0 ? '' : `<div class="card">${htmlTable('The first changed rows', [
    { title: 'File and row' }, { title: 'Series' }, { title: 'Column' }, { title: 'Was' }, { title: 'Is' },
  ], changes.examples.map(({ uri, row, series: name, column, a: was, b: is }) => [`${uri} row ${count(row)}`, name, column, ...cellPair(was, is, isNumber(columns, column))]))}</div>`;
  return `${facts}${lists.join('')}${examples}`;
}

function schema({ schema: changes }: SnapshotDiffView): string {
  const words = { added: 'new column', removed: 'gone', type: 'another type', unit: 'another unit' } as const;
  if (changes.length === 0) return section('schema', 'Schema', '<p class="note">Columns, types and units are the same.</p>');
  return section('schema', 'Schema', `<div class="card">${htmlTable('What changed in the columns', [{ title: 'Column' }, { title: 'Change' }, { title: 'Was' }, { title: 'Is' }],
    changes.map(({ column, change, a, b }) => [column, words[change], a ?? '–', b ?? '–']))}</div>`);
}

function distributions({ columns }: SnapshotDiffView): string {
  const pair = (shares: { readonly a: number; readonly b: number } | undefined): string => (shares === undefined ? '–' : shares.a === shares.b ? percent(shares.b) : `${percent(shares.a)} → ${percent(shares.b)}`);
  const mean = ({ mean: means }: Column): string => (means === undefined ? '–' : means.a === means.b ? compact(means.b) : `${compact(means.a)} → ${compact(means.b)}`);
  const n = { align: 'right' } as const;
  const table = htmlTable('How the kept values of each column moved', [
    { title: 'Column' }, { title: 'Reading', isHtml: true }, { title: 'PSI', ...n }, { title: 'KS', ...n }, { title: 'Missing', ...n }, { title: 'Zeros', ...n }, { title: 'Mean', ...n },
  ], columns.map((column) => [
    column.name, badge(column), column.psi === undefined ? '–' : column.psi.toFixed(3), column.ks === undefined ? '–' : column.ks.toFixed(3), pair(column.missingShare), pair(column.zeroShare), mean(column),
  ]));
  // Texts that hardly moved are one high bar and many that can't be seen.
  const charts = columns.filter(({ kind, bins, psi = 0 }) => bins.length > 1 && (kind === 'number' || psi >= 0.01)).map(chart);
  return `<div class="card">${table}</div>${charts.length === 0 ? '' : `<div class="grid">${charts.join('\n')}</div>`}`;
}

function badge({ isSame, stability, kind }: Column): string {
  if (isSame) return '<span class="badge good">identical</span>';
  if (stability === undefined) return `<span class="none">${kind === 'time' ? 'other times' : 'no values'}</span>`;
  return `<span class="badge ${stability === 'stable' ? 'good' : stability === 'shifted' ? 'warm' : 'bad'}">${stability}</span>`;
}

const shownValues = 10;

function chart({ name, kind, bins, psi }: Column): string {
  const [rowsA, rowsB] = [bins.reduce((sum, { a }) => sum + a, 0), bins.reduce((sum, { b }) => sum + b, 0)];
  const bars = bins.slice(0, kind === 'number' ? bins.length : shownValues).map(({ label, a, b }) => ({ label, value: a / Math.max(1, rowsA), other: b / Math.max(1, rowsB) }));
  const widest = bars.reduce((most, bar) => (Math.abs(bar.value - bar.other) > Math.abs(most.value - most.other) ? bar : most), bars[0] ?? { label: '', value: 0, other: 0 });
  const key = '<span class="key"><i></i>before</span><span class="key b"><i></i>after</span>';
  const drawn = columnChart({
    title: kind === 'number' ? 'Between deciles' : 'Most frequent values', note: key,
    description: `Shares of ${name} before and after in ${count(bins.length)} bins, PSI ${psi === undefined ? 'not defined' : psi.toFixed(3)}; the largest difference is in ${widest.label}: ${percent(widest.value)} before, ${percent(widest.other)} after.`,
  }, bars);
  return `<article class="card"><div class="head"><h3>${escapeHtml(name)}</h3><span class="note">${escapeHtml(widest.label)}: ${percent(widest.value)} → ${percent(widest.other)}</span></div>${drawn}</article>`;
}

function sources({ sources: changes }: SnapshotDiffView): string {
  if (changes.length === 0) return section('sources', 'Sources', '<p class="note">The source files are the same.</p>');
  return section('sources', 'Sources', `<div class="card">${htmlTable('Source files that differ', [{ title: 'File' }, { title: 'Change' }, { title: 'Rows before', align: 'right' }, { title: 'Rows after', align: 'right' }],
    changes.map(({ uri, change, rowsA, rowsB }) => [uri, change, rowsA === undefined ? '–' : count(rowsA), rowsB === undefined ? '–' : count(rowsB)]))}</div>`);
}
