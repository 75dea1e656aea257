import type { PeriodLength } from '../../../domain/calendar.ts';
import { spanLength } from '../../../domain/spans.ts';

/** SQL of `spanStart` (domain/spans.ts) of the period that a TIMESTAMP lies in, as days since 1970-01-01; NULL for NULL. */
export function spanSql(time: string, frequency: PeriodLength): string {
  const start = frequency === 'week' ? `date_trunc('week', ${time})` : time;
  return `datediff('day', DATE '1970-01-01', CAST(date_trunc('${spanLength(frequency)}', ${start}) AS DATE))`;
}

/** SQL of the first moment of the period that a TIMESTAMP lies in. */
export function periodSql(time: string, frequency: PeriodLength): string {
  return `date_trunc('${frequency}', ${time})`;
}
