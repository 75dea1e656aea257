import { isFilled } from './touched.ts';

/**
 * When position `at` is known and the periods right before it were filled, the gap has closed: its values become the straight line between
 * the known values on both sides, in place. Only for those who know position `at`: an origin before it must not see the line.
 * @param y cleaned values of one series; NaN in a gap that nothing was filled into
 * @param touched codes of the same periods
 * @param oldest position to look back to; a gap that is open there stays as it is
 * @returns the first position that changed, `at` when none did
 */
export function settleGap(y: Float64Array, touched: ArrayLike<number>, at: number, oldest = 0): number {
  const right = y[at] ?? Number.NaN;
  if (Number.isNaN(right) || isFilled(touched[at] ?? 0)) return at;
  let left = at - 1;
  while (left >= oldest && isFilled(touched[left] ?? 0)) left -= 1;
  const start = y[left] ?? Number.NaN;
  if (left < oldest || left === at - 1 || Number.isNaN(start)) return at;
  const slope = (right - start) / (at - left);
  for (let i = left + 1; i < at; i += 1) y[i] = start + slope * (i - left);
  return left + 1;
}

/** Settles every gap that has closed by position `until`, as an origin there sees the series. */
export function settleGaps(y: Float64Array, touched: ArrayLike<number>, until: number): void {
  for (let at = 1; at <= until; at += 1) {
    if (isFilled(touched[at - 1] ?? 0)) settleGap(y, touched, at);
  }
}
