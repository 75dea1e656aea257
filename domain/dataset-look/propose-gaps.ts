import { type PeriodLength, unitOf, weekdays } from '../calendar.ts';
import type { DatasetLook } from './dataset-look.ts';
import type { Choice } from './frequency.ts';
import { percent } from './roles.ts';

/** Share of the usual weekday's rows below which a weekday is quiet, and below which it has no sales at all. */
const quiet = 0.1;
const none = 0.005;
/** Shares of periods with a row that leave no question, and of zeros that show that periods without sales are written down. */
const complete = 0.999;
const zerosWritten = 0.005;

/** What a period without a row means. */
export function proposeGaps(look: DatasetLook, frequency: PeriodLength): Choice<'no-sale' | 'closed' | 'unknown'> {
  const { chosen: { spacing }, roles: { target }, closedRows } = look;
  const [{ coverage }, unit] = [spacing, unitOf(frequency)];
  if (!spacing.isPanel) return { value: 'no-sale', reason: `there are rows for sales only: a ${unit} without one is a ${unit} without a sale` };
  if ((closedRows?.share ?? 0) > 0) return { value: 'closed', reason: 'periods of which the file says that they were closed, or says nothing' };
  const rows = `${percent(coverage)} of the steps between the first and the last row of a series have one`;
  if (coverage >= complete) return { value: 'unknown', reason: `${rows}; of one without, nobody knows` };
  if ((target.number?.zero ?? 0) > zerosWritten) return { value: 'unknown', reason: `${rows}, and ${percent(target.number?.zero ?? 0)} of the rows are zero: a missing row is no zero` };
  const usual = usualWeekday(look.weekdays);
  const day = look.weekdays.findIndex((count) => count < quiet * usual);
  if ((unit === 'day' || unit === 'hour') && day >= 0) return { value: 'closed', reason: `${rows}, none of them zero, and hardly one is a ${weekdays[day] ?? ''}: missing rows are closed days` };
  return { value: 'no-sale', reason: `${rows}, and no row is zero: periods without sales seem to be left out` };
}

/** Weekdays on which nothing is ever sold, for days and hours. */
export function proposeClosed({ weekdays: counts, chosen }: DatasetLook, frequency: PeriodLength): Choice<readonly string[]> | undefined {
  const unit = unitOf(frequency);
  if ((unit !== 'day' && unit !== 'hour') || chosen.spacing.periods.day < 28) return undefined;
  const usual = usualWeekday(counts);
  const closed = weekdays.filter((_, i) => (counts[i] ?? 0) < none * usual);
  return closed.length === 0 || closed.length === 7 ? undefined : { value: closed, reason: `fewer than one sale in ${String(Math.round(1 / none))} falls on them` };
}

function usualWeekday(counts: readonly number[]): number {
  return counts.toSorted((a, b) => a - b)[3] ?? 0;
}
