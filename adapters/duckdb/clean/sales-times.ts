import { dayLength, type PeriodLength, startUnit } from '../../../domain/calendar.ts';
import { periodSql, startNumberSql } from '../period-start.ts';
import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';

/** When a part of a sales table has rows that count: days of the business since 1970-01-01, hours for hours; ascending, with the number of rows. */
export interface SalesTimes {
  readonly starts: readonly number[];
  readonly rows: readonly number[];
}

/** Rows that say how much was sold: kept, and with a target. */
export const counting = 'kept AND target IS NOT NULL';

/** Looks at the times of one part of a snapshot's sales. */
export async function salesTimes(session: Session, { file, frequency }: { readonly file: string; readonly frequency: PeriodLength }): Promise<SalesTimes> {
  const unit = startUnit(frequency);
  const found = await session.rows(
    `SELECT ${startNumberSql(periodSql('time', dayLength(frequency)), unit)} AS start, count(*) AS rows FROM ${parquetFiles([file])} WHERE ${counting} GROUP BY start ORDER BY start`);
  return { starts: found.map((row) => numberIn(row, 'start')), rows: found.map((row) => numberIn(row, 'rows')) };
}
