import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settleGap, settleGaps } from '../../../domain/cleaning/settle-gaps.ts';
import { isFilled, touchedCodes } from '../../../domain/cleaning/touched.ts';

const anyCell = fc.record({ y: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 90 }) }, { weight: 1, arbitrary: fc.constant(Number.NaN) }), code: fc.oneof(fc.constant(0), fc.constantFrom(...Object.values(touchedCodes))) });
const anySeries = fc.array(anyCell, { minLength: 1, maxLength: 30 });
const yOf = (cells: readonly { readonly y: number }[]): Float64Array => Float64Array.from(cells, ({ y }) => y);
const codesOf = (cells: readonly { readonly code: number }[]): Uint8Array => Uint8Array.from(cells, ({ code }) => code);

test('an origin sees the straight line over every gap between two known values up to it, and nothing else changed', () => {
  fc.assert(fc.property(anySeries, fc.nat(29), (cells, place) => {
    const until = Math.min(place, cells.length - 1);
    const settled = yOf(cells);
    settleGaps(settled, codesOf(cells), until);
    const isKnown = (i: number): boolean => i >= 0 && !isFilled(cells[i]?.code ?? 0) && !Number.isNaN(cells[i]?.y ?? Number.NaN);
    const expected = cells.map(({ y, code }, i) => {
      if (!isFilled(code)) return y;
      let [left, right] = [i, i];
      while (left >= 0 && isFilled(cells[left]?.code ?? 0)) left -= 1;
      while (right < cells.length && isFilled(cells[right]?.code ?? 0)) right += 1;
      if (!isKnown(left) || right > until || !isKnown(right)) return y;
      const [from, to] = [cells[left]?.y ?? 0, cells[right]?.y ?? 0];
      return from + ((to - from) / (right - left)) * (i - left);
    });
    expect([...settled]).toEqual(expected);
  }), { numRuns: 500 });
});

test('one gap is settled at the position that closes it, back to the oldest one that may be looked at', () => {
  const { closed, unknown, removed } = touchedCodes;
  const [codes, sold] = [[0, closed, unknown, removed, 0], [2, 2, 2, 2, 10]];
  const settled = (at: number, oldest?: number) => {
    const y = Float64Array.from(sold);
    return [settleGap(y, codes, at, oldest), ...y];
  };
  expect(settled(4)).toEqual([1, 2, 4, 6, 8, 10]);
  expect(settled(4, 0)).toEqual([1, 2, 4, 6, 8, 10]);
  expect(settled(4, 1)).toEqual([4, ...sold]);
  expect(settled(3)).toEqual([3, ...sold]);
  expect(settled(0)).toEqual([0, ...sold]);
});
