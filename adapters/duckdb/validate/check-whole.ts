import type { SalesMetrics } from '../../../contracts/data.ts';
import { BadInput } from '../../../contracts/failure.ts';
import type { ValidationRule } from '../../../contracts/pipeline.schema.ts';
import { dayOfIso, isoOfDay, periodStart, unitOf } from '../../../domain/calendar.ts';
import { periodsOutside } from '../../../domain/dataset-look/row-count-band.ts';
import { businessTimeSql } from '../period-start.ts';
import { counted, numberIn, numberOrNaN, quoted, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { literal } from '../sql-text.ts';
import { columnNamed, type KeptRows } from './kept-rows.ts';
import { examplesOf, type Finding, shareOf } from './outcome.ts';
import type { Sandbox } from './run-sandboxed.ts';
import type { ValidateRequest } from './validate-sales.ts';

export interface WholeScope {
  readonly session: Session;
  readonly rows: KeptRows;
  /** Number of kept rows. */
  readonly total: number;
  readonly metrics: SalesMetrics;
  readonly request: ValidateRequest;
  readonly sandbox: Sandbox;
  /** Names the rule in messages. */
  readonly where: string;
}

/** A rule that looks at more than one row. */
export async function checkWhole(rule: ValidationRule, scope: WholeScope): Promise<Finding> {
  const { total, metrics } = scope;
  switch (rule.rule) {
    case 'row-count':
      return { holds: total >= rule.min && total <= (rule.max ?? Infinity), found: `${counted(total)} rows` };
    case 'series-count': {
      const series = metrics.columns['series']?.distinctCount ?? 0;
      return { holds: series >= rule.min, found: `${counted(series)} series` };
    }
    case 'freshness':
      return freshness(scope, rule.maxAgeDays);
    case 'row-count-band':
      return rowCountBand(scope, rule.factor);
    case 'unique':
      return unique(scope, rule.columns, rule.atMost);
    case 'foreign-key':
      return foreignKey(scope, rule.column, rule.atMost);
    case 'monotonic-time':
      return monotonicTime(scope, rule.atMost);
    case 'sql': {
      const { sandbox, request, rows, where } = scope;
      const { broken, examples } = await sandbox({ query: rule.query, sales: request.sales, columns: rows.columns.map(({ name }) => name), where, ...(request.signal && { signal: request.signal }) });
      return { ...shareOf(broken, total, 'are returned', rule.atMost), examples };
    }
    default:
      throw new TypeError(`${rule.rule} looks at rows one by one`);
  }
}

async function freshness({ session, rows, request }: WholeScope, maxAgeDays: number): Promise<Finding> {
  const newest = numberOrNaN(await session.row(`SELECT datediff('day', DATE '1970-01-01', CAST(max(time) AS DATE)) AS newest FROM ${rows.relation}`), 'newest');
  // East of Greenwich it may be tomorrow already.
  const age = Math.max(0, (dayOfIso(request.now) ?? Number.NaN) - newest);
  return { holds: age <= maxAgeDays, found: Number.isNaN(age) ? 'no rows' : `newest row of ${isoOfDay(newest)}, ${counted(age)} days old` };
}

const mostPeriodsNamed = 3;

async function rowCountBand({ session, rows, request, total }: WholeScope, factor: number): Promise<Finding> {
  // Hours of a day differ too much to be compared with each other: days are.
  const frequency = request.frequency === 'hour' ? 'day' : request.frequency;
  const days = await session.rows(`SELECT datediff('day', DATE '1970-01-01', CAST(${businessTimeSql('time', frequency)} AS DATE)) AS day, count(*) AS rows FROM ${rows.relation} WHERE time IS NOT NULL GROUP BY day ORDER BY day`);
  const counts = new Map<number, number>();
  for (const row of days) {
    const start = periodStart(numberIn(row, 'day'), frequency);
    counts.set(start, (counts.get(start) ?? 0) + numberIn(row, 'rows'));
  }
  const { outside, low, high } = periodsOutside(counts, frequency, factor);
  const broken = outside.reduce((sum, { rows: count }) => sum + count, 0);
  if (outside.length === 0) return { holds: true, found: counts.size === 0 ? 'no rows' : `${figureOf(low)} to ${figureOf(high)} rows a ${unitOf(frequency)}` };
  const named = outside.slice(0, mostPeriodsNamed).map((period) => `${isoOfDay(period.start)} has ${counted(period.rows)} where ${figureOf(period.usual)} are usual`);
  const more = outside.length - named.length;
  return { holds: false, broken: Math.min(broken, total), found: `${counted(outside.length)} ${unitOf(frequency)}s outside: ${named.join(', ')}${more > 0 ? ` and ${counted(more)} more` : ''}` };
}

const figureOf = (value: number): string => counted(Math.round(value));

/** Every row but the first of its key breaks it; a key with an empty cell is none. */
async function unique({ session, rows, total, where }: WholeScope, names: readonly string[], atMost: number): Promise<Finding> {
  const columns = names.map((name) => columnNamed(rows, name, where).sql);
  const keys = columns.join(', ');
  const whole = columns.map((column) => `${column} IS NOT NULL`).join(' AND ');
  const found = await session.row(`SELECT coalesce(sum(n - 1), 0)::BIGINT AS broken, count(*) AS keys FROM (SELECT count(*) AS n FROM ${rows.relation} WHERE ${whole} GROUP BY ${keys} HAVING count(*) > 1)`);
  const broken = numberIn(found, 'broken');
  const share = shareOf(broken, total, 'repeat a key', atMost);
  if (broken === 0) return share;
  const repeated = `SELECT file, row FROM ${rows.relation} WHERE ${whole} QUALIFY row_number() OVER (PARTITION BY ${keys} ORDER BY file, row) > 1`;
  return { ...share, found: `${share.found}: ${counted(numberIn(found, 'keys'))} keys come more than once`, examples: await examplesOf(session, repeated) };
}

async function foreignKey({ session, rows, total, request, where }: WholeScope, name: string, atMost: number): Promise<Finding> {
  const { products } = request;
  if (products === undefined) throw new BadInput(`${where}: the pipeline file has no sources.products to look the keys up in; add it or take the rule out`);
  const column = columnNamed(rows, name, where);
  const orphans = `SELECT file, row, CAST(${column.sql} AS VARCHAR) AS key FROM ${rows.relation} AS sold ANTI JOIN read_parquet(${literal(products)}) AS known ON CAST(sold.${column.sql} AS VARCHAR) = known.key WHERE sold.${column.sql} IS NOT NULL`;
  const found = await session.row(`SELECT count(*) AS broken, count(DISTINCT key) AS keys FROM (${orphans})`);
  const broken = numberIn(found, 'broken');
  const share = shareOf(broken, total, 'name a product that is not there', atMost);
  if (broken === 0) return share;
  const keys = await session.rows(`SELECT DISTINCT key FROM (${orphans}) ORDER BY key LIMIT 3`);
  const count = numberIn(found, 'keys');
  return { ...share, found: `${share.found}: ${counted(count)} ${count === 1 ? 'key' : 'keys'}, such as ${keys.map((row) => quoted(textIn(row, 'key'))).join(', ')}`, examples: await examplesOf(session, `SELECT file, row FROM (${orphans})`) };
}

async function monotonicTime({ session, rows, total }: WholeScope, atMost: number): Promise<Finding> {
  const backwards = `SELECT file, row FROM ${rows.relation} WHERE time IS NOT NULL QUALIFY time < lag(time) OVER (PARTITION BY file ORDER BY row)`;
  const broken = numberIn(await session.row(`SELECT count(*) AS broken FROM (${backwards})`), 'broken');
  return { ...shareOf(broken, total, 'are older than the row before them in their file', atMost), examples: broken === 0 ? [] : await examplesOf(session, backwards) };
}
