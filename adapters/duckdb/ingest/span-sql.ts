import { alignmentOf, type PeriodLength } from '../../../domain/calendar.ts';
import { spanLength } from '../../../domain/spans.ts';
import { businessTimeSql, periodSql } from '../period-start.ts';

/** SQL of `spanStart` (domain/spans.ts) of the period that a TIMESTAMP lies in, as days since 1970-01-01; NULL for NULL. */
export function spanSql(time: string, frequency: PeriodLength): string {
  const { unit, monthDay } = alignmentOf(frequency);
  // Other periods lie in one span whole.
  const start = unit === 'week' || monthDay > 1 ? periodSql(time, frequency) : businessTimeSql(time, frequency);
  return `datediff('day', DATE '1970-01-01', CAST(date_trunc('${spanLength(frequency)}', ${start}) AS DATE))`;
}
