import { BadInput } from '../../../contracts/failure.ts';
import type { ValidationRule } from '../../../contracts/pipeline.schema.ts';
import { checkPattern } from '../sources/filters.ts';
import type { Session } from '../session.ts';
import type { Binder } from '../sql-text.ts';
import { columnNamed, type KeptColumn, type KeptRows } from './kept-rows.ts';

/** A rule that each row keeps or breaks by itself: all such rules are counted in one pass. */
export interface RowCondition {
  /** SQL: TRUE where a row breaks the rule; an empty cell breaks none but not-null. */
  readonly breaks: string;
  /** What such rows do: `are empty`. */
  readonly what: string;
  /** Column whose smallest and largest value say more. */
  readonly extent?: KeptColumn;
}

type OwnRule = Extract<ValidationRule, { rule: 'not-null' | 'type' | 'range' | 'matches' | 'accepted-values' }>;

export function isOwnRule(rule: ValidationRule): rule is OwnRule {
  return ['not-null', 'type', 'range', 'matches', 'accepted-values'].includes(rule.rule);
}

/** @param where names the rule in messages. @throws BadInput when the rule does not fit what the column holds */
export async function rowCondition(session: Session, rule: OwnRule, rows: KeptRows, binder: Binder, where: string): Promise<RowCondition> {
  const column = columnNamed(rows, rule.column, where);
  switch (rule.rule) {
    case 'not-null':
      return { breaks: `${column.sql} IS NULL`, what: 'are empty' };
    case 'type':
      return { breaks: typeBreaks(column, rule.type, where), what: typeWords[rule.type] };
    case 'range':
      return { breaks: rangeBreaks(column, rule, binder, where), what: 'lie outside', ...(column.kind !== 'text' && { extent: column }) };
    case 'matches':
      await checkPattern(session, rule.pattern, where);
      return { breaks: `NOT regexp_matches(CAST(${column.sql} AS VARCHAR), ${binder.add(rule.pattern)})`, what: 'do not match' };
    case 'accepted-values':
      return { breaks: valuesBreak(column, rule.values, binder, where), what: 'hold other values' };
  }
}

const typeWords = { integer: 'are no whole numbers', number: 'are no numbers', text: 'are no readable text', date: 'are no dates' } as const;
type DeclaredType = keyof typeof typeWords;

function typeBreaks({ name, kind, sql }: KeptColumn, type: DeclaredType, where: string): string {
  if (kind === 'text') {
    // A text of control characters or of marks for lost ones was read in the wrong encoding.
    if (type === 'text') return String.raw`regexp_matches(${sql}, '[\x00-\x08\x0e-\x1f\x{FFFD}]')`;
    if (type === 'date') return `(${sql} IS NOT NULL AND TRY_CAST(${sql} AS TIMESTAMP) IS NULL)`;
    const value = `TRY_CAST(${sql} AS DOUBLE)`;
    return type === 'number' ? `(${sql} IS NOT NULL AND NOT coalesce(isfinite(${value}), false))` : `(${sql} IS NOT NULL AND NOT coalesce(isfinite(${value}) AND ${value} = trunc(${value}), false))`;
  }
  if (kind === 'number' && type === 'integer') return `${sql} <> trunc(${sql})`;
  if ((kind === 'number' && type === 'number') || (kind === 'time' && type === 'date')) return 'false';
  const held = { number: 'numbers', time: 'times', truth: 'true or false', text: 'text' }[kind];
  throw new BadInput(`${where}: "${name}" holds ${held} in every snapshot, so it is never ${type === 'integer' ? 'an' : 'a'} ${type}; take the rule out or name another column`);
}

function rangeBreaks({ name, kind, sql }: KeptColumn, { min, max }: Extract<OwnRule, { rule: 'range' }>, binder: Binder, where: string): string {
  if (min === undefined && max === undefined) throw new BadInput(`${where}: without min and max nothing is checked; add one of them`);
  const dates = [min, max].filter((limit) => typeof limit === 'string');
  if (kind === 'truth') throw new BadInput(`${where}: "${name}" holds true or false, which have no range; use accepted-values`);
  if (kind === 'time' ? dates.length < [min, max].filter((limit) => limit !== undefined).length : dates.length > 0) {
    throw new BadInput(`${where}: "${name}" holds ${kind === 'time' ? 'times: give min and max as dates such as 2024-01-31' : 'numbers or text: give min and max as numbers'}`);
  }
  const low = (limit: string) => (kind === 'time' ? `CAST(${limit} AS DATE)` : `CAST(${limit} AS DOUBLE)`);
  // The whole last day belongs to it.
  const high = (limit: string) => (kind === 'time' ? `${sql} >= CAST(${limit} AS DATE) + 1` : `${value} > CAST(${limit} AS DOUBLE)`);
  const value = kind === 'text' ? `TRY_CAST(${sql} AS DOUBLE)` : sql;
  const outside = [
    ...(min === undefined ? [] : [`${value} < ${low(binder.add(min))}`]),
    ...(max === undefined ? [] : [high(binder.add(max))]),
    ...(kind === 'text' ? [`(${sql} IS NOT NULL AND ${value} IS NULL)`] : []),
  ];
  return `(${outside.join(' OR ')})`;
}

function valuesBreak({ name, kind, sql }: KeptColumn, values: readonly (string | number)[], binder: Binder, where: string): string {
  if (kind === 'time') throw new BadInput(`${where}: "${name}" holds times; use range with dates`);
  if (kind === 'number' && values.some((value) => !Number.isFinite(Number(value)) || value === '')) {
    throw new BadInput(`${where}: "${name}" holds numbers; give the values as numbers`);
  }
  const list = values.map((value) => (kind === 'number' ? `CAST(${binder.add(Number(value))} AS DOUBLE)` : binder.add(String(value)))).join(', ');
  return `${kind === 'truth' ? `CAST(${sql} AS VARCHAR)` : sql} NOT IN (${list})`;
}
