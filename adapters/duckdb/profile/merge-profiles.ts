import { createHash } from 'node:crypto';
import type { ColumnProfile, PartColumn, PartProfile, PeriodTotals, SalesMeaning, TableProfile, ValueCount } from '../../../contracts/profile.ts';
import type { PeriodLength } from '../../../domain/calendar.ts';
import { distinctOf } from '../../../domain/distribution/distinct-values.ts';
import { histogramOf } from '../../../domain/distribution/histogram.ts';
import { mergeBuckets, quantileOf } from '../../../domain/distribution/value-buckets.ts';

export interface ProfileFacts {
  readonly frequency: PeriodLength;
  /** Of the whole table: parts can't tell. */
  readonly series: number;
  readonly meaning: SalesMeaning;
}

/** The profile of a table from those of its parts, oldest first. Counts, sums, extremes and digests are exact; the rest says how near it is. */
export function mergeProfiles(parts: readonly PartProfile[], { frequency, series, meaning }: ProfileFacts): TableProfile {
  const keptRows = total(parts.map((part) => part.keptRows));
  const rows = total(parts.map((part) => part.rows));
  const names = [...new Set(parts.flatMap(({ columns }) => columns.map(({ name }) => name)))];
  const columns = names.map((name) => {
    const ofParts = parts.flatMap((part) => part.columns.find((column) => column.name === name) ?? []);
    const merged = mergeColumn(name, ofParts, name === 'kept' ? rows : keptRows, meaning);
    return name === 'series' ? { ...merged, distinct: series, distinctIsExact: true } : merged;
  });
  return { version: 1, frequency, rows, keptRows, series, meaning, columns, periods: mergePeriods(parts.map(({ periods }) => periods)) };
}

const quantileLevels = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];
const shownValues = 20;

function mergeColumn(name: string, parts: readonly PartColumn[], rows: number, meaning: SalesMeaning): ColumnProfile {
  const [first] = parts;
  if (first === undefined) throw new Error(`no part has the column ${name}`);
  const { type, kind } = first;
  const filled = total(parts.map((part) => part.filled));
  const unit = unitOf(name, meaning);
  const distinct = distinctOf(parts.map(({ hashes }) => hashes));
  const limits = { min: extreme(parts, 'min'), max: extreme(parts, 'max') };
  return {
    name, type, kind, ...(unit !== undefined && { unit }),
    digest: parts.reduce((hash, { digest }) => hash.update(Buffer.from(digest, 'hex')), createHash('sha256')).digest('hex'),
    missing: rows - filled,
    // A truth value has its count from the values themselves: `kept` keeps no hashes.
    distinct: kind === 'truth' ? topOf(parts).top.length : distinct.count, distinctIsExact: kind === 'truth' || distinct.isExact,
    ...(limits.min !== undefined && { min: limits.min }), ...(limits.max !== undefined && { max: limits.max }),
    ...(kind === 'number' && filled > 0 && { numbers: mergeNumbers(parts, filled) }),
    ...(first.top !== undefined && topOf(parts)),
  };
}

function unitOf(name: string, { unit, currency, timezone }: SalesMeaning): string | undefined {
  if (name === 'target' || name === 'stock') return unit;
  return name === 'price' ? currency : name === 'time' ? timezone : undefined;
}

function extreme(parts: readonly PartColumn[], which: 'min' | 'max'): string | undefined {
  const sign = which === 'min' ? 1 : -1;
  return parts.flatMap((part) => part[which] ?? []).sort((a, b) => sign * compare(a, b, parts[0]?.kind === 'number'))[0];
}

/** Texts by their UTF-8 bytes, as DuckDB has it. */
function compare(a: string, b: string, isNumber: boolean): number {
  return isNumber ? Number(a) - Number(b) : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function mergeNumbers(parts: readonly PartColumn[], filled: number): NonNullable<ColumnProfile['numbers']> {
  const numbers = parts.flatMap((part) => part.numbers ?? []);
  const buckets = mergeBuckets(numbers.map((part) => part.buckets));
  const sum = sumOf(numbers.map((part) => part.sum));
  const squares = sumOf(numbers.map((part) => part.squares));
  const variance = filled > 1 ? (squares - (sum * sum) / filled) / (filled - 1) : Number.NaN;
  return {
    zeros: total(numbers.map(({ zeros }) => zeros)), negatives: total(numbers.map(({ negatives }) => negatives)),
    sum: finite(sum), mean: finite(sum / filled), deviation: finite(Math.sqrt(Math.max(0, variance))),
    quantiles: quantileLevels.map((level) => ({ level, value: quantileOf(buckets, level) })),
    histogram: histogramOf(buckets),
  };
}

function sumOf(values: readonly (number | null)[]): number {
  return total(values.map((value) => value ?? Number.NaN));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** What a part leaves out may have been in it as often as the most frequent value it leaves out. */
function topOf(parts: readonly PartColumn[]): { readonly top: readonly ValueCount[]; readonly topError: number } {
  const counts = new Map<string, number>();
  for (const { value, count } of parts.flatMap(({ top = [] }) => top)) counts.set(value, (counts.get(value) ?? 0) + count);
  const sorted = [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return { top: sorted.slice(0, shownValues), topError: parts.length === 1 ? 0 : total(parts.map(({ topRest = 0 }) => topRest)) };
}

/** A period lies in two parts only where the parts were cut for periods of another length: then its series are at least those of either. */
function mergePeriods(parts: readonly PeriodTotals[]): PeriodTotals {
  const starts = [...new Set(parts.flatMap((part) => part.starts))].sort();
  const place = new Map(starts.map((start, i) => [start, i]));
  const merged = (of: (part: PeriodTotals) => readonly number[], join: (a: number, b: number) => number): number[] => {
    const values = starts.map(() => 0);
    for (const part of parts) part.starts.forEach((start, i) => { const at = place.get(start) ?? 0; values[at] = join(values[at] ?? 0, of(part)[i] ?? 0); });
    return values;
  };
  const add = (a: number, b: number): number => a + b;
  return {
    starts, rows: merged(({ rows }) => rows, add), kept: merged(({ kept }) => kept, add), target: merged(({ target }) => target, add),
    missing: merged(({ missing }) => missing, add), zeros: merged(({ zeros }) => zeros, add), series: merged(({ series }) => series, Math.max),
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
