import { addPeriods, dayOfIso, type PeriodLength, startOfIso } from '../calendar.ts';
import { type CompletePeriods, completePeriods } from './complete-periods.ts';

/** When rows that count lie, over all parts of a sales table: days (hours for hours), ascending, with the number of rows each. */
export interface RowTimes {
  readonly starts: readonly number[];
  readonly rows: readonly number[];
}

export interface PanelExtent extends CompletePeriods {
  /** Last day (hour for hours) that is seen. */
  readonly until: number;
  /** Rows that are seen, in periods that the data do not cover in whole. */
  readonly droppedRows: number;
}

/** @param cutoff ISO date, for hours also with the hour; a date means its whole day. Undefined when it is no such text. */
export function cutoffStart(cutoff: string, frequency: PeriodLength): number | undefined {
  const day = dayOfIso(cutoff);
  if (frequency !== 'hour' || cutoff.length > 10) return startOfIso(cutoff, frequency);
  return day === undefined ? undefined : 24 * day + 23;
}

/** The complete periods of a sales table and what they leave out. @param cutoff last day (hour) that is seen */
export function panelExtent(times: RowTimes, frequency: PeriodLength, cutoff?: number): PanelExtent {
  const complete = completePeriods(times.starts, frequency, cutoff);
  const until = cutoff ?? complete.to;
  const end = addPeriods(complete.last, 1, frequency);
  const droppedRows = times.starts.reduce((sum, start, i) => sum + (start <= until && (start < complete.first || start >= end) ? (times.rows[i] ?? 0) : 0), 0);
  return { ...complete, until, droppedRows };
}
