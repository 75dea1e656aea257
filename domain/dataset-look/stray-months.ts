import type { MonthRows } from './dataset-look.ts';

/** Rows of one in a thousand are too few to be a business that goes on after a pause. */
const few = 0.001;
/** Months without a row that separate strays from the data. */
const pause = 2;

/**
 * Months at either end with few rows, and a pause between them and the rest: dates that were mistyped, or that are no dates of sales. One row of
 * 2200 would make two centuries of zeros.
 * @param months in calendar order, those without rows left out
 */
export function strayMonths(months: readonly MonthRows[]): string[] {
  const total = months.reduce((sum, { rows }) => sum + rows, 0);
  const fromEnd = (list: readonly MonthRows[]): string[] => {
    let [rows, last] = [0, 0];
    for (const [i, { month, rows: here }] of list.entries()) {
      rows += here;
      if (rows > few * total) break;
      const next = list[i + 1];
      if (next !== undefined && Math.abs(indexOf(next.month) - indexOf(month)) > pause) last = i + 1;
    }
    return list.slice(0, last).map(({ month }) => month);
  };
  const strays = new Set([...fromEnd(months), ...fromEnd(months.toReversed())]);
  return months.filter(({ month }) => strays.has(month)).map(({ month }) => month);
}

const indexOf = (month: string): number => {
  const [year = 0, of = 0] = month.split('-').map(Number);
  return 12 * year + of;
};
