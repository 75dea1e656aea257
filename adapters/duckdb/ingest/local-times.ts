import { BadInput } from '../../../contracts/failure.ts';
import type { Sources } from '../../../contracts/pipeline.schema.ts';
import { type CellSql, textCell, timeCell, type TimeFormat } from '../sources/cells.ts';
import { columnNamed, type OpenSource } from '../sources/open-source.ts';
import { quoted } from '../row-values.ts';
import type { Session } from '../session.ts';
import { type Binder, identifier } from '../sql-text.ts';

export interface LocalTime {
  readonly source: OpenSource;
  readonly column: string;
  readonly role: string;
  readonly format: TimeFormat;
  readonly zones: Pick<Sources['sales'], 'timezone' | 'recordedIn'>;
  readonly binder: Binder;
}

/** A time of day behind a date; a date alone is a day of the calendar and has no zone. */
const withClock = String.raw`\d[T ]?\s*\d{1,2}:\d{2}`;
/** `Z` or an offset from UTC, with a time of day before it. */
const withOffset = String.raw`\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*(Z|z|UTC|[+-]\d{2}(:?\d{2})?)$`;

/**
 * The time of a row as TIMESTAMP in local time of the business. Without `timezone` times are taken as they are written, moments in UTC.
 * With it, moments (columns with a time zone, texts with an offset or `Z`) become local time there; times without an offset are those of
 * `recordedIn`, by default the business's own, which are then taken as they are; dates without a time of day stay the day that they say.
 *
 * Where `recordedIn` puts its clocks forward, a time in the hour that does not exist is read as if they had not been (02:30 is an hour
 * after 01:30); where it puts them back, an hour that exists twice is the later one. Local times of the business repeat that hour.
 */
export function localTime({ source, column, role, format, zones: { timezone, recordedIn = timezone }, binder }: LocalTime): CellSql {
  const cell = timeCell(source, column, role, format);
  if (timezone === undefined) return cell;
  // Bound where it is used: a parameter that stands nowhere is an error.
  const zone = (): string => binder.add(timezone);
  const { type } = columnNamed(source, column, role);
  if (type === 'TIMESTAMP WITH TIME ZONE') return { ...cell, value: `(${identifier(column)} AT TIME ZONE ${zone()})` };
  if (type === 'DATE') return cell;
  const converted = (value: string): string => (recordedIn === undefined || recordedIn === timezone ? value : `((${value}) AT TIME ZONE ${binder.add(recordedIn)} AT TIME ZONE ${zone()})`);
  if (cell.text === undefined) return { ...cell, value: converted(cell.value) };
  // A declared format with an offset makes moments of all that it reads.
  if (format.some((one) => one.includes('%z'))) return { ...cell, value: `((${cell.value}) AT TIME ZONE ${zone()})` };
  const text = textCell(source, column, role);
  // DuckDB reads no offset behind a time without seconds.
  const moment = `(TRY_CAST(regexp_replace(${text}, '([T ]\\d{1,2}:\\d{2})\\s*([Zz+-].*)$', '\\1:00\\2') AS TIMESTAMPTZ) AT TIME ZONE ${zone()})`;
  return {
    ...cell,
    value: `CASE WHEN regexp_matches(${text}, '${withOffset}') THEN ${moment} WHEN regexp_matches(${text}, '${withClock}') THEN ${converted(cell.value)} ELSE ${cell.value} END`,
  };
}

/** Throws `BadInput` for a zone that the time zone database does not have. */
export async function checkZones(session: Session, { timezone, recordedIn }: Pick<Sources['sales'], 'timezone' | 'recordedIn'>): Promise<void> {
  if (recordedIn !== undefined && timezone === undefined) {
    throw new BadInput('sources.sales.recordedIn says where times were written down, but not where the business is: set sources.sales.timezone, too');
  }
  for (const [name, zone] of [['timezone', timezone], ['recordedIn', recordedIn]] as const) {
    if (zone === undefined) continue;
    const { known } = await session.row('SELECT count(*) AS known FROM pg_timezone_names() WHERE name = $zone', { zone });
    if (known === 0) throw new BadInput(`sources.sales.${name}: ${quoted(zone)} is no time zone; give one of the time zone database, for instance Europe/London or Asia/Shanghai`);
  }
}
