import type { SnapshotDetail } from '../../contracts/http-snapshots.schema.ts';
import { compact, count, percent } from './figures.ts';
import { columnChart } from './html-charts.ts';
import { escapeHtml } from './html-page.ts';
import { barCell, factsHtml, htmlTable } from './html-table.ts';

type Profile = SnapshotDetail['profile'];
type Column = Profile['columns'][number];

const kinds: readonly Column['kind'][] = ['number', 'text', 'time', 'truth'];

/** One card per column: a histogram for numbers, the most frequent values for texts, the range for times. */
export function columnCards(profile: Profile): string {
  const rowsOf = ({ name }: Column): number => (name === 'kept' ? profile.rows : profile.keptRows);
  const filled = profile.columns.filter((column) => column.missing < rowsOf(column)).toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
  const empty = profile.columns.filter((column) => column.missing >= rowsOf(column)).map(({ name }) => name);
  const note = empty.length === 0 ? '' : `<p class="note">Without any value: ${escapeHtml(empty.join(', '))}.</p>`;
  return `<div class="grid">${filled.map((column) => card(column, rowsOf(column))).join('\n')}</div>${note}`;
}

function card(column: Column, rows: number): string {
  const { name, kind, unit } = column;
  const what = [kind === 'truth' ? 'true or false' : kind, ...(unit === undefined ? [] : [unit])].join(', ');
  return `<article class="card"><div class="head"><h3>${escapeHtml(name)}</h3><span class="note">${escapeHtml(what)}</span></div>${content(column, rows)}</article>`;
}

function content(column: Column, rows: number): string {
  if (column.numbers !== undefined) return numbers(column, column.numbers, rows);
  if (column.top !== undefined) return topValues(column, column.top, rows);
  return factsHtml([['From', escapeHtml(column.min ?? '–')], ['To', escapeHtml(column.max ?? '–')], ['Distinct', distinctOf(column)]], 'figures');
}

function numbers(column: Column, { quantiles, histogram, mean, deviation, zeros }: NonNullable<Column['numbers']>, rows: number): string {
  // No more digits than a quantile is good for.
  const quantile = (level: number): string => { const found = quantiles.find((one) => one.level === level)?.value; return compact(found === undefined ? found : Number(found.toPrecision(3))); };
  const bars = histogram.bars.map((bar) => ({ label: barLabel(bar), value: bar.count }));
  const highest = bars.reduce((most, bar) => (bar.value > most.value ? bar : most), bars[0] ?? { label: '', value: 0 });
  const chart = columnChart({
    title: histogram.scale === 'log' ? 'Each bar doubles the value' : 'Equal steps',
    note: `most often ${escapeHtml(highest.label)}`,
    description: `Histogram of ${column.name}, ${count(bars.length)} bars from ${bars[0]?.label ?? ''} to ${bars.at(-1)?.label ?? ''}; the highest, ${highest.label}, has ${count(highest.value)} values.`,
  }, bars);
  return chart + factsHtml([
    ['Mean', compact(mean)], ['Deviation', compact(deviation)], ['Median', quantile(0.5)],
    ['5 %', quantile(0.05)], ['95 %', quantile(0.95)], ['99 %', quantile(0.99)],
    ['Missing', percent(column.missing / rows)], ['Zeros', percent(zeros / rows)], ['Distinct', distinctOf(column)],
  ], 'figures');
}

function barLabel({ low, high }: { readonly low?: number | undefined; readonly high?: number | undefined }): string {
  if (low === 0 && high === 0) return '0';
  if (low === undefined) return `below ${compact(high)}`;
  return high === undefined ? `${compact(low)} and more` : `${compact(low)} to ${compact(high)}`;
}

const shownValues = 8;

function topValues(column: Column, top: NonNullable<Column['top']>, rows: number): string {
  const shown = top.slice(0, shownValues);
  const most = Math.max(1, ...shown.map(({ count: times }) => times));
  const about = column.topError === undefined || column.topError === 0 ? '' : `; each count may be up to ${count(column.topError)} too low`;
  const which = shown.length < column.distinct ? `The ${count(shown.length)} most frequent of ${distinctOf(column)} values` : shown.length === 1 ? 'The only value' : `All ${distinctOf(column)} values`;
  const caption = `${which}, ${percent(column.missing / rows)} missing${about}`;
  return htmlTable(caption, [{ title: 'Value' }, { title: 'Rows', align: 'right' }, { title: 'Share', align: 'right' }, { title: '', isBar: true }],
    shown.map(({ value, count: times }) => [value.length > 60 ? `${value.slice(0, 59)}…` : value, count(times), percent(times / rows), barCell(times / most)])).replace('class="stack" ', 'class="plain" ');
}

function distinctOf({ distinct, distinctIsExact }: Column): string {
  return `${distinctIsExact ? '' : 'about '}${count(distinct)}`;
}
