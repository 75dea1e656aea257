import type { ColumnLook } from '../../../domain/dataset-look/column-look.ts';
import type { DatasetLook, LevelLook, MarkLook, Roles, SeriesLook } from '../../../domain/dataset-look/dataset-look.ts';
import { tellsClosedDays } from '../../../domain/dataset-look/propose-filters.ts';
import { saysCancelled } from '../../../domain/dataset-look/vocabulary.ts';
import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { identifier } from '../sql-text.ts';
import { textCell } from '../sources/cells.ts';
import type { OpenSource } from '../sources/open-source.ts';

export interface TradeScope {
  readonly source: OpenSource;
  readonly roles: Roles;
  readonly candidates: readonly ColumnLook[];
  readonly columns: readonly ColumnLook[];
  readonly chosen: SeriesLook;
}

type Trade = Pick<DatasetLook, 'keys' | 'marks' | 'duplicates' | 'repeated' | 'levels' | 'weekdays' | 'dayRows' | 'closedRows' | 'steps'>;

/** What the rows of the chosen series tell: how returns are marked, which keys there are, levels above them, days without sales. */
export async function lookAtTrade(session: Session, scope: TradeScope): Promise<Trade> {
  const numbers = scope.chosen.columns.map((name) => scope.candidates.findIndex((column) => column.name === name));
  const key = numbers.map((i) => `k${String(i)}`).join(', ');
  const closedRows = await closedRowsOf(session, scope.roles);
  return {
    keys: numbers.length === 1 ? await keysOf(session, key) : [],
    marks: [...(await letters(session, scope.roles)), ...(await statuses(session, scope.roles))],
    duplicates: await surplus(session, `SELECT DISTINCT ${scope.source.columns.map(({ name }) => identifier(name)).join(', ')} FROM looked`, 'looked'),
    repeated: scope.chosen.spacing.isPanel ? await surplus(session, `SELECT DISTINCT ${key}, time FROM sold`, 'sold') : 0,
    levels: await levelsOf(session, scope, numbers),
    weekdays: await weekdaysOf(session),
    dayRows: await dayRowsOf(session, closedRows !== undefined && tellsClosedDays(closedRows)),
    ...(closedRows !== undefined && { closedRows }),
    steps: scope.chosen.spacing.isPanel ? await stepsOf(session, key) : { notFalling: 0, rising: 0 },
  };
}

const mostKeys = 100_000;

async function keysOf(session: Session, key: string): Promise<DatasetLook['keys']> {
  const rows = await session.rows(`SELECT ${key} AS key, count(*) AS rows, coalesce(min(text), '') AS text FROM sold WHERE ${key} IS NOT NULL GROUP BY ${key} ORDER BY rows DESC, key LIMIT ${String(mostKeys)}`);
  return rows.map((row) => {
    const text = textIn(row, 'text');
    return { key: textIn(row, 'key'), rows: numberIn(row, 'rows'), ...(text !== '' && { text }) };
  });
}

/** Order numbers that begin with a letter, where most begin with a digit. */
async function letters(session: Session, { order }: Roles): Promise<MarkLook[]> {
  if (order === undefined) return [];
  const rows = await session.rows(`SELECT left("order", 1) AS mark, count(*) AS rows, avg(CAST(target < 0 AS INTEGER)) AS negative FROM sold
    WHERE regexp_matches("order", '^[A-Za-z][0-9]') AND target IS NOT NULL GROUP BY mark HAVING count(*) < 0.3 * (SELECT count(*) FROM sold) ORDER BY rows DESC, mark LIMIT 5`);
  return rows.map((row) => ({ column: order.name, kind: 'letter', mark: textIn(row, 'mark'), rows: numberIn(row, 'rows'), negative: numberIn(row, 'negative') }));
}

async function statuses(session: Session, { status }: Roles): Promise<MarkLook[]> {
  const values = (status?.text?.top ?? []).filter(({ value }) => saysCancelled(value));
  const found: MarkLook[] = [];
  for (const { value, rows } of values) {
    const row = await session.row('SELECT coalesce(avg(CAST(target < 0 AS INTEGER)), 0) AS negative FROM sold WHERE status = $value', { value });
    found.push({ column: status?.name ?? '', kind: 'value', mark: value, rows, negative: numberIn(row, 'negative') });
  }
  return found;
}

async function surplus(session: Session, distinct: string, table: 'looked' | 'sold'): Promise<number> {
  return numberIn(await session.row(`SELECT (SELECT count(*) FROM ${table}) - (SELECT count(*) FROM (${distinct})) AS surplus`), 'surplus');
}

const mostLevels = 6;
const fewValues = 30;
const nearly = 1.01;

/** Texts that have one value for each series, and fewer values than there are series. */
async function levelsOf(session: Session, { source, roles, columns, chosen }: TradeScope, numbers: readonly number[]): Promise<LevelLook[]> {
  if (chosen.series < 4) return [];
  const others = [roles.time, roles.target, roles.price, roles.stock, roles.currency, roles.unit, roles.order, roles.status, roles.open, roles.text].map((column) => column?.name);
  const alone = numbers.length === 1 ? chosen.columns : [];
  const possible = columns.filter(({ name, text, filled, rows, distinct, time }) =>
    !others.includes(name) && !alone.includes(name) && text !== undefined && time === undefined && filled >= 0.95 * rows && distinct > 1 && distinct <= 0.5 * chosen.series);
  const key = chosen.columns.map((name) => textCell(source, name, 'look')).map((cell, i) => `upper(${cell}) AS key_${String(i)}`).join(', ');
  const names = chosen.columns.map((_, i) => `key_${String(i)}`).join(', ');
  const found: LevelLook[] = [];
  for (const { name, distinct, text } of possible) {
    const cell = textCell(source, name, 'look');
    const row = await session.row(`SELECT count(*) AS pairs FROM (SELECT DISTINCT ${names}, level FROM (SELECT ${key}, ${cell} AS level FROM looked) WHERE level IS NOT NULL)`);
    if (numberIn(row, 'pairs') > nearly * chosen.series) continue;
    found.push({ column: name, distinct, values: distinct <= fewValues ? (text?.top ?? []).map(({ value }) => value).toSorted() : [] });
    if (found.length === mostLevels) break;
  }
  return found;
}

async function weekdaysOf(session: Session): Promise<number[]> {
  const rows = await session.rows('SELECT isodow(time) AS weekday, count(*) AS rows FROM sold WHERE target > 0 AND time IS NOT NULL GROUP BY weekday');
  const counts = new Map(rows.map((row) => [numberIn(row, 'weekday'), numberIn(row, 'rows')]));
  return [1, 2, 3, 4, 5, 6, 7].map((weekday) => counts.get(weekday) ?? 0);
}

/** What the filters leave is what a band of rows has to hold for. */
async function dayRowsOf(session: Session, openOnly: boolean): Promise<ReadonlyMap<number, number>> {
  const rows = await session.rows(`SELECT datediff('day', DATE '1970-01-01', CAST(time AS DATE)) AS day, count(*) AS rows FROM sold WHERE time IS NOT NULL ${openOnly ? 'AND open > 0' : ''} GROUP BY day ORDER BY day`);
  return new Map(rows.map((row) => [numberIn(row, 'day'), numberIn(row, 'rows')]));
}

async function closedRowsOf(session: Session, { open }: Roles): Promise<DatasetLook['closedRows']> {
  if (open === undefined) return undefined;
  const row = await session.row('SELECT coalesce(avg(CAST(open = 0 AS INTEGER)), 0) AS share, coalesce(avg(CAST(target = 0 AS INTEGER)) FILTER (open = 0), 0) AS without FROM sold');
  return { share: numberIn(row, 'share'), withoutSales: numberIn(row, 'without') };
}

async function stepsOf(session: Session, key: string): Promise<DatasetLook['steps']> {
  const row = await session.row(`WITH steps AS (SELECT target - lag(target) OVER (PARTITION BY ${key} ORDER BY time, target) AS step FROM sold WHERE target IS NOT NULL AND time IS NOT NULL)
    SELECT coalesce(avg(CAST(step >= 0 AS INTEGER)), 0) AS not_falling, coalesce(avg(CAST(step > 0 AS INTEGER)), 0) AS rising FROM steps WHERE step IS NOT NULL`);
  return { notFalling: numberIn(row, 'not_falling'), rising: numberIn(row, 'rising') };
}
