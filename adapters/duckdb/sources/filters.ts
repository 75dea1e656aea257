import { BadInput } from '../../../contracts/failure.ts';
import type { Filter } from '../../../contracts/pipeline.schema.ts';
import { type CellSql, numberCell, seriesCell, textCell } from './cells.ts';
import type { OpenSource } from './open-source.ts';
import type { Session } from '../session.ts';
import type { Binder } from '../sql-text.ts';

export interface FilterScope {
  readonly source: OpenSource;
  /** Filters on the series column see its normalised key. */
  readonly seriesColumn: string;
  readonly normalizeSeries: boolean;
  readonly binder: Binder;
}

/** A filter as a condition, and the number cell it reads, if any: unreadable numbers are refused, not taken as "does not hold". */
export interface FilterSql {
  readonly condition: string;
  readonly cell?: CellSql;
}

const signs = { 'at-least': '>=', 'at-most': '<=', 'more-than': '>' } as const;

/** SQL of one filter: TRUE or FALSE; for number rules NULL where the cell is empty or unreadable. */
export function filterSql(filter: Filter, { source, seriesColumn, normalizeSeries, binder }: FilterScope): FilterSql {
  const role = `${filter.rule} filter`;
  if (filter.rule === 'at-least' || filter.rule === 'at-most' || filter.rule === 'more-than') {
    const cell = numberCell(source, filter.column, role);
    return { condition: `${cell.value} ${signs[filter.rule]} CAST(${binder.add(filter.value)} AS DOUBLE)`, cell };
  }
  const raw = filter.column === seriesColumn ? seriesCell(source, filter.column, normalizeSeries, role) : textCell(source, filter.column, role);
  const text = `coalesce(${raw}, '')`;
  if (filter.rule === 'matches') return { condition: `regexp_matches(${text}, ${binder.add(filter.pattern)})` };
  if (filter.rule === 'not-matches') return { condition: `NOT regexp_matches(${text}, ${binder.add(filter.pattern)})` };
  const list = filter.values.map((value) => binder.add(value)).join(', ');
  return { condition: `${text} ${filter.rule === 'in' ? 'IN' : 'NOT IN'} (${list})` };
}

/** The filter in words, for messages. */
export function describeFilter(filter: Filter): string {
  if ('pattern' in filter) return `${filter.column} ${filter.rule} ${filter.pattern}`;
  if ('values' in filter) return `${filter.column} ${filter.rule} ${filter.values.slice(0, 3).join(', ')}${filter.values.length > 3 ? ' …' : ''}`;
  return `${filter.column} ${filter.rule} ${String(filter.value)}`;
}

/** Throws `BadInput` for a pattern that is no regular expression (RE2 syntax). */
export async function checkPattern(session: Session, pattern: string, where: string): Promise<void> {
  try {
    await session.run('SELECT regexp_matches($text, $pattern)', { text: '', pattern });
  } catch (error) {
    throw new BadInput(`${where}: "${pattern}" is no regular expression (RE2 syntax); escape special characters with \\`, { cause: error });
  }
}
