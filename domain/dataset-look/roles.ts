import type { ColumnLook } from './column-look.ts';
import { nameScore } from './vocabulary.ts';

/** A column with what speaks for it; the reason is a phrase for a person. */
export interface Candidate {
  readonly column: ColumnLook;
  readonly score: number;
  readonly reason: string;
}

const isText = ({ text }: ColumnLook): boolean => text !== undefined;
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** Columns that can be the time of a sale, best first. */
export function timeCandidates(columns: readonly ColumnLook[]): Candidate[] {
  const scored = columns.flatMap((column): Candidate[] => {
    const { time, filled, rows, name, text } = column;
    if (time === undefined || time.distinctDays < 3) return [];
    // A year or a code of eight digits reads as a date only where text is allowed to be one.
    const named = nameScore('time', name);
    if (text !== undefined && named <= 0 && column.number !== undefined) return [];
    const score = named + 4 * share(filled, rows) + (time.distinctDays > 30 ? 1 : 0);
    return [{ column, score, reason: `${dates(time.distinctDays)}, ${filled === rows ? 'in every row' : `in ${percent(share(filled, rows))} of the rows`}` }];
  });
  return bestFirst(scored);
}

/** Columns that can be what is forecast, best first. Named quantities win over measured ones; a column without a word for it is a last resort. */
export function targetCandidates(columns: readonly ColumnLook[], taken: readonly string[]): Candidate[] {
  const scored = columns.flatMap((column): Candidate[] => {
    const { number, name, filled, rows, distinct } = column;
    if (number === undefined || taken.includes(name) || distinct < 3 || /^[0-9]+$/.test(name)) return [];
    const named = nameScore('target', name);
    // Numbers that never repeat and lie close together count rows.
    const isCounter = number.whole === 1 && distinct === filled && number.max - number.min < 1.5 * filled;
    const score = named + 2 * share(filled, rows) + (number.negative > 0.1 ? -1 : 0) - (isCounter ? 6 : 0);
    return [{ column, score, reason: `${number.whole === 1 ? 'whole numbers' : 'numbers'} from ${figure(number.min)} to ${figure(number.max)}, half of them ${figure(number.median)} or less` }];
  });
  return bestFirst(scored);
}

export function priceCandidates(columns: readonly ColumnLook[], taken: readonly string[]): Candidate[] {
  return bestFirst(columns.flatMap((column): Candidate[] => {
    const { number, name, filled, rows } = column;
    const named = nameScore('price', name);
    if (number === undefined || taken.includes(name) || named < 3 || number.negative > 0.5) return [];
    return [{ column, score: named + share(filled, rows), reason: `half of the prices are ${figure(number.median)} or less` }];
  }));
}

export function stockCandidates(columns: readonly ColumnLook[], taken: readonly string[]): Candidate[] {
  return bestFirst(columns.flatMap((column): Candidate[] => {
    const named = nameScore('stock', column.name);
    if (column.number === undefined || column.distinct < 3 || taken.includes(column.name) || named < 4) return [];
    return [{ column, score: named, reason: `${percent(column.number.zero)} of the rows have none left` }];
  }));
}

/**
 * Columns whose values can name a series, best first: texts or whole numbers that come again and again. What is measured, what names an order
 * or a person, and what only tells the time is none.
 */
export function seriesCandidates(columns: readonly ColumnLook[], taken: readonly string[]): Candidate[] {
  const scored = columns.flatMap((column): Candidate[] => {
    const { number, text, time, name, filled, rows, distinct } = column;
    if (taken.includes(name) || time !== undefined || distinct < 1 || filled < 0.9 * rows) return [];
    // Fractions and negative numbers measure something; few distinct whole numbers may name something.
    if (text === undefined && number === undefined) return [];
    if (number !== undefined && (number.whole < 1 || number.negative > 0)) return [];
    const perValue = share(filled, distinct);
    if (perValue < 3) return [];
    const named = nameScore('series', name);
    const isProse = text !== undefined && text.meanWords > 2.5;
    const isMeasure = number !== undefined && named <= 0;
    const score = named + (isProse ? -3 : 0) + (isMeasure ? -3 : 0) + Math.min(2, Math.log10(Math.max(1, distinct)) / 2);
    return [{ column, score, reason: `${whole(distinct)} values, ${whole(Math.round(perValue))} rows each` }];
  });
  return bestFirst(scored);
}

/** Texts that describe what is sold: several words, not a handful of values. */
export function textCandidates(columns: readonly ColumnLook[], taken: readonly string[]): Candidate[] {
  return bestFirst(columns.flatMap((column): Candidate[] => {
    const { text, name, distinct, filled } = column;
    if (text === undefined || column.number !== undefined || column.time !== undefined || taken.includes(name)) return [];
    const named = nameScore('text', name);
    const isProse = text.meanWords >= 1.8 || (text.foreign > 0.5 && text.meanLength > 6);
    if (!isProse || distinct < 20 || text.letters < 0.9 || named < 0) return [];
    return [{ column, score: named + Math.min(3, text.meanWords / 2), reason: `${whole(distinct)} texts of ${text.meanWords.toFixed(1)} words, in ${percent(share(filled, column.rows))} of the rows` }];
  }));
}

/** Text columns of few values with a word for the role in their name. */
export function fewValued(columns: readonly ColumnLook[], role: 'currency' | 'unit' | 'status', taken: readonly string[]): Candidate[] {
  return bestFirst(columns.filter((column) => isText(column) && column.number === undefined && !taken.includes(column.name) && column.distinct <= 60).flatMap((column): Candidate[] => {
    const named = nameScore(role, column.name);
    return named < 4 ? [] : [{ column, score: named, reason: `${whole(column.distinct)} values` }];
  }));
}

/** Ties go to the column that stands first. */
function bestFirst(candidates: readonly Candidate[]): Candidate[] {
  return candidates.toSorted((a, b) => b.score - a.score);
}

export function percent(value: number): string {
  // What is not all is never called all.
  if (value < 1 && value > 0.999) return '> 99.9 %';
  const scaled = 100 * value;
  return `${scaled !== 0 && scaled < 1 ? scaled.toPrecision(1) : String(Number(scaled.toFixed(scaled < 9.95 ? 1 : 0)))} %`;
}

export function figure(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: Math.abs(value) < 1e6 ? 6 : 12 });
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

const dates = (count: number): string => `${whole(count)} different days`;
