import type { Filter, Sources } from '../../../contracts/pipeline.schema.ts';
import { type CellSql, numberCell, seriesCell, timeCell } from '../sources/cells.ts';
import { checkPattern, describeFilter, filterSql } from '../sources/filters.ts';
import { columnNamed, type OpenSource, reading } from '../sources/open-source.ts';
import type { Session } from '../session.ts';
import { createBinder, identifier } from '../sql-text.ts';
import { timeFormatOf } from '../sources/time-format.ts';

/** A column of the temporary table `lines` that holds the text of cells which had to be parsed. */
export interface ParsedColumn {
  readonly column: string;
  readonly kind: 'number' | 'time';
  readonly value: string;
  readonly text: string;
}

export interface SalesRows {
  /** Descriptions of the filters, in order; column `holds_<i>` of `lines` tells where each holds. */
  readonly filters: readonly string[];
  readonly parsed: readonly ParsedColumn[];
}

/**
 * Reads the sales file into the temporary table `lines`: one row per data row, with `row`, `series`, `time`, `target`, `price`,
 * `returned`, `kept`, `in_scope` (nothing known speaks against keeping it), `copy` (an exact duplicate of an earlier row), `holds_<i>`.
 */
export async function readSalesRows(session: Session, source: OpenSource, sales: Sources['sales']): Promise<SalesRows> {
  const { columns, filters, returns, normalizeSeries } = sales;
  const binder = createBinder();
  const scope = { source, seriesColumn: columns.series, normalizeSeries, binder };
  for (const filter of [...filters, ...(returns?.where ?? [])]) {
    columnNamed(source, filter.column, `${filter.rule} filter`);
    if ('pattern' in filter) await checkPattern(session, filter.pattern, `filter on "${filter.column}"`);
  }
  const series = seriesCell(source, columns.series, normalizeSeries, 'columns.series');
  const target = numberCell(source, columns.target, 'columns.target');
  const price = columns.price === undefined ? undefined : numberCell(source, columns.price, 'columns.price');
  const time = timeCell(source, columns.time, 'columns.time', await timeFormatOf(session, source, columns.time, 'columns.time'));

  const conditions = filters.map((filter) => ({ filter, ...filterSql(filter, scope) }));
  const returned = returns === undefined ? 'false' : `coalesce(${returns.where.map((filter) => `(${filterSql(filter, scope).condition})`).join(' AND ')}, false)`;
  const texts = distinctTexts<{ readonly cell: CellSql; readonly kind: ParsedColumn['kind'] }>([
    { cell: time, kind: 'time' }, { cell: target, kind: 'number' },
    ...(price === undefined ? [] : [{ cell: price, kind: 'number' as const }]),
    ...conditions.flatMap(({ cell }) => (cell === undefined ? [] : [{ cell, kind: 'number' as const }])),
  ]);

  const selected = [
    `${source.rowNumber} AS row`, `${series} AS series`, `${time.value} AS time`, `${target.value} AS target`,
    `${price?.value ?? 'CAST(NULL AS DOUBLE)'} AS price`, `${returned} AS returned`,
    ...conditions.map(({ condition }, i) => `(${condition}) AS holds_${String(i)}`),
    ...texts.map(({ cell }, i) => `${cell.text ?? 'NULL'} AS text_${String(i)}, ${cell.value} AS value_${String(i)}`),
    sales.duplicates === 'drop' ? `md5(CAST(row(${source.columns.map(({ name }) => identifier(name)).join(', ')}) AS VARCHAR)) AS line` : 'NULL AS line',
  ];
  // Returned lines that are netted have negative targets; limits on the target are meant for sales.
  const netted = returns?.action === 'net';
  const holds = conditions.map(({ filter }, i) => (netted && limitsTarget(filter, columns.target) ? `(returned OR holds_${String(i)})` : `holds_${String(i)}`));
  const allHold = holds.length === 0 ? 'true' : holds.join(' AND ');
  const counted = returns?.action === 'drop' ? 'NOT returned' : 'true';
  await reading(source.uri, () => session.run(
    `CREATE OR REPLACE TEMP TABLE lines AS
     SELECT *, ${sales.duplicates === 'drop' ? 'row_number() OVER (PARTITION BY line ORDER BY row) > 1' : 'false'} AS copy,
            ((${allHold}) IS NOT FALSE) AND ${counted} AS in_scope,
            coalesce(${allHold}, false) AND ${counted} AND NOT copy AS kept
     FROM (SELECT ${selected.join(',\n ')} FROM ${source.relation})`,
    { ...source.parameters, ...binder.values },
  ));
  return {
    filters: filters.map(describeFilter),
    parsed: texts.map(({ cell, kind }, i) => ({ column: cell.column, kind, value: `value_${String(i)}`, text: `text_${String(i)}` })),
  };
}

const limitsTarget = (filter: Filter, target: string): boolean => filter.column === target && 'value' in filter;

function distinctTexts<T extends { readonly cell: CellSql }>(cells: readonly T[]): T[] {
  return cells.filter(({ cell }, i) => cell.text !== undefined && cells.findIndex((other) => other.cell.column === cell.column) === i);
}
