import { niceStep } from '../../domain/distribution/histogram.ts';
import { compact } from './figures.ts';
import { escapeHtml } from './html-page.ts';

// Charts as inline SVG. The drawing stretches with the page, so texts stand beside it in HTML: stretched, they would be unreadable on a phone.

export interface TimeChart {
  readonly title: string;
  /** What the figures are, for the caption's right side. */
  readonly note: string;
  /** The whole chart in words, for those who don't see it. */
  readonly description: string;
  /** Start of each period, ISO, ascending. */
  readonly starts: readonly string[];
  readonly values: readonly number[];
}

const width = 1000;
const height = 200;

/** A line over time that breaks where periods are missing. */
export function lineChart({ starts, values, ...texts }: TimeChart): string {
  const x = timeScale(starts);
  const axis = axisOf(values);
  const y = (value: number): number => height * (1 - (value - axis.low) / (axis.high - axis.low));
  const runs = runsOf(starts);
  const line = runs.map((run) => `M${run.map((i) => `${fixed(x(i))} ${fixed(y(values[i] ?? 0))}`).join('L')}${run.length === 1 ? 'h0.5' : ''}`).join('');
  const floor = y(Math.max(0, axis.low));
  const area = runs.filter((run) => run.length > 1).map((run) => `M${fixed(x(run[0] ?? 0))} ${fixed(floor)}L${run.map((i) => `${fixed(x(i))} ${fixed(y(values[i] ?? 0))}`).join('L')}L${fixed(x(run.at(-1) ?? 0))} ${fixed(floor)}Z`).join('');
  return timePlot(starts, texts, axis, `<path class="area" d="${area}"/>${rules(axis)}<path class="trace" d="${line}"/>`, height);
}

/** A bar per period. */
export function barsOverTime({ starts, values, ...texts }: TimeChart): string {
  const x = timeScale(starts, true);
  const axis = axisOf(values);
  const tall = 110;
  const each = barWidth(starts);
  const bars = values.map((value, i) => {
    const high = (tall * (value - axis.low)) / (axis.high - axis.low);
    return `M${fixed(x(i))} ${fixed(tall)}v${fixed(-high)}h${fixed(each)}v${fixed(high)}z`;
  });
  return timePlot(starts, texts, axis, `${rules(axis, tall)}<path class="fill" d="${bars.join('')}"/>`, tall);
}

/** Shares 0 … 1 per period as the strength of a colour; anything above nothing is visible. */
export function heatStrip({ starts, values, ...texts }: TimeChart): string {
  const x = timeScale(starts, true);
  const each = barWidth(starts);
  const cells = values.map((value, i) => `<rect class="${value > 0 ? 'heat' : 'base'}" x="${fixed(x(i))}" y="0" width="${fixed(each + 0.2)}" height="20"${value > 0 ? ` opacity="${fixed(0.25 + 0.75 * Math.min(1, value))}"` : ''}/>`);
  return figure(texts, `<div class="plot"><div class="ys"></div>${svg(texts.description, cells.join(''), 20, '1.6rem')}<div class="xs">${edgeLabels(starts)}</div></div>`);
}

/** Bars side by side with labels under some of them; `others` draws a second bar beside each. */
export function columnChart(texts: Omit<TimeChart, 'starts' | 'values'>, bars: readonly { readonly label: string; readonly value: number; readonly other?: number }[]): string {
  const highest = Math.max(...bars.flatMap(({ value, other = 0 }) => [value, other]), Number.MIN_VALUE);
  const each = width / Math.max(1, bars.length);
  const tall = 120;
  const isPaired = bars.some(({ other }) => other !== undefined);
  const bar = (value: number, left: number, wide: number, name: string): string => `<rect class="${name}" x="${fixed(left)}" y="${fixed(tall * (1 - value / highest))}" width="${fixed(wide)}" height="${fixed((tall * value) / highest)}"/>`;
  const drawn = bars.map(({ value, other = 0 }, i) =>
    isPaired ? bar(value, i * each + each * 0.08, each * 0.4, 'fill') + bar(other, i * each + each * 0.5, each * 0.4, 'fill-b') : bar(value, i * each + each * 0.06, each * 0.88, 'fill'),
  );
  const ground = `<path class="rule" d="M0 ${tall}H${width}"/>`;
  const labels = someOf(bars.map(({ label }) => label), isPaired ? 3 : 4).map((label) => `<span>${escapeHtml(label)}</span>`).join('');
  return figure(texts, `${svg(texts.description, drawn.join('') + ground, tall, '6.5rem')}<div class="xs" aria-hidden="true">${labels}</div>`);
}

function timePlot(starts: readonly string[], texts: Omit<TimeChart, 'starts' | 'values'>, axis: Axis, drawing: string, tall: number): string {
  const ys = axis.ticks.map((tick) => `<span style="top:${fixed(100 * (1 - (tick - axis.low) / (axis.high - axis.low)))}%">${tickLabel(tick)}</span>`).join('');
  return figure(texts, `<div class="plot"><div class="ys" aria-hidden="true">${ys}</div>${svg(texts.description, drawing, tall, tall === height ? 'clamp(9rem,22vw,14rem)' : '7rem')}<div class="xs" aria-hidden="true">${edgeLabels(starts)}</div></div>`);
}

function figure({ title, note }: Omit<TimeChart, 'starts' | 'values'>, body: string): string {
  return `<figure><figcaption><span>${escapeHtml(title)}</span><span class="note">${note}</span></figcaption>${body}</figure>`;
}

function svg(description: string, drawing: string, tall: number, css: string): string {
  return `<svg role="img" aria-label="${escapeHtml(description)}" viewBox="0 0 ${width} ${tall}" preserveAspectRatio="none" style="height:${css}">${drawing}</svg>`;
}

interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** From 0, or from below what is negative, to the next nice number above. */
function axisOf(values: readonly number[]): Axis {
  const [least, most] = values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [0, 0]);
  const step = niceStep((most - least) / 4);
  const [low, high] = [Math.floor(least / step) * step, Math.max(Math.ceil(most / step), Math.floor(least / step) + 1) * step];
  return { low, high, ticks: Array.from({ length: Math.round((high - low) / step) + 1 }, (_, i) => Number((low + i * step).toPrecision(12))) };
}

function rules({ low, high, ticks }: Axis, tall = height): string {
  return `<path class="rule" d="${ticks.map((tick) => `M0 ${fixed(tall * (1 - (tick - low) / (high - low)))}H${width}`).join('')}"/>`;
}

const moment = (start: string | undefined): number => Date.parse(start?.length === 10 ? `${start}T00:00Z` : `${start ?? ''}Z`);

/** Left edge of each period; bars leave room for the last one. */
function timeScale(starts: readonly string[], areBars = false): (i: number) => number {
  const [first, last] = [moment(starts[0]), moment(starts.at(-1))];
  const room = areBars ? width - barWidth(starts) : width;
  return (i) => (last === first ? 0 : (room * (moment(starts[i]) - first)) / (last - first));
}

function barWidth(starts: readonly string[]): number {
  const spans = (moment(starts.at(-1)) - moment(starts[0])) / usualStep(starts) + 1;
  return Number.isFinite(spans) ? (width / spans) * (starts.length > 400 ? 1 : 0.86) : width;
}

function usualStep(starts: readonly string[]): number {
  return starts.reduce((least, start, i) => (i === 0 ? least : Math.min(least, moment(start) - moment(starts[i - 1]))), Number.POSITIVE_INFINITY);
}

/** Indices of periods that follow each other without a gap. */
function runsOf(starts: readonly string[]): number[][] {
  const step = usualStep(starts);
  const runs: number[][] = [];
  starts.forEach((start, i) => {
    // Months are of 28 to 31 days.
    if (i > 0 && moment(start) - moment(starts[i - 1]) < 1.9 * step) runs.at(-1)?.push(i);
    else runs.push([i]);
  });
  return runs;
}

function edgeLabels(starts: readonly string[]): string {
  const middle = new Date((moment(starts[0]) + moment(starts.at(-1))) / 2).toISOString().slice(0, 10);
  return [starts[0], starts.length > 2 ? middle : undefined, starts.length > 1 ? starts.at(-1) : undefined].map((start) => `<span>${escapeHtml((start ?? '').replace('T', ' '))}</span>`).join('');
}

function someOf<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]).flatMap((item) => (item === undefined ? [] : [item]));
}

/** `50K` rather than `50,000`: the axis has little room. */
function tickLabel(value: number): string {
  return Math.abs(value) >= 10_000 ? value.toLocaleString('en-US', { notation: 'compact', maximumSignificantDigits: 3 }) : compact(value);
}

function fixed(value: number): string {
  return String(Number(value.toFixed(2)));
}
