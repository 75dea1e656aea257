import { BadInput } from '../../../contracts/failure.ts';
import type { Filter, Sources } from '../../../contracts/pipeline.schema.ts';
import type { PeriodLength } from '../../../domain/calendar.ts';
import { type CellSql, numberCell, seriesCell, textCell } from '../sources/cells.ts';
import { checkPattern, describeFilter, filterSql } from '../sources/filters.ts';
import { columnNamed, type OpenSource } from '../sources/open-source.ts';
import type { Parameters, Session } from '../session.ts';
import { createBinder, identifier } from '../sql-text.ts';
import { timeFormatOf } from '../sources/time-format.ts';
import { currencySql, unitsSql } from './conversions.ts';
import { localTime } from './local-times.ts';
import { badRowSql, largestNumber, type Problem } from './row-refusals.ts';
import { hashSql, versionCell } from './row-identity.ts';
import { spanSql } from './span-sql.ts';

export type Sales = Sources['sales'];

/** Columns of a snapshot that no level may be called. */
const taken = ['series', 'time', 'target', 'price', 'stock', 'returned', 'kept', 'file', 'row'];

/**
 * A query on the open sales file: one row per data row with `row`, `series`, `time`, `target`, `price`, `stock`, `returned`, the levels,
 * `base` (filters and returns keep the row, whatever other rows there are), `span`, `bad` (what {@link Problem} says of it), and, where rows
 * are told apart by them, `line`, `key`, `version`, `pair`.
 */
export interface SalesSelect {
  readonly select: string;
  readonly parameters: Parameters;
  /** Descriptions of the filters, in order; column `holds_<i>` tells where each holds. */
  readonly filters: readonly string[];
  readonly problems: readonly Problem[];
  readonly levels: readonly string[];
  /** Columns that decide which rows of several count. */
  readonly identity: readonly Identity[];
  /** What versions are. */
  readonly versionKind?: 'number' | 'time';
}

export type Identity = 'line' | 'key' | 'version' | 'pair';

/** What of `line`, `key`, `version` and `pair` the settings call for. */
export function identityOf({ duplicates, key, version, returns }: Pick<Sales, 'duplicates' | 'key' | 'version' | 'returns'>): readonly Identity[] {
  return [
    ...(duplicates === 'drop' ? (['line'] as const) : []), ...(key === undefined ? [] : (['key'] as const)),
    ...(key === undefined || version === undefined ? [] : (['version'] as const)),
    ...(returns?.action === 'net' && returns.by !== undefined ? (['pair'] as const) : []),
  ];
}

export interface SalesSelectInput {
  readonly source: OpenSource;
  readonly sales: Sales;
  readonly frequency: PeriodLength;
  /** ISO date or moment of the run's start. */
  readonly now: string;
  /** Table of dated rates, see `readRates`. */
  readonly rates?: string;
}

export async function salesSelect(session: Session, { source, sales, frequency, now, rates }: SalesSelectInput): Promise<SalesSelect> {
  const { columns, filters, returns, normalizeSeries } = sales;
  const binder = createBinder();
  const names = typeof columns.series === 'string' ? [columns.series] : columns.series;
  const scope = { source, seriesColumn: names.length === 1 ? (names[0] ?? '') : '', normalizeSeries, binder };
  for (const filter of [...filters, ...(returns?.where ?? [])]) {
    columnNamed(source, filter.column, `${filter.rule} filter`);
    if ('pattern' in filter) await checkPattern(session, filter.pattern, `filter on "${filter.column}"`);
  }
  for (const level of Object.keys(sales.levels)) if (taken.includes(level)) throw new BadInput(`sources.sales.levels: "${level}" is a column of every snapshot; call the level something else`);

  const parts = names.map((name) => seriesCell(source, name, normalizeSeries, 'columns.series'));
  // A key with a missing part is a missing key.
  const series = parts.length === 1 ? (parts[0] ?? 'NULL') : parts.join(` || ':' || `);
  const target = numberCell(source, columns.target, 'columns.target');
  const price = columns.price === undefined ? undefined : numberCell(source, columns.price, 'columns.price');
  const stock = columns.stock === undefined ? undefined : numberCell(source, columns.stock, 'columns.stock');
  const time = localTime({ source, column: columns.time, role: 'columns.time', format: await timeFormatOf(session, source, columns.time, 'columns.time'), zones: sales, binder });
  const version = sales.version === undefined || sales.key === undefined ? undefined : await versionCell(session, source, sales.version);
  const conditions = filters.map((filter) => ({ filter, ...filterSql(filter, scope) }));
  const returned = returns === undefined ? 'false' : `coalesce(${returns.where.map((filter) => `(${filterSql(filter, scope).condition})`).join(' AND ')}, false)`;
  const units = unitsSql(sales.units, source, binder);
  const currency = currencySql(sales.currency, source, binder, rates);

  const parsed = distinctTexts([
    { cell: time, kind: 'time' }, { cell: target, kind: 'number' },
    ...[price, stock].flatMap((cell) => (cell === undefined ? [] : [{ cell, kind: 'number' as const }])),
    ...conditions.flatMap(({ cell }) => (cell === undefined ? [] : [{ cell, kind: 'number' as const }])),
    ...(version === undefined ? [] : [{ cell: version.cell, kind: version.kind }]),
  ]);
  const identity = identityOf(sales);
  const levels = Object.entries(sales.levels).map(([level, column]) => ({ level, cell: textCell(source, column, `levels.${level}`) }));
  const hashed: Readonly<Record<Identity, string>> = {
    line: hashSql(source.columns, false),
    key: hashSql((sales.key ?? []).map((name) => columnNamed(source, name, 'key')), true),
    version: version?.cell.value ?? 'NULL',
    pair: hashSql((returns?.by ?? []).map((name) => columnNamed(source, name, 'returns.by')), false),
  };
  const cells = [
    `${source.rowNumber} AS row`, `${series} AS series`, `CAST(${time.value} AS TIMESTAMP) AS time`, `${target.value} AS target`,
    `${price?.value ?? 'CAST(NULL AS DOUBLE)'} AS price`, `${stock?.value ?? 'CAST(NULL AS DOUBLE)'} AS stock`, `${returned} AS returned`,
    ...levels.map(({ level, cell }) => `${cell} AS ${identifier(`level ${level}`)}`),
    ...identity.map((name) => `${hashed[name]} AS ${name}`),
    ...conditions.map(({ condition }, i) => `(${condition}) AS holds_${String(i)}`),
    ...parsed.map(({ cell }, i) => `${cell.text ?? 'NULL'} AS text_${String(i)}, ${cell.value} AS value_${String(i)}`),
    ...units.cells, ...currency.cells,
  ];
  // Returned lines that are netted have negative targets; limits on the target are meant for sales.
  const netted = returns?.action === 'net';
  const holds = conditions.map(({ filter }, i) => (netted && limitsTarget(filter, columns.target) ? `(returned OR holds_${String(i)})` : `holds_${String(i)}`));
  const allHold = holds.length === 0 ? 'true' : holds.join(' AND ');
  const counted = returns?.action === 'drop' ? 'NOT returned' : 'true';
  const converted = [
    { column: columns.target, value: `target * ${units.factor}` },
    { column: columns.price, value: `price / ${units.factor} * ${currency.rate}` },
    { column: columns.stock, value: `stock * ${units.factor}` },
  ];
  const problems: Problem[] = [
    ...parsed.map(({ cell, kind }, i): Problem => ({ kind, column: cell.column, condition: `in_scope AND text_${String(i)} IS NOT NULL AND value_${String(i)} IS NULL`, found: `text_${String(i)}` })),
    { kind: 'no-series', column: names.join('", "'), condition: 'base AND series IS NULL' },
    { kind: 'nul-in-series', column: names.join('", "'), condition: 'base AND contains(series, chr(0))' },
    { kind: 'no-time', column: columns.time, condition: 'base AND time IS NULL' },
    // The run's start is in UTC; shops up to 14 hours east of it sell on the next day already.
    { kind: 'future', column: columns.time, condition: `base AND CAST(time AS DATE) > CAST(${binder.add(now.slice(0, 10))} AS DATE) + 1`, found: `strftime(time, '%Y-%m-%d')` },
    ...units.problems, ...currency.problems,
    ...converted.flatMap(({ column, value }): Problem[] => (column === undefined ? [] : [{ kind: 'too-large', column, condition: `base AND abs(${value}) > ${largestNumber}`, found: `CAST(${value} AS VARCHAR)` }])),
  ];
  const lines = `SELECT *, ((${allHold}) IS NOT FALSE) AND ${counted} AS in_scope, coalesce(${allHold}, false) AND ${counted} AS base
     FROM (SELECT ${cells.join(',\n ')} FROM ${source.relation})`;
  return {
    select: `SELECT row, series, time, target * ${units.factor} AS target, price / ${units.factor} * ${currency.rate} AS price, stock * ${units.factor} AS stock, returned, base,
       ${[...levels.map(({ level }) => `${identifier(`level ${level}`)} AS ${identifier(level)}`), ...identity].map((column) => `${column}, `).join('')}
       ${conditions.map((_, i) => `holds_${String(i)}, `).join('')}${spanSql('time', frequency)} AS span, ${badRowSql(problems)} AS bad
     FROM (${lines}) AS lines ${currency.join}`,
    parameters: { ...source.parameters, ...binder.values },
    filters: filters.map(describeFilter),
    problems,
    levels: levels.map(({ level }) => level),
    identity,
    ...(version !== undefined && { versionKind: version.kind }),
  };
}

const limitsTarget = (filter: Filter, target: string): boolean => filter.column === target && 'value' in filter;

type Parsed = { readonly cell: CellSql; readonly kind: 'number' | 'time' };

function distinctTexts(cells: readonly Parsed[]): Parsed[] {
  return cells.filter(({ cell }, i) => cell.text !== undefined && cells.findIndex((other) => other.cell.column === cell.column && other.kind === cells[i]?.kind) === i);
}
