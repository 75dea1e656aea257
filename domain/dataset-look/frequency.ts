import { type PeriodLength, type PeriodUnit, unitOf, weekdays } from '../calendar.ts';
import { percent, whole } from './roles.ts';

/** How the rows of the series lie in time. */
export interface Spacing {
  /** Share of times that are not midnight, and that are not on the full hour. */
  readonly withClock: number;
  readonly withMinutes: number;
  /** Days between neighbouring different days of the file: the median, and the share of the gaps that equal it. */
  readonly step: number;
  readonly regular: number;
  /** Whether (series, time) tells the rows apart: a table of periods, not of sales. */
  readonly isPanel: boolean;
  /** For such a table, share of the steps between the first row of a series and its last that have a row; else 0. */
  readonly coverage: number;
  /** Hours, days, weeks, months from the first to the last row. */
  readonly periods: Readonly<Record<PeriodUnit, number>>;
  /** Share of a series' periods, from its first sale to the end of the data, in which something was sold; series count by their rows. */
  readonly density: Readonly<Record<PeriodUnit, number>>;
}

export interface Choice<T> {
  readonly value: T;
  readonly reason: string;
}

/** Series that sell in fewer periods than this are mostly zeros: a coarser period says more. */
const enough = 0.6;
/** So many periods are wanted before a period length is worth learning from. */
const leastPeriods: Readonly<Record<PeriodUnit, number>> = { hour: 24 * 21, day: 90, week: 30, month: 14 };

/**
 * The period that the file is recorded in, where it is a table of periods; else the shortest one in which what sells well sells mostly. Weeks of
 * a table that dates all of them on one weekday begin on it.
 * @param rowsOfWeekdays rows with sales by weekday, Monday first
 */
export function proposeFrequency(spacing: Spacing, rowsOfWeekdays: readonly number[] = []): Choice<PeriodLength> {
  const { density, periods, isPanel, coverage, step, regular, withClock, withMinutes } = spacing;
  // Sums of the days on which something was sold are sales, too.
  if (isPanel && coverage >= 0.5 && regular >= 0.8) {
    if (step >= 28) return { value: 'month', reason: `the rows are ${whole(step)} days apart` };
    if (step >= 6.5 && step <= 7.5) return weeksOf(rowsOfWeekdays);
    if (step < 0.1 && withClock > 0.5 && withMinutes < 0.05) return { value: 'hour', reason: 'there is a row for each hour' };
    if (step > 0.9 && step < 1.1) return { value: 'day', reason: 'there is a row for each day' };
  }
  const said = (length: PeriodUnit): string => percent(density[length]);
  for (const length of ['day', 'week', 'month'] as const) {
    if (density[length] < enough || periods[length] < leastPeriods[length]) continue;
    const finer = length === 'day' ? undefined : length === 'week' ? 'day' : 'week';
    return { value: length, reason: `what sells well sells in ${said(length)} of the ${length}s${finer === undefined ? '' : `, but in ${said(finer)} of the ${finer}s only`}` };
  }
  const value = periods.week >= leastPeriods.week && periods.month < leastPeriods.month ? 'week' : periods.month >= leastPeriods.month ? 'month' : 'day';
  return { value, reason: `sales are rare: even what sells well sells in ${said(value)} of the ${value}s only; a coarser series may be forecast better` };
}

function weeksOf(rowsOfWeekdays: readonly number[]): Choice<PeriodLength> {
  const apart = 'the rows are seven days apart';
  const [day, ...others] = weekdays.filter((_, i) => (rowsOfWeekdays[i] ?? 0) > 0);
  if (day === undefined || others.length > 0 || day === 'monday') return { value: 'week', reason: apart };
  return { value: `week-${day}`, reason: `${apart}, each on a ${day.charAt(0).toUpperCase()}${day.slice(1)}: weeks that begin on it keep the dates of the file` };
}

const usual: Readonly<Record<PeriodUnit, number>> = { hour: 48, day: 28, week: 4, month: 3 };
const folds = 3;

/** As far ahead as such data are usually planned, and no farther than the history can test three times over. */
export function proposeHorizon(frequency: PeriodLength, periods: number, asked?: number): Choice<number> {
  const unit = unitOf(frequency);
  const testable = Math.max(1, Math.floor(periods / (2 * (folds + 1))));
  if (asked !== undefined) return { value: asked, reason: asked > testable ? `as asked; ${whole(periods)} ${unit}s test about ${whole(testable)}` : 'as asked' };
  const wanted = unit === 'week' && periods >= 130 ? 8 : unit === 'month' && periods >= 48 ? 6 : usual[unit];
  if (wanted <= testable) return { value: wanted, reason: `${whole(periods)} ${unit}s are enough to test it ${String(folds)} times` };
  return { value: testable, reason: `no more can be tested ${String(folds)} times in ${whole(periods)} ${unit}s` };
}
