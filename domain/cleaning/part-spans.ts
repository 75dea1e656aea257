import { addPeriods, dayOfStart, isoOfDay, type PeriodLength, startOfDay } from '../calendar.ts';
import { spanLength, spanStart } from '../spans.ts';

/** The periods of a panel that lie in one span. */
export interface PartSpan {
  /** ISO date of the first day of the span. */
  readonly from: string;
  /** Starts of the first and the last period in it. */
  readonly first: number;
  readonly last: number;
}

/** Every span that periods from `first` to `last` (starts) lie in, oldest first. */
export function partSpans(first: number, last: number, frequency: PeriodLength): readonly PartSpan[] {
  const spans: PartSpan[] = [];
  for (let start = first; start <= last;) {
    const span = spanStart(start, frequency);
    const next = firstPeriodFrom(addPeriods(span, spanLength(frequency) === 'month' ? 1 : 12, 'month'), frequency);
    const end = addPeriods(next, -1, frequency);
    spans.push({ from: isoOfDay(span), first: start, last: Math.min(end, last) });
    start = next;
  }
  return spans;
}

/** Start of the first period that begins on `day` or later. */
function firstPeriodFrom(day: number, frequency: PeriodLength): number {
  const start = startOfDay(day, frequency);
  return dayOfStart(start, frequency) < day ? addPeriods(start, 1, frequency) : start;
}
