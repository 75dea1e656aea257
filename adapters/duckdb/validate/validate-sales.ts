import { closest } from 'fastest-levenshtein';
import type { RuleOutcome } from '../../../contracts/data.ts';
import { BadInput } from '../../../contracts/failure.ts';
import type { ValidationRule } from '../../../contracts/pipeline.schema.ts';
import { dayOfIso, isoOfDay } from '../../../domain/calendar.ts';
import { checkPattern } from '../sources/filters.ts';
import { counted, numberIn, numberOrNaN } from '../row-values.ts';
import type { Parameters, Session } from '../session.ts';
import { identifier } from '../sql-text.ts';

export interface ValidateRequest {
  /** Path of a snapshot's sales file. */
  readonly sales: string;
  readonly rules: readonly ValidationRule[];
  /** ISO date or moment that freshness is counted from. */
  readonly now: string;
}

const columns = ['series', 'time', 'target', 'price'];

/** What each rule finds among the kept rows, in the order of the rules. `BadInput` for a column that a snapshot does not have. */
export async function validateSales(session: Session, { sales, rules, now }: ValidateRequest): Promise<readonly RuleOutcome[]> {
  const outcomes: RuleOutcome[] = [];
  for (const rule of rules) outcomes.push({ severity: rule.severity, ...(await check(session, rule, sales, now)) });
  return outcomes;
}

type Check = Pick<RuleOutcome, 'rule' | 'holds' | 'found'>;

async function check(session: Session, rule: ValidationRule, sales: string, now: string): Promise<Check> {
  const ask = (counts: string, parameters: Parameters = {}) => session.row(`SELECT count(*) AS rows, ${counts} FROM read_parquet($sales) WHERE kept`, { sales, ...parameters });
  switch (rule.rule) {
    case 'row-count': {
      const rows = numberIn(await ask('1 AS one'), 'rows');
      return { rule: `row-count ${limits(rule.min, rule.max)}`, holds: rows >= rule.min && rows <= (rule.max ?? Infinity), found: `${counted(rows)} rows` };
    }
    case 'series-count': {
      const series = numberIn(await ask('count(DISTINCT series) AS series'), 'series');
      return { rule: `series-count ${limits(rule.min)}`, holds: series >= rule.min, found: `${counted(series)} series` };
    }
    case 'freshness': {
      const newest = numberOrNaN(await ask("datediff('day', DATE '1970-01-01', CAST(max(time) AS DATE)) AS newest"), 'newest');
      // East of Greenwich it may be tomorrow already.
      const age = Math.max(0, (dayOfIso(now) ?? Number.NaN) - newest);
      return { rule: `freshness ≤ ${counted(rule.maxAgeDays)} days`, holds: age <= rule.maxAgeDays, found: Number.isNaN(age) ? 'no rows' : `newest row of ${isoOfDay(newest)}, ${counted(age)} days old` };
    }
    case 'not-null': {
      const found = await ask(`count(*) FILTER (${columnSql(rule.column)} IS NULL) AS bad`);
      return { rule: `${rule.column} not-null`, ...share(found, 'are empty', rule.atMost) };
    }
    case 'range': {
      const value = columnSql(rule.column);
      if (rule.column !== 'target' && rule.column !== 'price') throw new BadInput(`validate: range on "${rule.column}" makes no sense; use target or price`);
      const outside = `(${value} < CAST($low AS DOUBLE) OR ${value} > CAST($high AS DOUBLE))`;
      const found = await ask(`count(*) FILTER (${outside}) AS bad, min(${value}) AS low, max(${value}) AS high`, { low: rule.min ?? -Infinity, high: rule.max ?? Infinity });
      const outcome = share(found, 'lie outside', 0);
      return { rule: `${rule.column} range ${limits(rule.min, rule.max)}`, holds: outcome.holds, found: `${outcome.found} (from ${String(found['low'])} to ${String(found['high'])})` };
    }
    case 'matches': {
      await checkPattern(session, rule.pattern, `validate: matches on "${rule.column}"`);
      const found = await ask(`count(*) FILTER (NOT regexp_matches(CAST(${columnSql(rule.column)} AS VARCHAR), $pattern)) AS bad`, { pattern: rule.pattern });
      return { rule: `${rule.column} matches ${rule.pattern}`, ...share(found, 'do not match', 0) };
    }
  }
}

function columnSql(name: string): string {
  if (columns.includes(name)) return identifier(name);
  throw new BadInput(`validate: there is no column "${name}"; did you mean "${closest(name, columns)}"? Rules see the snapshot's columns ${columns.join(', ')}`);
}

function share(found: Readonly<Record<string, string | number | boolean | null>>, what: string, atMost: number): Pick<Check, 'holds' | 'found'> {
  const [rows, bad] = [numberIn(found, 'rows'), numberIn(found, 'bad')];
  const percent = rows === 0 || bad === 0 ? '' : ` (${((100 * bad) / rows).toPrecision(2)} %)`;
  return { holds: bad <= atMost * rows, found: `${counted(bad)} of ${counted(rows)} rows ${what}${percent}` };
}

function limits(min?: number, max?: number): string {
  const parts = [...(min === undefined ? [] : [`≥ ${counted(min)}`]), ...(max === undefined ? [] : [`≤ ${counted(max)}`])];
  return parts.length === 0 ? 'without limits' : parts.join(' and ');
}
