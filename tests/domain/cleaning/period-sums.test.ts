import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { PeriodSums, type SaleRows, type SummedPeriods } from '../../../domain/cleaning/period-sums.ts';

interface Sale { readonly ds: number; readonly target: number; readonly price: number; readonly stock: number }

const rowsOf = (sales: readonly Sale[]): SaleRows => ({
  ds: Int32Array.from(sales, ({ ds }) => ds), target: Float64Array.from(sales, ({ target }) => target), price: Float64Array.from(sales, ({ price }) => price), stock: Float64Array.from(sales, ({ stock }) => stock),
});
const sale = (ds: number, target: number, { price = Number.NaN, stock = Number.NaN } = {}): Sale => ({ ds, target, price, stock });

/** Sums series by series, the rows in pieces of `size`. */
function sum(series: readonly (readonly Sale[])[], size = 1000): SummedPeriods {
  const sums = new PeriodSums();
  for (const sales of series) {
    for (let at = 0; at < sales.length; at += size) sums.add(rowsOf(sales), at, Math.min(sales.length, at + size));
    sums.endSeries();
  }
  return sums.sums();
}

/** Millionths as whole numbers of any size. */
const exact = (values: readonly number[]): number => Number(values.reduce((total, value) => total + BigInt(Math.round(value * 1e6)), 0n)) / 1e6;

const anySale = fc.record({
  ds: fc.integer({ min: -3, max: 12 }),
  target: fc.oneof(fc.integer({ min: -50, max: 80_000 }), fc.integer({ min: -9_999, max: 99_999 }).map((cents) => cents / 100), fc.constant(Number.NaN)),
  price: fc.oneof(fc.integer({ min: 0, max: 9_999 }).map((cents) => cents / 100), fc.constant(Number.NaN)),
  stock: fc.oneof(fc.integer({ min: -2, max: 40 }), fc.constant(Number.NaN)),
});
const anySeries = fc.array(anySale, { maxLength: 60 }).map((sales) => sales.sort((a, b) => a.ds - b.ds));

describe('periods are the sums of their rows', () => {
  test('in whatever pieces the rows come', () => {
    fc.assert(fc.property(fc.array(anySeries, { maxLength: 4 }), fc.integer({ min: 1, max: 7 }), (series, size) => {
      const made = sum(series, size);
      expect(made).toEqual(sum(series));
      const expected = series.map((sales) => [...new Set(sales.map(({ ds }) => ds))].map((ds) => sales.filter((one) => one.ds === ds)));
      expect([...made.offsets]).toEqual(expected.reduce((ends, periods) => [...ends, (ends.at(-1) ?? 0) + periods.length], [0]));
      expected.flat().forEach((rows, i) => {
        const known = rows.filter(({ target }) => !Number.isNaN(target)).map(({ target }) => target);
        const priced = rows.filter(({ target, price }) => target > 0 && !Number.isNaN(price));
        const stocks = rows.map(({ stock }) => stock).filter((stock) => !Number.isNaN(stock));
        expect([made.ds[i], made.lines[i], made.untold[i]]).toEqual([rows[0]?.ds, known.length, rows.length - known.length]);
        expect(made.total[i]).toBe(known.length === 0 ? Number.NaN : exact(known));
        expect(made.largest[i]).toBe(known.length === 0 ? Number.NaN : Math.max(...known));
        const paid = priced.length === 0 ? Number.NaN : priced.reduce((total, { target, price }) => total + target * price, 0) / priced.reduce((total, { target }) => total + target, 0);
        if (Number.isNaN(paid)) expect(made.price[i]).toBeNaN();
        else expect(made.price[i]).toBeCloseTo(paid, 5);
        expect([made.lowStock[i], made.stock[i]]).toEqual(stocks.length === 0 ? [Number.NaN, Number.NaN] : [Math.min(...stocks), stocks.at(-1)]);
      });
    }), { numRuns: 200 });
  });

  test('a tenth and two tenths are three tenths, in any order', () => {
    const tenths = [0.1, 0.2, 0.3, -0.1, 0.7, 1e9];
    const total = sum([tenths.map((value) => sale(1, value)), tenths.toReversed().map((value) => sale(1, value))]).total;
    expect([...total]).toEqual([1_000_000_001.2, 1_000_000_001.2]);
  });

  test('there is room for more periods than at first, and values of any size', () => {
    const made = sum([Array.from({ length: 5_000 }, (_, i) => sale(i, i === 4_999 ? 1e13 : i))]);
    expect([made.ds.length, made.total[4_998], made.total[4_999]]).toEqual([5_000, 4_998, 1e13]);
  });

  test('two series that meet in one period stay apart', () => {
    const made = sum([[sale(4, 1), sale(5, 2, { price: 3 })], [], [sale(5, 7), sale(6, 8)]]);
    expect([[...made.offsets], [...made.total]]).toEqual([[0, 2, 2, 4], [1, 2, 7, 8]]);
  });

  test('rows that go back in time are refused', () => {
    expect(() => sum([[sale(5, 1), sale(4, 1)]])).toThrow('not in the order of time');
  });
});
