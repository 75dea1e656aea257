import type { ValidationRule } from '../../../contracts/pipeline.schema.ts';

/** The rule in words, as messages and reports name it. */
export function ruleInWords(rule: ValidationRule): string {
  switch (rule.rule) {
    case 'not-null':
      return `${rule.column} not-null`;
    case 'type':
      return `${rule.column} type ${rule.type}`;
    case 'range':
      return `${rule.column} range ${limits(rule.min, rule.max)}`;
    case 'matches':
      return `${rule.column} matches ${shortened(rule.pattern)}`;
    case 'accepted-values':
      return `${rule.column} accepted-values ${listed(rule.values.map(String))}`;
    case 'unique':
      return `${rule.columns.join(', ')} unique`;
    case 'foreign-key':
      return `${rule.column} foreign-key of ${rule.references}`;
    case 'monotonic-time':
      return 'monotonic-time';
    case 'row-count':
      return `row-count ${limits(rule.min, rule.max)}`;
    case 'row-count-band':
      return `row-count-band within a factor of ${figure(rule.factor)}`;
    case 'series-count':
      return `series-count ${limits(rule.min)}`;
    case 'freshness':
      return `freshness ≤ ${figure(rule.maxAgeDays)} days`;
    case 'sql':
      return `sql ${shortened(rule.name)}`;
  }
}

/** The column a rule is about, if it is about one or some. */
export function columnOf(rule: ValidationRule): string | undefined {
  if ('column' in rule) return rule.column;
  return 'columns' in rule ? rule.columns.join(', ') : undefined;
}

/** Six significant digits, thousands grouped: 74,215 and 0.0005. */
export function figure(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: Math.abs(value) < 1e6 ? 6 : 15 });
}

function limits(min?: number | string, max?: number | string): string {
  const said = (limit: number | string): string => (typeof limit === 'number' ? figure(limit) : limit);
  const parts = [...(min === undefined ? [] : [`≥ ${said(min)}`]), ...(max === undefined ? [] : [`≤ ${said(max)}`])];
  return parts.length === 0 ? 'without limits' : parts.join(' and ');
}

const mostListed = 5;

function listed(values: readonly string[]): string {
  const more = values.length - mostListed;
  return `${values.slice(0, mostListed).map(shortened).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

/** One line, and not all of a long one. */
function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
