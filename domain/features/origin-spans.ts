import { addPeriods, dayOfIso, dayOfStart, type PeriodLength, startOfDay } from '../calendar.ts';
import type { Reach } from './reach.ts';

/** Origins that make one part of the table, and the parts of the panel that they rest on. */
export interface OriginSpan {
  /** ISO date of the span's first day, as of the panel's part. */
  readonly from: string;
  /** First and last origin. */
  readonly first: number;
  readonly last: number;
  /** Numbers of the oldest and the newest part of the panel that its rows rest on: back as far as features reach, ahead one horizon for targets. */
  readonly oldestPart: number;
  readonly newestPart: number;
}

export interface SpanQuestion {
  /** ISO dates of the first days of the panel's parts, oldest first. */
  readonly parts: readonly string[];
  readonly frequency: PeriodLength;
  /** Starts of the first and the last period of the panel. */
  readonly first: number;
  readonly last: number;
  readonly horizon: number;
  readonly reach: Reach;
}

/** One part of the origin table for every part of the panel. */
export function originSpans({ parts, frequency, first, last, horizon, reach }: SpanQuestion): readonly OriginSpan[] {
  const starts = parts.map((from) => Math.max(first, firstPeriodOf(from, frequency)));
  const back = Math.max(reach.sales, reach.recent, reach.market);
  /** Number of the part with a period; the nearest one for a period that none has. */
  const partOf = (period: number): number => Math.max(0, starts.findLastIndex((start) => start <= period));
  return starts.map((start, number) => {
    const next = starts[number + 1];
    const end = next === undefined ? last : addPeriods(next, -1, frequency);
    return {
      from: parts[number] ?? '', first: start, last: end,
      oldestPart: partOf(addPeriods(start, -back, frequency)), newestPart: partOf(addPeriods(end, horizon, frequency)),
    };
  });
}

/** The first period that starts in the span that begins on a day. */
function firstPeriodOf(from: string, frequency: PeriodLength): number {
  const day = dayOfIso(from) ?? Number.NaN;
  const period = startOfDay(day, frequency);
  return dayOfStart(period, frequency) < day ? addPeriods(period, 1, frequency) : period;
}
