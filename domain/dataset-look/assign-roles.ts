import type { ColumnLook } from './column-look.ts';
import type { Roles } from './dataset-look.ts';
import { type Candidate, fewValued, percent, priceCandidates, seriesCandidates, stockCandidates, targetCandidates, textCandidates, timeCandidates } from './roles.ts';
import { nameScore, saysCancelled } from './vocabulary.ts';

/** What is missing for a forecast: a sentence for a person. */
export interface Lacking {
  readonly lacking: string;
}

/** So much must a name say for a quantity; less is a guess. */
const clearly = 2;

/** Gives each role to the column that most speaks for, time first, then what is measured, then what names. */
export function assignRoles(columns: readonly ColumnLook[]): Roles | Lacking {
  const [time] = timeCandidates(columns);
  if (time === undefined) return { lacking: `no column holds dates or times of at least three days (${names(columns)})` };
  const reasons: Record<string, string> = {};
  const taken: string[] = [];
  const take = (candidate: Candidate | undefined): ColumnLook | undefined => {
    if (candidate === undefined) return undefined;
    taken.push(candidate.column.name);
    reasons[candidate.column.name] = candidate.reason;
    return candidate.column;
  };
  take(time);
  const target = targetOf(columns, taken);
  if (target === undefined) return { lacking: `no column holds what is sold: a quantity, an amount or a price (${names(columns)})` };
  take(target.candidate);
  const price = target.isPrice ? undefined : take(priceCandidates(columns, taken)[0]);
  const stock = take(stockCandidates(columns, taken)[0]);
  const currency = take(fewValued(columns, 'currency', taken)[0]);
  const unit = take(fewValued(columns, 'unit', taken)[0]);
  const open = take(openColumn(columns, taken));
  const order = take(orderColumn(columns, taken));
  // A type or a state of any other kind may well be part of the series.
  const status = take(fewValued(columns, 'status', taken).find(({ column }) => column.text?.top.some(({ value }) => saysCancelled(value))));
  const text = textCandidates(columns, taken).find(({ column }) => nameScore('series', column.name) < 4 || (column.text?.meanWords ?? 0) > 2.5);
  const candidates = seriesCandidates(columns, text === undefined ? taken : [...taken, text.column.name]).filter(({ score }) => score > -2);
  const series = (candidates.length > 0 || text === undefined ? candidates : [text]);
  take(series[0] === text ? undefined : text);
  if (series.length === 0) return { lacking: `no column names a series, with several rows for each of its values (${names(columns)}); for one series alone add a column that holds the same name in every row` };
  for (const candidate of series) reasons[candidate.column.name] = candidate.reason;
  const optional = { price, stock, currency, unit, order, status, open, text: series[0] === text ? undefined : text?.column };
  const present = Object.fromEntries(Object.entries(optional).filter(([, column]) => column !== undefined));
  return { time: time.column, target: target.candidate.column, targetIsPrice: target.isPrice, targetIsGuess: target.isGuess, series: series.map(({ column }) => column), reasons, ...present };
}

interface Target {
  readonly candidate: Candidate;
  readonly isPrice: boolean;
  readonly isGuess: boolean;
}

/** What is named a quantity or an amount; else the price, since a row without a quantity is one piece; else any number. */
function targetOf(columns: readonly ColumnLook[], taken: readonly string[]): Target | undefined {
  const candidates = targetCandidates(columns, taken);
  const named = candidates.find(({ column }) => nameScore('target', column.name) >= clearly);
  if (named !== undefined) return { candidate: named, isPrice: false, isGuess: false };
  const [price] = priceCandidates(columns, taken);
  if (price !== undefined) return { candidate: price, isPrice: true, isGuess: false };
  const unnamed = candidates.find(({ column, score }) => nameScore('target', column.name) >= 0 && nameScore('series', column.name) <= 0 && score > 0);
  return unnamed === undefined ? undefined : { candidate: unnamed, isPrice: false, isGuess: true };
}

function openColumn(columns: readonly ColumnLook[], taken: readonly string[]): Candidate | undefined {
  const column = columns.find(({ name, number }) => !taken.includes(name) && nameScore('open', name) >= 4 && number?.whole === 1 && number.min === 0 && number.max === 1);
  return column === undefined ? undefined : { column, score: 5, reason: `0 in ${percent(column.number?.zero ?? 0)} of the rows` };
}

/** Several rows share an order, and an order is no day and no product. */
function orderColumn(columns: readonly ColumnLook[], taken: readonly string[]): Candidate | undefined {
  const scored = columns.filter(({ name, distinct, time }) => !taken.includes(name) && nameScore('order', name) >= 4 && distinct > 20 && time === undefined);
  const [column] = scored.toSorted((a, b) => nameScore('order', b.name) - nameScore('order', a.name) || b.distinct - a.distinct);
  return column === undefined ? undefined : { column, score: 5, reason: `${(column.filled / column.distinct).toFixed(1)} rows each` };
}

const mostNamed = 12;

function names(columns: readonly ColumnLook[]): string {
  const shown = columns.slice(0, mostNamed).map(({ name }) => name).join(', ');
  return `columns: ${shown}${columns.length > mostNamed ? ' …' : ''}`;
}
