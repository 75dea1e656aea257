import type { RowAddress, RuleOutcome } from '../../../contracts/data.ts';
import type { ValidationRule } from '../../../contracts/pipeline.schema.ts';
import { counted, numberIn } from '../row-values.ts';
import type { Parameters, Session } from '../session.ts';
import { columnOf, ruleInWords } from './rule-words.ts';

/** Addresses that an outcome names at most. */
const mostExamples = 5;

/** What a check says; the rule itself says the rest of the outcome. */
export type Finding = Pick<RuleOutcome, 'holds' | 'found'> & Partial<Pick<RuleOutcome, 'broken' | 'examples'>>;

export function outcomeOf(rule: ValidationRule, rows: number, { holds, found, broken = 0, examples = [] }: Finding): RuleOutcome {
  const column = columnOf(rule);
  return { rule: ruleInWords(rule), kind: rule.rule, ...(column !== undefined && { column }), severity: rule.severity, holds, found, broken, rows, examples };
}

/** `1 of 10 rows are empty (10 %)`, and whether that is few enough. */
export function shareOf(broken: number, rows: number, what: string, atMost: number): Pick<Finding, 'holds' | 'found'> & { readonly broken: number } {
  const percent = rows === 0 || broken === 0 ? '' : ` (${String(Number(((100 * broken) / rows).toPrecision(2)))} %)`;
  // 0.29 × 100 is a little less than 29.
  return { broken, holds: broken <= atMost * rows * (1 + 1e-12), found: `${counted(broken)} of ${counted(rows)} rows ${what}${percent}` };
}

/** The first rows of a query with the columns `file` and `row`. */
export async function examplesOf(session: Session, select: string, parameters: Parameters = {}): Promise<RowAddress[]> {
  const found = await session.rows(`SELECT file, row FROM (${select}) ORDER BY file, row LIMIT ${mostExamples}`, parameters);
  return found.map((address) => ({ file: numberIn(address, 'file'), row: numberIn(address, 'row') }));
}
