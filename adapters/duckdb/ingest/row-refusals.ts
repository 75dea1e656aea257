import { BadInput } from '../../../contracts/failure.ts';
import type { Sources } from '../../../contracts/pipeline.schema.ts';
import { counted, numberIn, quoted, textIn } from '../row-values.ts';
import type { ParsedColumn, SalesRows } from './sales-rows.ts';
import type { Session } from '../session.ts';

export interface RowChecks {
  readonly uri: string;
  readonly columns: Sources['sales']['columns'];
  readonly rows: SalesRows;
  /** ISO date or moment of the run's start. */
  readonly now: string;
}

/** Throws `BadInput` that names the first row of `lines` which can't be used; rows that the filters leave out may hold anything. */
export async function refuseBadRows(session: Session, { uri, columns, rows, now }: RowChecks): Promise<void> {
  const { total } = await session.row('SELECT count(*) AS total FROM lines');
  if (total === 0) throw new BadInput(`${uri}: the file has a header but no rows; export it again`);
  await refuseUnreadable(session, uri, rows.parsed);
  await refuseFirst(session, uri, columns.series, 'kept AND series IS NULL', () => 'the series key is empty; fill it in, or filter such rows away (rule: matches, pattern: .)');
  await refuseFirst(session, uri, columns.series, 'kept AND contains(series, chr(0))', () => 'the series key holds a NUL character, which no database takes; take it out');
  await refuseFirst(session, uri, columns.time, 'kept AND time IS NULL', () => 'the date is empty; fill it in, or filter such rows away (rule: matches, pattern: .)');
  // The run's start is in UTC; shops up to 14 hours east of it sell on the next day already.
  await refuseFirst(
    session, uri, columns.time, 'kept AND CAST(time AS DATE) > CAST($day AS DATE) + 1',
    (value) => `${value} lies in the future (the run started on ${now.slice(0, 10)}); correct the date or its format (csv.timeFormat), or filter the row away`,
    { day: now.slice(0, 10) },
  );
  await refuseNothingKept(session, uri, rows.filters, numberIn({ total: total ?? null }, 'total'));
}

async function refuseUnreadable(session: Session, uri: string, parsed: readonly ParsedColumn[]): Promise<void> {
  const bad = parsed.map(({ value, text }, i) => `SELECT row, ${String(i)} AS which, ${text} AS found FROM lines WHERE in_scope AND ${text} IS NOT NULL AND ${value} IS NULL`);
  if (bad.length === 0) return;
  const [first] = await session.rows(`${bad.join(' UNION ALL ')} ORDER BY row, which LIMIT 1`);
  const column = first === undefined ? undefined : parsed[numberIn(first, 'which')];
  if (first === undefined || column === undefined) return;
  const found = textIn(first, 'found');
  const reason = column.kind === 'time'
    ? `${quoted(found)} is not a date; correct it, or set csv.timeFormat (for instance '%d/%m/%Y %H:%M')`
    : `${quoted(found)} is not a number${/^-?[\d. ]+,\d+$/.test(found) ? " (decimal comma? set csv.decimal: ',')" : '; correct it, or filter the row away'}`;
  throw new BadInput(`${uri} row ${counted(numberIn(first, 'row'))}, column "${column.column}": ${reason}`);
}

async function refuseFirst(
  session: Session, uri: string, column: string, condition: string, reason: (value: string) => string, parameters: Readonly<Record<string, string>> = {},
): Promise<void> {
  const [first] = await session.rows(`SELECT row, coalesce(strftime(time, '%Y-%m-%d'), '') AS day FROM lines WHERE ${condition} ORDER BY row LIMIT 1`, parameters);
  if (first !== undefined) throw new BadInput(`${uri} row ${counted(numberIn(first, 'row'))}, column "${column}": ${reason(textIn(first, 'day'))}`);
}

async function refuseNothingKept(session: Session, uri: string, filters: readonly string[], total: number): Promise<void> {
  const removed = filters.map((_, i) => `count(*) FILTER (holds_${String(i)} IS NOT TRUE) AS removed_${String(i)}`);
  const found = await session.row(`SELECT count(*) FILTER (kept) AS kept, count(*) FILTER (returned) AS returned${removed.map((r) => `, ${r}`).join('')} FROM lines`);
  if (numberIn(found, 'kept') > 0) return;
  const parts = filters.map((filter, i) => `${filter}: ${counted(numberIn(found, `removed_${String(i)}`))}`);
  if (numberIn(found, 'returned') > 0) parts.push(`returns: ${counted(numberIn(found, 'returned'))}`);
  throw new BadInput(`${uri}: the filters leave none of ${counted(total)} rows (removed by ${parts.join('; ')}); loosen them`);
}

/** Throws `BadInput` when no series has sales on two days: mostly a key that names orders, not products. */
export async function refuseSingleDays(session: Session, { uri, column }: { readonly uri: string; readonly column: string }): Promise<void> {
  const found = await session.row(
    'SELECT count(*) AS series, max(days) AS longest FROM (SELECT count(DISTINCT CAST(time AS DATE)) AS days FROM lines WHERE kept GROUP BY series)');
  if (numberIn(found, 'longest') > 1) return;
  const series = numberIn(found, 'series');
  const what = series === 1 ? 'the only series has' : `each of ${counted(series)} series has`;
  throw new BadInput(`${uri}, column "${column}": ${what} sales on a single day, which nothing can be learnt from; name the column that tells products apart (columns.series), or give a longer history`);
}
