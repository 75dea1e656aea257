import type { ColumnMetrics } from '../../../contracts/data.ts';
import { numberIn, numberOrNaN } from '../row-values.ts';
import type { Row } from '../session.ts';
import { exactSum, identifier } from '../sql-text.ts';
import type { KeptColumn } from './kept-rows.ts';

/** Larger values do not fit the decimals that make a sum independent of its order. */
const largestSummed = 1e20;

/** Aggregates of each column; {@link columnMetrics} reads them. */
export function metricColumns(columns: readonly KeptColumn[]): string[] {
  return columns.flatMap(({ name, kind, sql }) => {
    const as = (what: string): string => `AS ${identifier(`${what}_${name}`)}`;
    const count = `count(${sql}) ${as('count')}`;
    if (kind === 'text') return [count, `count(DISTINCT ${sql}) ${as('distinct')}`];
    if (kind === 'truth') return [count];
    const extent = [`min(${sql}) ${as('low')}`, `max(${sql}) ${as('high')}`];
    if (kind === 'time') return [count, ...extent];
    const sum = exactSum(`CASE WHEN abs(${sql}) < ${largestSummed} THEN ${sql} END`);
    return [count, ...extent, `CASE WHEN max(abs(${sql})) < ${largestSummed} THEN ${sum} END ${as('sum')}`];
  });
}

export function columnMetrics(columns: readonly KeptColumn[], found: Row): Record<string, ColumnMetrics> {
  const rows = numberIn(found, 'rows');
  return Object.fromEntries(columns.map(({ name, type, kind }): [string, ColumnMetrics] => {
    const count = numberIn(found, `count_${name}`);
    const figures = { type, count, nullCount: rows - count };
    if (kind === 'text') return [name, { ...figures, distinctCount: numberIn(found, `distinct_${name}`) }];
    if (kind !== 'number' || count === 0) return [name, figures];
    const sum = numberOrNaN(found, `sum_${name}`);
    return [name, { ...figures, min: numberIn(found, `low_${name}`), max: numberIn(found, `high_${name}`), ...(Number.isFinite(sum) && { sum }) }];
  }));
}
