import { expect, test } from 'vitest';
import { addPeriods, dayOfIso, isoOfDay, type PeriodLength } from '../../../domain/calendar.ts';
import { completePeriods } from '../../../domain/cleaning/complete-periods.ts';

interface Rows { readonly from: string; readonly to: string; readonly step: PeriodLength; readonly frequency: PeriodLength; readonly cutoff?: string }

/** Last complete period of rows that come once a step. */
function lastOf({ from, to, step, frequency, cutoff }: Rows): string {
  const end = dayOfIso(to) ?? Number.NaN;
  const days: number[] = [];
  for (let day = dayOfIso(from) ?? Number.NaN; day <= end; day = addPeriods(day, 1, step)) days.push(day);
  return isoOfDay(completePeriods(days, frequency, cutoff === undefined ? undefined : dayOfIso(cutoff)).last);
}

const mondays = { from: '2011-09-05', to: '2011-12-05', step: 'week', frequency: 'week' } as const;
const firsts = { from: '2011-01-01', to: '2011-12-01', step: 'month', frequency: 'month' } as const;
const sundays = { from: '2011-09-04', to: '2011-12-04', step: 'week-sunday', frequency: 'week-sunday' } as const;
const aligned = { from: '2011-09-04', to: '2011-12-10', step: 'day', frequency: 'week-sunday' } as const;
const days = { from: '2011-09-05', to: '2011-12-11', step: 'day', frequency: 'week' } as const;

test.each<[string, Rows, string]>([
  ['a total of a week that the cutoff cuts was not known yet', { ...mondays, cutoff: '2011-11-09' }, '2011-10-31'],
  ['a total is known on the last day of its week', { ...mondays, cutoff: '2011-11-13' }, '2011-11-07'],
  ['a total of a month that the cutoff cuts was not known yet', { ...firsts, cutoff: '2011-11-29' }, '2011-10-01'],
  ['a total is known on the last day of its month', { ...firsts, cutoff: '2011-11-30' }, '2011-11-01'],
  ['without a cutoff the newest total is complete by itself', mondays, '2011-12-05'],
  ['days count until the week before the one that the cutoff cuts', { ...days, cutoff: '2011-11-09' }, '2011-10-31'],
  ['days count as a week on its last day', { ...days, cutoff: '2011-11-13' }, '2011-11-07'],
  ['a week from Sunday that the data reach the Saturday of is complete', aligned, '2011-12-04'],
  ['one that they do not is not', { ...aligned, to: '2011-12-09' }, '2011-11-27'],
  ['days count until the week from Sunday before the one that the cutoff cuts', { ...aligned, cutoff: '2011-11-09' }, '2011-10-30'],
  ['totals dated on Sundays are weeks from Sunday', sundays, '2011-12-04'],
  ['and are known on the Saturday after', { ...sundays, cutoff: '2011-12-09' }, '2011-11-27'],
  ['a month from the 26th that ends after the data is left out', { ...aligned, frequency: 'month-26' }, '2011-10-26'],
  ['totals of the last day of a month are one for each month from the 26th', { from: '2011-01-31', to: '2011-01-31', step: 'month', frequency: 'month-26' }, '2011-01-26'],
])('%s', (_, rows, last) => {
  expect(lastOf(rows)).toBe(last);
});

test('rows of no day are no period', () => {
  expect(completePeriods([], 'week').count).toBe(0);
});
