import { dayOfIso } from '../calendar.ts';

/** Days of a length such as `30d`; undefined when it is none. */
export function daysIn(length: string): number | undefined {
  const match = /^([1-9]\d*)d$/.exec(length);
  return match === null ? undefined : Number(match[1]);
}

export interface LabelCutoffsQuestion {
  /** `1d`, `2w` or `1m`. */
  readonly every: string;
  /** Days since 1970-01-01, both included. */
  readonly from: number;
  readonly to: number;
}

/** Cutoffs from the first day on, as days since 1970-01-01. Months keep the day of the month, or take the last day of a shorter one. */
export function labelCutoffs({ every, from, to }: LabelCutoffsQuestion): number[] {
  const [, count = '1', unit = 'd'] = /^(\d+)([dwm])$/.exec(every) ?? [];
  const cutoffs: number[] = [];
  for (let i = 0; ; i += 1) {
    const cutoff = unit === 'm' ? monthsLater(from, i * Number(count)) : from + i * Number(count) * (unit === 'w' ? 7 : 1);
    if (cutoff > to) return cutoffs;
    cutoffs.push(cutoff);
  }
}

function monthsLater(day: number, months: number): number {
  const start = new Date(day * 86_400_000);
  const month = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + months, 1));
  const lastDay = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 0)).getUTCDate();
  return Math.round(month.getTime() / 86_400_000) + Math.min(start.getUTCDate(), lastDay) - 1;
}

/** A day of the pipeline file, whose form its schema has checked; `otherwise` where it names none. */
export function dayOr(iso: string | undefined, otherwise: number): number {
  return iso === undefined ? otherwise : (dayOfIso(iso) ?? otherwise);
}
