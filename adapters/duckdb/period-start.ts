import { alignmentOf, type PeriodLength, type StartUnit } from '../../domain/calendar.ts';

/** SQL of a moment as the business has it: its date is the day of the business that it belongs to. @param time SQL of a TIMESTAMP */
export function businessTimeSql(time: string, length: PeriodLength): string {
  const { minutes } = alignmentOf(length);
  return minutes === 0 ? time : `(${time} - INTERVAL ${String(minutes)} MINUTE)`;
}

/** SQL of the first moment of a period, the other way round. @param start SQL of a period's start as files hold it */
export function firstMomentSql(start: string, length: PeriodLength): string {
  const { minutes } = alignmentOf(length);
  return minutes === 0 ? start : `(${start} + INTERVAL ${String(minutes)} MINUTE)`;
}

/** SQL of the start of the period that a moment lies in, a DATE or a TIMESTAMP at midnight, for hours on the hour. @param time SQL of a TIMESTAMP */
export function periodSql(time: string, length: PeriodLength): string {
  const { unit, weekday, monthDay } = alignmentOf(length);
  const own = businessTimeSql(time, length);
  const days = unit === 'week' ? weekday : monthDay - 1;
  // As many days earlier, weeks begin on Monday and months on the 1st.
  return days === 0 ? `date_trunc('${unit}', ${own})` : `(date_trunc('${unit}', ${own} - INTERVAL ${String(days)} DAY) + INTERVAL ${String(days)} DAY)`;
}

/** SQL of a period's start as files hold it: a DATE, for hours a TIMESTAMP. @param number SQL of the start as an integer (see `PeriodLength`) */
export function startSql(number: string, unit: StartUnit): string {
  return unit === 'hour' ? `(TIMESTAMP '1970-01-01' + ${number} * INTERVAL 1 HOUR)` : `(DATE '1970-01-01' + ${number})`;
}

/** SQL of a period's start as an INTEGER. @param start SQL of a DATE or TIMESTAMP */
export function startNumberSql(start: string, unit: StartUnit): string {
  return `CAST(datediff('${unit}', ${unit === 'hour' ? 'TIMESTAMP' : 'DATE'} '1970-01-01', ${start}) AS INTEGER)`;
}

/** What a column of starts counts in, by DuckDB's type of it. */
export function unitOfColumn(type: string): StartUnit {
  return type.startsWith('TIMESTAMP') ? 'hour' : 'day';
}
