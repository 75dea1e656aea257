import type { RuleOutcome, SalesMetrics, ValidationReport } from '../../../contracts/data.ts';
import type { Pipeline, ValidationRule } from '../../../contracts/pipeline.schema.ts';
import { numberIn, numberOrNaN } from '../row-values.ts';
import type { Row, Session } from '../session.ts';
import { createBinder } from '../sql-text.ts';
import { checkWhole, type WholeScope } from './check-whole.ts';
import { keptRows, type KeptColumn } from './kept-rows.ts';
import { columnMetrics, metricColumns } from './metrics.ts';
import { examplesOf, outcomeOf, shareOf } from './outcome.ts';
import { isOwnRule, rowCondition, type RowCondition } from './row-conditions.ts';
import { figure, ruleInWords } from './rule-words.ts';
import type { Sandbox } from './run-sandboxed.ts';

export interface ValidateRequest {
  /** Paths of the parts of a snapshot's sales table. */
  readonly sales: readonly string[];
  /** Path of the keys of the products source, where the pipeline has one. */
  readonly products?: string;
  readonly rules: readonly ValidationRule[];
  readonly frequency: Pipeline['frequency'];
  /** ISO date or moment that freshness is counted from. */
  readonly now: string;
  readonly signal?: AbortSignal;
}

interface OwnCheck extends RowCondition {
  readonly rule: ValidationRule;
}

/**
 * What each rule finds among the kept rows, in the order of the rules, and figures of the columns. Rules that look at one row are counted
 * in one pass over the table; every other rule is a query of its own. `BadInput` for a rule that does not fit the snapshot's columns, for a
 * pattern that is none and for a query that fails or takes too much.
 */
export async function validateSales(session: Session, request: ValidateRequest, sandbox: Sandbox): Promise<ValidationReport> {
  const { rules } = request;
  const rows = await keptRows(session, request.sales);
  const binder = createBinder();
  const own = new Map<number, OwnCheck>();
  for (const [i, rule] of rules.entries()) {
    if (isOwnRule(rule)) own.set(i, { rule, ...(await rowCondition(session, rule, rows, binder, whereOf(i, rule))) });
  }

  const counts = [...own].map(([i, { breaks }]) => `count(*) FILTER (${breaks}) AS broken_${i}`);
  const counted = await session.row(`SELECT count(*) AS rows, ${[...counts, ...metricColumns(rows.columns)].join(', ')} FROM ${rows.relation}`, binder.values);
  const total = numberIn(counted, 'rows');
  const metrics: SalesMetrics = { rows: total, columns: columnMetrics(rows.columns, counted) };

  const outcomes: RuleOutcome[] = [];
  for (const [i, rule] of rules.entries()) {
    const check = own.get(i);
    const scope: WholeScope = { session, rows, total, metrics, request, sandbox, where: whereOf(i, rule) };
    outcomes.push(outcomeOf(rule, total, check === undefined ? await checkWhole(rule, scope) : await finding(check, numberIn(counted, `broken_${i}`))));
  }
  return { outcomes, metrics };

  async function finding({ rule, breaks, what, extent }: OwnCheck, broken: number) {
    const share = shareOf(broken, total, what, 'atMost' in rule ? rule.atMost : 0);
    // Parameters of other rules may not be bound here: the condition is put together once more.
    const ownBinder = createBinder();
    const again = broken > 0 && isOwnRule(rule) ? (await rowCondition(session, rule, rows, ownBinder, '')).breaks : breaks;
    const examples = broken === 0 ? [] : await examplesOf(session, `SELECT file, row FROM ${rows.relation} WHERE ${again}`, ownBinder.values);
    return { ...share, found: `${share.found}${extent === undefined ? '' : extentIn(extent, counted)}`, examples };
  }
}

/** How messages name a rule: by its place in the file and in words. */
function whereOf(index: number, rule: ValidationRule): string {
  return `validate, rule ${String(index + 1)} (${ruleInWords(rule)})`;
}

function extentIn({ name, kind }: KeptColumn, found: Row): string {
  const [low, high] = [found[`low_${name}`], found[`high_${name}`]];
  if (low === null || low === undefined || high === null || high === undefined) return '';
  if (kind === 'time') return ` (from ${String(low).slice(0, 10)} to ${String(high).slice(0, 10)})`;
  return ` (from ${figure(numberOrNaN(found, `low_${name}`))} to ${figure(numberOrNaN(found, `high_${name}`))})`;
}
