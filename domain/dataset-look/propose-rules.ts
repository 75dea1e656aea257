import { isoOfDay, periodStart, type PeriodLength, unitOf } from '../calendar.ts';
import type { NumberLook } from './column-look.ts';
import type { DatasetLook } from './dataset-look.ts';
import type { Choice } from './frequency.ts';
import type { Level, ProposedRule } from './proposal.ts';
import { figure, percent, whole } from './roles.ts';
import { periodsOutside } from './row-count-band.ts';

export interface RuleScope {
  readonly frequency: PeriodLength;
  readonly levels: readonly Level[];
  /** Days since 1970-01-01. */
  readonly today: number;
}

const fewValues = 12;

/** Rules that the data keep today and that a broken export would break. */
export function proposeRules(look: DatasetLook, scope: RuleScope): Choice<ProposedRule>[] {
  const { roles: { target, price }, rows, chosen, repeated, duplicates } = look;
  const missing = 1 - target.filled / rows;
  // Rows that repeat another one in every column are dropped before.
  const again = Math.max(0, repeated - duplicates);
  return [
    missing === 0
      ? { value: { column: 'target', rule: 'not-null', severity: 'block' }, reason: 'every row has one' }
      : { value: { column: 'target', rule: 'not-null', atMost: upTo(missing), severity: 'warn' }, reason: `${percent(missing)} of the rows have none` },
    ...rangeOf('target', target.number),
    ...(price === undefined ? [] : rangeOf('price', price.number)),
    ...(chosen.spacing.isPanel ? [{ value: { columns: ['series', 'time'], rule: 'unique', severity: again === 0 ? 'block' : 'warn' } as const, reason: again === 0 ? 'one row for each' : `${whole(again)} rows repeat one` }] : []),
    { value: { rule: 'row-count', min: half(keptAtLeast(look)), severity: 'block' }, reason: 'half of the rows there are: a cut file ends here' },
    { value: { rule: 'series-count', min: half(chosen.series), severity: 'block' }, reason: `half of the ${whole(chosen.series)} there are` },
    ...bandOf(look, scope.frequency),
    ...freshnessOf(look, scope),
    ...scope.levels.filter(({ values }) => values.length > 0 && values.length <= fewValues).map((level): Choice<ProposedRule> =>
      ({ value: { column: level.name, rule: 'accepted-values', values: level.values, severity: 'warn' }, reason: 'all values there are' })),
  ];
}

/** Ten times what all but one in a thousand stay below. */
function rangeOf(column: string, number: NumberLook | undefined): Choice<ProposedRule>[] {
  if (number === undefined || number.high <= 0) return [];
  const max = roundUp(10 * number.high);
  return [{ value: { column, rule: 'range', min: 0, max, severity: 'warn' }, reason: `all but one in a thousand are ${figure(number.high)} or less${number.max > max ? `; the largest, ${figure(number.max)}, would be reported today` : ''}` }];
}

const factors = [3, 5, 10];
/** Share of the periods that may lie outside of the band today. */
const someOutside = 0.02;

function bandOf({ dayRows, strays }: DatasetLook, wanted: PeriodLength): Choice<ProposedRule>[] {
  const frequency = wanted === 'hour' ? 'day' : wanted;
  const counts = new Map<number, number>();
  for (const [day, rows] of dayRows) {
    if (strays.includes(isoOfDay(day).slice(0, 7))) continue;
    const start = periodStart(day, frequency);
    counts.set(start, (counts.get(start) ?? 0) + rows);
  }
  for (const factor of factors) {
    const { outside, low, high } = periodsOutside(counts, frequency, factor);
    if (outside.length > someOutside * counts.size) continue;
    return [{ value: { rule: 'row-count-band', factor, severity: 'warn' }, reason: `a ${unitOf(frequency)} has ${whole(low)} to ${whole(high)} rows${outside.length === 0 ? '' : `; ${whole(outside.length)} would be reported today`}` }];
  }
  return [];
}

/** Data this old are no longer added to. */
const history = 90;

function freshnessOf({ roles: { time }, dayRows }: DatasetLook, { frequency, today }: RuleScope): Choice<ProposedRule>[] {
  const newest = [...dayRows.keys()].reduce((a, b) => Math.max(a, b), -Infinity);
  const age = today - newest;
  if (!Number.isFinite(age) || age > history || time.time === undefined) return [];
  const length = { hour: 1, day: 1, week: 7, month: 31 }[unitOf(frequency)];
  const maxAgeDays = Math.max(3, 2 * length, Math.ceil(1.5 * age));
  return [{ value: { rule: 'freshness', maxAgeDays, severity: 'warn' }, reason: `the newest row is ${whole(Math.max(0, age))} days old` }];
}

/** Rows that the filters keep, from what is known of single columns. */
function keptAtLeast({ rows, roles: { target, price }, chosen, closedRows, duplicates }: DatasetLook): number {
  if (chosen.spacing.isPanel) return (rows - duplicates) * (1 - (target.number?.negative ?? 0) - (closedRows?.share ?? 0));
  return rows * Math.max(0.1, 1 - (target.number?.negative ?? 0) - (target.number?.zero ?? 0) - (price?.number?.zero ?? 0));
}

/** Half, cut to two digits. */
function half(count: number): number {
  const value = Math.floor(count / 2);
  if (value < 100) return Math.max(1, value);
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return unit * Math.floor(value / unit);
}

/** The next 1, 2 or 5 with zeros behind it. */
function roundUp(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  return Number(([1, 2, 5, 10].map((digit) => digit * unit).find((round) => round >= value) ?? 10 * unit).toPrecision(3));
}

/** A share, rounded up to a hundredth with some room. */
const upTo = (share: number): number => Math.min(1, Math.ceil(share * 120) / 100);
