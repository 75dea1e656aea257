import { addPeriods, type PeriodLength, unitOf } from '../calendar.ts';

export interface PeriodOutside {
  /** Start of the period. */
  readonly start: number;
  readonly rows: number;
  /** Median of the comparable other periods. */
  readonly usual: number;
}

export interface Band {
  /** Oldest first. */
  readonly outside: readonly PeriodOutside[];
  /** Fewest and most rows of a period; periods without rows count. NaN without periods. */
  readonly low: number;
  readonly high: number;
}

/**
 * The periods whose number of rows lies beyond `factor` times the median of the other periods, or below its `factor`th part. Days are
 * compared with the same weekday, since many shops have quiet ones, and a weekday that usually has no rows is not expected to have some.
 * The first and the last period may be incomplete: they can only have too many. A band wants three other periods to compare with.
 * @param counts rows by the start of their period; periods between the first and the last that are absent have none
 */
export function periodsOutside(counts: ReadonlyMap<number, number>, frequency: PeriodLength, factor: number): Band {
  const starts = [...counts.keys()].sort((a, b) => a - b);
  const [first, last] = [starts[0], starts.at(-1)];
  if (first === undefined || last === undefined) return { outside: [], low: Number.NaN, high: Number.NaN };
  const periods: { start: number; rows: number }[] = [];
  for (let start = first; start <= last; start = addPeriods(start, 1, frequency)) periods.push({ start, rows: counts.get(start) ?? 0 });

  const groupOf = (index: number): number => (unitOf(frequency) === 'day' ? index % 7 : 0);
  const groups = new Map<number, number[]>();
  for (const [i, { rows }] of periods.entries()) {
    const group = groups.get(groupOf(i)) ?? [];
    group.push(rows);
    groups.set(groupOf(i), group);
  }
  for (const group of groups.values()) group.sort((a, b) => a - b);

  const outside = periods.flatMap(({ start, rows }, i): PeriodOutside[] => {
    const group = groups.get(groupOf(i)) ?? [];
    if (group.length < 4) return [];
    const usual = medianWithout(group, rows);
    const tooMany = usual > 0 && rows > factor * usual;
    const tooFew = rows < usual / factor && i > 0 && i < periods.length - 1;
    return tooMany || tooFew ? [{ start, rows, usual }] : [];
  });
  const rows = periods.map((period) => period.rows);
  return { outside, low: rows.reduce((a, b) => Math.min(a, b)), high: rows.reduce((a, b) => Math.max(a, b)) };
}

/** Median of the sorted values after one of them is taken out. */
function medianWithout(sorted: readonly number[], value: number): number {
  const gone = sorted.indexOf(value);
  const at = (i: number): number => sorted[i < gone ? i : i + 1] ?? Number.NaN;
  const left = sorted.length - 1;
  const middle = Math.floor(left / 2);
  return left % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
}
