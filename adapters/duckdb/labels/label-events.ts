import { BadInput } from '../../../contracts/failure.ts';
import type { Labels } from '../../../contracts/labels.schema.ts';
import type { Sources } from '../../../contracts/pipeline.schema.ts';
import { counted, numberIn, quoted, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { localTime } from '../ingest/local-times.ts';
import { type CellSql, numberCell, textCell } from '../sources/cells.ts';
import { checkPattern, filterSql } from '../sources/filters.ts';
import { columnNamed, type OpenSource, reading } from '../sources/open-source.ts';
import { timeFormatOf } from '../sources/time-format.ts';
import { createBinder, identifier } from '../sql-text.ts';

export interface EventsQuestion {
  readonly labels: Labels;
  readonly sales: Sources['sales'];
}

/** The table that {@link addEvents} fills: one row per event, `entity VARCHAR, day INTEGER (since 1970-01-01), value DOUBLE`. */
export const eventsTable = 'label_events';

export async function createEventsTable(session: Session): Promise<void> {
  await session.run(`CREATE OR REPLACE TEMP TABLE ${eventsTable} (entity VARCHAR, day INTEGER, value DOUBLE)`);
}

export interface ReadEvents {
  /** Rows of the file, and events without an entity, which can't be of anybody. */
  readonly rows: number;
  readonly withoutEntity: number;
  /** First and last day of any row, event or not: what the file covers. */
  readonly firstDay: number;
  readonly lastDay: number;
}

/** Adds the events of one source file. `BadInput` for a row whose time or number can't be read, with file, row and column. */
export async function addEvents(session: Session, source: OpenSource, { labels, sales }: EventsQuestion): Promise<ReadEvents> {
  const { columns, normalizeSeries } = sales;
  const binder = createBinder();
  const scope = { source, seriesColumn: typeof columns.series === 'string' ? columns.series : '', normalizeSeries, binder };
  for (const filter of labels.where) {
    columnNamed(source, filter.column, `${filter.rule} filter of labels.where`);
    if ('pattern' in filter) await checkPattern(session, filter.pattern, `labels.where on "${filter.column}"`);
  }
  const timeColumn = labels.time ?? columns.time;
  const format = await timeFormatOf(session, source, timeColumn, 'labels.time');
  // A day is a day of the business, as everywhere.
  const time = localTime({ source, column: timeColumn, role: 'labels.time', format, zones: sales, binder });
  const value = labels.rule === 'sum-within' ? numberCell(source, labels.value ?? columns.target, 'labels.value') : undefined;
  const conditions = labels.where.map((filter) => filterSql(filter, scope));
  const isEvent = conditions.length === 0 ? 'true' : conditions.map(({ condition }) => `coalesce(${condition}, false)`).join(' AND ');
  const cells = [{ cell: time, isTime: true }, ...[value, ...conditions.map(({ cell }) => cell)].flatMap((cell) => (cell === undefined ? [] : [{ cell, isTime: false }]))];
  const unreadable = cells.filter(({ cell }) => cell.text !== undefined);

  await reading(source.uri, () =>
    session.run(
      `CREATE OR REPLACE TEMP TABLE label_cells AS
       SELECT row, entity, CAST(datediff('day', DATE '1970-01-01', CAST(time AS DATE)) AS INTEGER) AS day, value, is_event, bad, ${unreadable.map((_, i) => `text_${String(i)}`).concat('NULL AS no_text').join(', ')}
       FROM (SELECT *, CASE ${[...unreadable.map((_, i) => `WHEN text_${String(i)} IS NOT NULL AND value_${String(i)} IS NULL THEN ${String(i)}`), 'WHEN is_event AND entity IS NOT NULL AND time IS NULL THEN -1'].join(' ')} END AS bad
         FROM (SELECT ${source.rowNumber} AS row, ${entitySql(source, labels.entity)} AS entity, ${time.value} AS time, ${value?.value ?? 'CAST(NULL AS DOUBLE)'} AS value, ${isEvent} AS is_event,
                 ${unreadable.map(({ cell }, i) => `${cell.text ?? 'NULL'} AS text_${String(i)}, ${cell.value} AS value_${String(i)}, `).join('')} NULL AS none
               FROM ${source.relation}))`,
      { ...source.parameters, ...binder.values },
    ),
  );
  await refuseBad(session, { source, timeColumn, unreadable });
  await session.run(`INSERT INTO ${eventsTable} SELECT entity, day, value FROM label_cells WHERE is_event AND entity IS NOT NULL`);
  const facts = await session.row('SELECT count(*) AS rows, count(*) FILTER (is_event AND entity IS NULL) AS nobody, min(day) AS first, max(day) AS last FROM label_cells');
  await session.run('DROP TABLE label_cells');
  if (facts['first'] === null) throw new BadInput(`${source.uri}, column "${timeColumn}" (labels.time): no row has a time`);
  return { rows: numberIn(facts, 'rows'), withoutEntity: numberIn(facts, 'nobody'), firstDay: numberIn(facts, 'first'), lastDay: numberIn(facts, 'last') };
}

interface Cells {
  readonly source: OpenSource;
  readonly timeColumn: string;
  readonly unreadable: readonly { readonly cell: CellSql; readonly isTime: boolean }[];
}

async function refuseBad(session: Session, { source, timeColumn, unreadable }: Cells): Promise<void> {
  const [first] = await session.rows('SELECT * FROM label_cells WHERE bad IS NOT NULL ORDER BY row LIMIT 1');
  if (first === undefined) return;
  const at = `${source.uri} row ${counted(numberIn(first, 'row'))}`;
  const bad = numberIn(first, 'bad');
  const found = unreadable[bad];
  if (found === undefined) throw new BadInput(`${at}, column "${timeColumn}" (labels.time): an event without a time; leave such rows out by labels.where, or fill it in`);
  const text = quoted(textIn(first, `text_${String(bad)}`));
  throw new BadInput(`${at}, column "${found.cell.column}": ${text} is not ${found.isTime ? 'a date or time; correct it, or set csv.timeFormat' : "a number (decimal comma? set csv.decimal: ',')"}`);
}

/** Whole numbers without decimals: a column with gaps is often kept as floating-point numbers, and customer 17850.0 is customer 17850. */
function entitySql(source: OpenSource, name: string): string {
  const { type } = columnNamed(source, name, 'labels.entity');
  const text = textCell(source, name, 'labels.entity');
  if (type !== 'DOUBLE' && type !== 'FLOAT') return text;
  const number = identifier(name);
  return `CASE WHEN isfinite(${number}) AND ${number} = trunc(${number}) AND abs(${number}) < 9e15 THEN CAST(CAST(${number} AS BIGINT) AS VARCHAR) ELSE ${text} END`;
}
