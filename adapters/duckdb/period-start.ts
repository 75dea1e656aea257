import type { StartUnit } from '../../domain/calendar.ts';

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
