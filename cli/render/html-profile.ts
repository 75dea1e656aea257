import { lengthInWords, unitOf } from '../../domain/calendar.ts';
import type { SnapshotDetail, TouchedView } from '../../contracts/http-snapshots.schema.ts';
import { compact, count, minute, percent, shortDigest } from './figures.ts';
import { columnCards } from './html-columns.ts';
import { barsOverTime, heatStrip, lineChart } from './html-charts.ts';
import { escapeHtml, htmlPage, section } from './html-page.ts';
import { barCell, factsHtml, htmlTable } from './html-table.ts';
import { productLines } from './products.ts';

export interface ProfilePage {
  readonly detail: SnapshotDetail;
  /** What cleaning touched, where a run recorded it. */
  readonly touched?: TouchedView;
}

/** The HTML profile of a snapshot: one self-contained page. */
export function profilePage({ detail, touched }: ProfilePage): string {
  const { snapshot, pipelines, storedAt, validation } = detail;
  const parts = [
    summary(detail), overTime(detail), schema(detail), section('columns', 'Columns', columnCards(detail.profile)), products(detail),
    validation === undefined ? '' : rules(validation), touched === undefined ? '' : touchedCells(touched), sources(detail),
    `<footer>Snapshot <code>${snapshot.digest}</code>. Figures are of the kept rows unless they say otherwise.</footer>`,
  ];
  const met = storedAt === undefined ? '' : `, first met ${escapeHtml(minute(storedAt))} UTC`;
  return htmlPage({ kicker: 'Forecastle · snapshot profile', title: `Snapshot ${shortDigest(snapshot.digest)}`, lead: `${escapeHtml(pipelines.join(', '))}${met}`, body: parts.join('\n') });
}

function summary({ snapshot, profile }: SnapshotDetail): string {
  const { meaning } = profile;
  const files = snapshot.sources.filter(({ source }) => source === 'sales').length;
  const target = profile.columns.find(({ name }) => name === 'target');
  const price = profile.columns.find(({ name }) => name === 'price')?.numbers?.quantiles.find(({ level }) => level === 0.5)?.value;
  const kept = profile.rows === 0 ? 0 : profile.keptRows / profile.rows;
  return section('summary', 'Summary', factsHtml([
    ['Rows', `${count(profile.rows)}<small>in ${files === 1 ? 'one file' : `${count(files)} files`}</small>`],
    ['Kept', `${count(profile.keptRows)}<small>${percent(kept)} of them</small>`],
    ['Series', count(profile.series)],
    ['From', escapeHtml(snapshot.from.slice(0, 10))], ['To', escapeHtml(snapshot.to.slice(0, 10))],
    ['Target', `${compact(target?.numbers?.sum)}<small>${escapeHtml(meaning.unit ?? 'no unit named')}</small>`],
    ['Price', `${compact(price === undefined ? price : Number(price.toPrecision(3)))}<small>median, ${escapeHtml(meaning.currency ?? 'no currency named')}</small>`],
    ['Time zone', `${escapeHtml(meaning.timezone ?? 'as written').replaceAll('/', '/<wbr>')}<small>${meaning.recordedIn === undefined ? 'local times' : `recorded in ${escapeHtml(meaning.recordedIn)}`}</small>`],
  ]));
}

function products({ profile: { products: known } }: SnapshotDetail): string {
  if (known === undefined) return '';
  return section('products', 'Products', `<div class="card">${htmlTable('What is known of the products besides their sales', [{ title: 'What' }, { title: 'How much' }], productLines(known).map((line) => [...line]))}</div>`);
}

/** More periods than the page has pixels for are taken together. */
const mostPeriods = 1000;

function overTime({ profile }: SnapshotDetail): string {
  const { periods, frequency, meaning } = profile;
  const unit = unitOf(frequency);
  const { starts, each, mean } = taken(periods.starts);
  if (starts.length === 0) return section('time', 'Over time', '<p class="note">No row has a time.</p>');
  const share = (of: readonly number[]): number[] => mean(of).map((value, i) => value / Math.max(1, mean(periods.kept)[i] ?? 1));
  const [target, rows, missing, zeros] = [mean(periods.target), mean(periods.rows), share(periods.missing), share(periods.zeros)];
  const every = each === 1 ? `per ${lengthInWords(frequency)}` : `per ${lengthInWords(frequency)}, mean of ${String(each)} ${unit}s each`;
  const span = `from ${starts[0] ?? ''} to ${starts.at(-1) ?? ''}`;
  const peak = (values: readonly number[]): string => { const most = Math.max(...values); return `the most is ${compact(most)}, at ${starts[values.indexOf(most)] ?? ''}`; };
  const heat = (values: readonly number[], what: string): string => { const hit = values.filter((value) => value > 0).length; return hit === 0 ? `no ${unit} has ${what}` : `${count(hit)} of ${count(values.length)} ${each === 1 ? `${unit}s` : 'spans'} have ${what}, at most ${percent(Math.max(...values))} of their rows`; };
  return section('time', 'Over time', `<div class="card">${[
    lineChart({ title: 'Target', note: `${escapeHtml(meaning.unit ?? 'sum of the kept rows')} ${every}`, description: `Target ${every}, ${span}: ${peak(target)}.`, starts, values: target }),
    barsOverTime({ title: 'Rows', note: every, description: `Rows ${every}, ${span}: ${peak(rows)}.`, starts, values: rows }),
    heatStrip({ title: 'Missing targets', note: heat(missing, 'missing targets'), description: `Share of missing targets ${span}: ${heat(missing, 'missing targets')}.`, starts, values: missing }),
    heatStrip({ title: 'Zero targets', note: heat(zeros, 'zeros'), description: `Share of zero targets ${span}: ${heat(zeros, 'zeros')}.`, starts, values: zeros }),
  ].join('')}</div>`);
}

function taken(all: readonly string[]): { readonly starts: readonly string[]; readonly each: number; readonly mean: (values: readonly number[]) => number[] } {
  const each = Math.max(1, Math.ceil(all.length / mostPeriods));
  const groups = Array.from({ length: Math.ceil(all.length / each) }, (_, i) => i * each);
  return {
    each,
    starts: groups.flatMap((first) => all[first] ?? []),
    mean: (values) => groups.map((first) => { const some = values.slice(first, first + each); return some.reduce((sum, value) => sum + value, 0) / some.length; }),
  };
}

function schema({ profile }: SnapshotDetail): string {
  const share = (part: number, name: string): string => percent(part / Math.max(1, name === 'kept' ? profile.rows : profile.keptRows));
  const rows = profile.columns.map(({ name, type, unit, missing, distinct, distinctIsExact, min, max, numbers, digest }) => [
    escapeHtml(name), escapeHtml(type), escapeHtml(unit ?? '–'), share(missing, name), numbers === undefined ? '–' : share(numbers.zeros, name),
    `${distinctIsExact ? '' : 'about '}${count(distinct)}`, escapeHtml(shown(min)), escapeHtml(shown(max)), `<code title="${digest}">${shortDigest(digest)}</code>`,
  ]);
  const n = { align: 'right', isHtml: true } as const;
  return section('schema', 'Schema', `<div class="card">${htmlTable('Columns of the snapshot; missing values and zeros as shares of the kept rows', [
    { title: 'Column', isHtml: true }, { title: 'Type', isHtml: true }, { title: 'Unit', isHtml: true }, { title: 'Missing', ...n }, { title: 'Zeros', ...n },
    { title: 'Distinct', ...n }, { title: 'Smallest', isHtml: true }, { title: 'Largest', isHtml: true }, { title: 'Digest', isHtml: true },
  ], rows)}</div>`);
}

function shown(value: string | undefined): string {
  if (value === undefined) return '–';
  if (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value) && value.includes('.')) return compact(Number(value));
  return value.length > 40 ? `${value.slice(0, 39)}…` : value.replace(/ 00:00:00$/, '');
}

function rules({ runId, results }: NonNullable<SnapshotDetail['validation']>): string {
  const verdict = ({ holds, severity }: (typeof results)[number]): string =>
    holds ? '<span class="badge good">✓ holds</span>' : severity === 'block' ? '<span class="badge bad">✗ blocks</span>' : '<span class="badge warm">! warning</span>';
  const broken = results.filter(({ holds }) => !holds).length;
  const caption = `${count(results.length - broken)} of ${count(results.length)} rules of the pipeline file held in run ${runId}`;
  return section('rules', 'Validation', `<div class="card">${htmlTable(caption, [
    { title: 'Rule' }, { title: 'Result', isHtml: true }, { title: 'Broken rows', align: 'right' }, { title: 'Found', isWide: true }, { title: 'First rows', isWide: true },
  ], results.map((result) => [
    result.rule, verdict(result), count(result.broken), result.found, result.examples.length === 0 ? '–' : result.examples.map(({ uri, row }) => `${uri} row ${count(row)}`).join('; '),
  ]))}</div>`);
}

function touchedCells({ runId, cells, rules: byRule, touched }: TouchedView): string {
  const most = Math.max(1, ...byRule.map((rule) => rule.cells));
  const sum = byRule.reduce((total, rule) => total + rule.cells, 0);
  const list = touched.length === 0 ? '' : `<div class="card">${htmlTable(`The first ${count(touched.length)} of them, those of no-sale apart; forecastle dataset show … --touched lists more`, [
    { title: 'Series' }, { title: 'Period' }, { title: 'Rule' }, { title: 'Sold', align: 'right' }, { title: 'Used', align: 'right' },
  ], touched.map(({ series, period, rule, sold, used }) => [series, period, rule, compact(sold), compact(used)]))}</div>`;
  return section('touched', 'Touched by cleaning', `<div class="card">${htmlTable(`${count(sum)} of ${count(cells)} cells (series × periods) in run ${runId}; scored actuals stay as they were sold`, [
    { title: 'Rule' }, { title: 'What it did', isWide: true }, { title: 'Cells', align: 'right' }, { title: 'Share', align: 'right' }, { title: 'Beside the others', isBar: true, isWide: true },
  ], byRule.map(({ rule, reason, cells: hit }) => [rule, reason, count(hit), percent(hit / Math.max(1, cells)), barCell(hit / most)]))}</div>${list}`);
}

function sources({ snapshot }: SnapshotDetail): string {
  return section('sources', 'Sources', `<div class="card">${htmlTable('Files that the snapshot was read from', [
    { title: 'File' }, { title: 'Source' }, { title: 'Rows', align: 'right' }, { title: 'Bytes', align: 'right' }, { title: 'SHA-256', isHtml: true },
  ], snapshot.sources.map(({ uri, source, rows, bytes, sha256 }) => [uri, source, source === 'rates' ? '' : count(rows), count(bytes), `<code title="${sha256}">${shortDigest(sha256)}</code>`]))}</div>`);
}
