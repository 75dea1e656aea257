import { unitOf } from '../calendar.ts';
import type { ColumnLook } from './column-look.ts';
import type { DatasetLook, LevelLook } from './dataset-look.ts';
import { type Choice, proposeFrequency, proposeHorizon } from './frequency.ts';
import { nameWords } from './name-words.ts';
import { proposeFilters, proposeReturns } from './propose-filters.ts';
import { proposeClosed, proposeGaps } from './propose-gaps.ts';
import { mediaColumns } from './propose-products.ts';
import { proposeRules } from './propose-rules.ts';
import type { Level, Proposal } from './proposal.ts';
import { figure, percent, whole } from './roles.ts';
import { nameScore } from './vocabulary.ts';

export interface Wishes {
  readonly horizon?: number;
  /** Days since 1970-01-01. */
  readonly today: number;
}

/** A first pipeline for the data that were looked at. */
export function propose(look: DatasetLook, { horizon: asked, today }: Wishes): Proposal {
  const { roles, chosen } = look;
  const frequency = proposeFrequency(chosen.spacing, look.weekdays);
  const horizon = proposeHorizon(frequency.value, chosen.spacing.periods[unitOf(frequency.value)], asked);
  const gaps = proposeGaps(look, frequency.value);
  const closed = proposeClosed(look, frequency.value);
  const levels = levelsOf(look.levels);
  const returns = proposeReturns(look);
  const reason = (column: ColumnLook): string => roles.reasons[column.name] ?? '';
  const choice = (column: ColumnLook | undefined): Choice<string> | undefined => (column === undefined ? undefined : { value: column.name, reason: reason(column) });
  const [price, stock] = [choice(roles.price), choice(roles.stock)];
  const text = chosen.columns.length === 1 ? choice(roles.text) : undefined;
  const media = chosen.columns.length === 1 ? mediaColumns(look.columns.filter(({ name }) => name !== chosen.columns[0])) : {};
  return {
    columns: {
      series: { value: chosen.columns, reason: look.seriesReason },
      time: { value: roles.time.name, reason: reason(roles.time) },
      target: { value: roles.target.name, reason: `${roles.targetIsPrice ? 'no quantity: each row is one piece, so this forecasts revenue; ' : ''}${reason(roles.target)}` },
      ...(price && { price }), ...(stock && { stock }),
    },
    levels, filters: proposeFilters(look), ...(returns && { returns }), duplicates: duplicatesOf(look), ...(text && { text }), media,
    frequency, horizon, gaps, ...(closed && { closed }), outliers: outliersOf(look),
    rules: proposeRules(look, { frequency: frequency.value, levels, today }),
    series: chosen.series,
    questions: questionsOf(look),
  };
}

function duplicatesOf({ duplicates, rows, chosen, roles }: DatasetLook): Choice<'keep' | 'drop'> {
  const found = `${whole(duplicates)} of ${whole(rows)} rows repeat another one in every column`;
  if (duplicates === 0) return { value: 'keep', reason: 'no row repeats another one in every column' };
  if (chosen.spacing.isPanel) return { value: 'drop', reason: `${found}, and each series has one row for each time` };
  return { value: 'keep', reason: `${found}: ${roles.order === undefined ? 'perhaps sales of their own' : 'equal lines of one order are sales of their own'}` };
}

/** Where one value in a thousand is so many times the usual one, large orders belong to the business. */
const largeOrders = 25;

function outliersOf({ roles: { target }, chosen }: DatasetLook): Choice<'mark' | 'clip'> {
  const { high = 0, median = 0 } = target.number ?? {};
  // In a table of periods large values may be those of large series.
  if (!chosen.spacing.isPanel && median > 0 && high > largeOrders * median) return { value: 'mark', reason: `large values come again and again: one in a thousand is above ${figure(high)}, half are ${figure(median)} or less` };
  return { value: 'clip', reason: 'values far beyond the past of their own series are cut down for training; scored values stay as they were' };
}

const taken = ['series', 'time', 'target', 'price', 'stock', 'returned', 'kept', 'file', 'row', 'total'];

function levelsOf(looks: readonly LevelLook[]): Level[] {
  const used = new Set(taken);
  return looks.map(({ column, distinct, values }, i) => {
    const words = nameWords(column).filter((word) => /^[a-z0-9]+$/.test(word));
    const short = words.length > 1 && words.at(-1) === 'id' ? words.slice(0, -1) : words;
    const plain = short.join('_').replace(/^[^a-z]+/, '').slice(0, 28);
    const name = plain === '' || used.has(plain) ? `level_${String(i + 1)}` : plain;
    used.add(name);
    return { name, column, distinct, values };
  });
}

/** Share of steps from which on a column that never falls is a running total. */
const neverFalls = 0.9;
const rises = 0.3;

function questionsOf({ roles, chosen, repeated, rows, duplicates, steps, strays }: DatasetLook): string[] {
  const { target, time, currency, unit } = roles;
  const questions: string[] = [];
  if (roles.targetIsPrice) questions.push(`no column holds a quantity: the sums of ${target.name} are forecast, which are money; for pieces add a column of ones`);
  const [key = ''] = chosen.columns;
  if (!chosen.spacing.isPanel && nameScore('series', key) <= 0) questions.push(`series by ${key} are a guess: no column name says what is told apart`);
  if (roles.targetIsGuess) questions.push(`${target.name} is a guess: no column name says what was sold`);
  if (steps.notFalling >= neverFalls && steps.rising >= rises) questions.push(`${target.name} hardly ever falls: if it is a running total, put the differences in its place first`);
  if (time.time?.assumedFormat !== undefined) questions.push(`every ${time.name} can be read with the day first or the month first; taken: ${time.time.assumedFormat}`);
  if (currency !== undefined && currency.distinct > 1) questions.push(`${currency.name} has ${whole(currency.distinct)} currencies: give rates in sources.sales.currency, or filter one of them`);
  if (unit !== undefined && unit.distinct > 1) questions.push(`${unit.name} has ${whole(unit.distinct)} units: give factors in sources.sales.units, or filter one of them`);
  if (repeated - duplicates > 0 && chosen.spacing.isPanel) questions.push(`${whole(repeated - duplicates)} rows have a series and time that another one has: their values are added up`);
  if (strays.length > 0 && time.type === 'VARCHAR') questions.push(`a few rows lie far from all others in time (${strays.join(', ')}): mend them, or filter them on ${time.name}`);
  const missing = 1 - target.filled / rows;
  if (missing > 0) questions.push(`${percent(missing)} of the rows have no ${target.name}: their periods count as unknown`);
  return questions;
}
