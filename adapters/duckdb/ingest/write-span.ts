import type { PartFacts } from '../../../contracts/data.ts';
import type { PeriodLength } from '../../../domain/calendar.ts';
import { businessTimeSql, periodSql } from '../period-start.ts';
import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { identifier, literal } from '../sql-text.ts';
import { writeParquet } from '../write-parquet.ts';
import type { Identity } from './sales-select.ts';

/** What is known of the rows of a span besides the rows. */
export interface SpanFacts extends PartFacts {
  /** ISO timestamps of the first and last kept row. */
  readonly from?: string;
  readonly to?: string;
  /** Days of the business with kept rows, since 1970-01-01, ascending. */
  readonly days: readonly number[];
}

export interface SpanFiles extends SpanFacts {
  /** Path of the part: Parquet as `Snapshot` documents it. */
  readonly part: string;
  /** Path of Parquet `series VARCHAR, first DATE, last DATE`: the series with kept rows, in order, and the days of their first and last one. */
  readonly index: string;
}

export interface SpanToWrite {
  /**
   * SQL of rows with `series, time, target, price, stock, returned`, the levels, `base`, `lost` (another row of the same key counts),
   * `file`, `row`, `rank` (orders files), and the columns of `identity`.
   */
  readonly relation: string;
  readonly levels: readonly string[];
  readonly identity: readonly Identity[];
  readonly frequency: PeriodLength;
  readonly part: string;
  readonly index: string;
}

/** Decides which rows of a span are kept, and writes them all, in order. */
export async function writeSpan(session: Session, span: SpanToWrite): Promise<SpanFiles> {
  const { part, index, frequency } = span;
  const columns = ['series', 'time', 'target', 'price', 'stock', 'returned', 'kept', 'CAST(file AS UBIGINT) AS file', 'CAST(row AS UBIGINT) AS row', ...span.levels.map(identifier)];
  await writeParquet(session, { select: `SELECT ${columns.join(', ')} FROM (${keptSql(span)}) ORDER BY series, time, file, row`, out: part });
  const rows = `read_parquet(${literal(part)})`;
  await writeParquet(session, { select: `SELECT series, min(CAST(time AS DATE)) AS first, max(CAST(time AS DATE)) AS last FROM ${rows} WHERE kept GROUP BY series ORDER BY series`, out: index });
  return { ...(await factsOf(session, rows, frequency)), part, index };
}

/** Exact copies of a line before it go, then what a return cancels goes with it. A row with a key is told apart by that alone. */
function keptSql({ relation, identity, frequency }: SpanToWrite): string {
  if (identity.length === 0) return `SELECT *, base AS kept FROM (${relation})`;
  const copies = identity.includes('line')
    ? `(${identity.includes('key') ? 'key IS NULL AND ' : ''}row_number() OVER (PARTITION BY line ORDER BY rank, row) > 1)`
    : 'false';
  const alive = `SELECT *, base AND NOT lost AND NOT ${copies} AS alive FROM (${relation})`;
  if (!identity.includes('pair')) return `SELECT *, alive AS kept FROM (${alive})`;
  const sides = `SELECT *, CASE WHEN alive AND returned AND target < 0 THEN 'return' WHEN alive AND NOT returned AND target > 0 THEN 'sale' END AS side, ${periodSql('time', frequency)} AS period FROM (${alive})`;
  const alike = 'series, period, pair, abs(target)';
  const ranked = `SELECT *, row_number() OVER (PARTITION BY ${alike}, side ORDER BY time, rank, row) AS turn,
    least(count(*) FILTER (side = 'sale') OVER (PARTITION BY ${alike}), count(*) FILTER (side = 'return') OVER (PARTITION BY ${alike})) AS pairs FROM (${sides})`;
  return `SELECT *, alive AND NOT (side IS NOT NULL AND turn <= pairs) AS kept FROM (${ranked})`;
}

async function factsOf(session: Session, rows: string, frequency: PeriodLength): Promise<SpanFacts> {
  const iso = (value: string): string => `replace(CAST(${value} AS VARCHAR), ' ', 'T')`;
  const found = await session.row(`
    SELECT count(*) AS rows, count(*) FILTER (kept) AS kept, min(series) AS "firstSeries", max(series) AS "lastSeries", ${iso('min(time)')} AS "firstTime", ${iso('max(time)')} AS "lastTime",
           ${iso('min(time) FILTER (kept)')} AS "from", ${iso('max(time) FILTER (kept)')} AS "to"
    FROM ${rows}`);
  const days = await session.rows(`SELECT DISTINCT datediff('day', DATE '1970-01-01', CAST(${businessTimeSql('time', frequency)} AS DATE)) AS day FROM ${rows} WHERE kept ORDER BY day`);
  const texts = Object.fromEntries(['firstSeries', 'lastSeries', 'firstTime', 'lastTime', 'from', 'to'].flatMap((name) => (typeof found[name] === 'string' ? [[name, found[name]]] : [])));
  return { rows: numberIn(found, 'rows'), keptRows: numberIn(found, 'kept'), ...texts, days: days.map((row) => numberIn(row, 'day')) };
}
