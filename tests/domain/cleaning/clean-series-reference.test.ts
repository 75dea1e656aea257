import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CleaningRules } from '../../../domain/cleaning/cleaning-rules.ts';
import { addPeriods, unitOf } from '../../../domain/calendar.ts';
import { touchedCodes } from '../../../domain/cleaning/touched.ts';
import { referenceRows } from './reference-cleaning.ts';
import { allMethods, anySales, cleanRows, columnNames, firstStart, frequencies, randomFrom, type SoldRow, soldRow, someRows, type SomeSales } from './some-sales.ts';

function expectReference(setup: Pick<SomeSales, 'rules' | 'frequency'>, rows: readonly (SoldRow | undefined)[]): void {
  const [made, expected] = [cleanRows(setup, rows), referenceRows(setup, rows)];
  expect(made.first).toBe(expected.first);
  for (const name of columnNames) expect(made.rows[name], name).toEqual(Float64Array.from(expected.rows, (row) => row[name]));
  expect(made.notes).toEqual(expected.notes);
}

describe('cleaning does what its rules say: a slow reference gives the same numbers', () => {
  test('for series of any length up to some seasons', () => {
    fc.assert(fc.property(anySales, ({ seed, periods, ...setup }) => { expectReference(setup, someRows(randomFrom(seed), Math.min(periods, 150))); }), { numRuns: 250 });
  });

  test('for every way to find outliers and to fill, beyond the longest window', () => {
    const periods = { hour: 690, day: 400, week: 130, month: 60 };
    let seed = 0;
    for (const outliers of allMethods.outliers) for (const frequency of frequencies) {
      const method = allMethods.missing[seed % allMethods.missing.length] ?? 'drop';
      seed += 1;
      const rules: CleaningRules = { gaps: seed % 2 === 0 ? 'unknown' : 'no-sale', missing: { method }, outliers: { method: outliers, action: 'remove', factor: 1.5, sides: 'both', except: [] }, stockouts: 'censored' };
      expectReference({ rules, frequency }, someRows(randomFrom(seed + 100), periods[unitOf(frequency)]));
    }
  });
});

const plain: CleaningRules = { gaps: 'no-sale', missing: { method: 'drop' }, outliers: { method: 'iqr', action: 'clip', factor: 3, sides: 'both', except: [] }, stockouts: 'ignore' };
const every = (use: (setup: Pick<SomeSales, 'rules' | 'frequency'>) => void): void => {
  for (const method of allMethods.outliers) for (const missing of allMethods.missing) for (const frequency of frequencies) use({ rules: { ...plain, gaps: 'unknown', missing: { method: missing, value: 4 }, outliers: { ...plain.outliers, method } }, frequency });
};
const touched = (setup: Pick<SomeSales, 'rules' | 'frequency'>, rows: readonly (SoldRow | undefined)[]): number[] => [...cleanRows(setup, rows).rows.touched];

describe('degenerate series', () => {
  test('a constant is no outlier, whatever its rounding', () => {
    for (const value of [0, 0.1, 0.3, 1, 7 / 3, 1e12, 1e12 / 3, 1e-9]) every((setup) => { expect(touched(setup, Array.from({ length: 60 }, () => soldRow(value)))).toEqual(new Array(60).fill(0)); });
  });

  test('a season that repeats is no outlier of its residuals', () => {
    const week = [0.1, 0.7, 1.3, 0.3, 0.9, 12.1, 3.3];
    const setup = { rules: { ...plain, outliers: { ...plain.outliers, method: 'seasonal-residual' } }, frequency: 'day' } as const;
    expect(touched(setup, Array.from({ length: 140 }, (_, i) => soldRow(week[i % 7] ?? 0)))).toEqual(new Array(140).fill(0));
  });

  test('what was sold stands as it is in one to three periods', () => {
    for (const sold of [[5], [5, 900], [5, 0, 1e12]]) every((setup) => { expect([...cleanRows(setup, sold.map((value) => soldRow(value))).rows.y]).toEqual(sold); });
  });

  test('all missing is all unknown, filled with what is told or nothing', () => {
    every((setup) => {
      const { first, rows } = cleanRows(setup, [soldRow(Number.NaN, { lines: 1 }), ...Array.from({ length: 30 }, () => undefined)]);
      expect([first, [...rows.yRaw], [...rows.touched], [...rows.known]]).toEqual([0, new Array(31).fill(Number.NaN), new Array(31).fill(touchedCodes.unknown), new Array(31).fill(0)]);
      expect([...rows.y]).toEqual(new Array(31).fill(setup.rules.missing.method === 'constant' ? 4 : Number.NaN));
    });
  });

  test('rows without any target begin no series', () => {
    every((setup) => { expect(cleanRows(setup, Array.from({ length: 20 }, () => soldRow(Number.NaN))).rows.y).toHaveLength(0); });
  });

  test('more returned than sold is 0 and counted as such', () => {
    const { rows } = cleanRows({ rules: { ...plain, outliers: { ...plain.outliers, method: 'none' } }, frequency: 'day' }, [soldRow(-5), soldRow(-3), soldRow(4)]);
    expect([[...rows.yRaw], [...rows.y], [...rows.touched], [...rows.sinceSale]]).toEqual([[-5, -3, 4], [0, 0, 4], [6, 6, 0], [Number.NaN, Number.NaN, 0]]);
  });

  test('one spike among values that vary is clipped to the limit, marked or taken out; the others stand', () => {
    const sold = Array.from({ length: 40 }, (_, i) => (i === 30 ? 1e12 : 10 + (i % 3)));
    for (const method of ['iqr', 'z-score', 'robust-z'] as const) for (const action of allMethods.action) {
      const { rows } = cleanRows({ rules: { ...plain, outliers: { ...plain.outliers, method, action } }, frequency: 'day' }, sold.map((value) => soldRow(value)));
      expect([...rows.touched].flatMap((code, i) => (code === 0 ? [] : [[i, code]]))).toEqual([[30, action === 'remove' ? touchedCodes.removed : touchedCodes.outlier]]);
      expect(rows.yRaw[30]).toBe(1e12);
      if (action === 'clip') expect(rows.y[30]).toBeLessThan(20);
      else expect(rows.y[30]).toBe(action === 'mark' ? 1e12 : Number.NaN);
    }
  });

  test('values of 1e12 and their quartiles keep their digits', () => {
    const sold = Array.from({ length: 30 }, (_, i) => 1e12 + (i % 5));
    expect([...cleanRows({ rules: plain, frequency: 'week' }, sold.map((value) => soldRow(value))).rows.y]).toEqual(sold);
  });

  test('a series that begins while the shop is closed begins with a period that is unknown, unless it was sold in', () => {
    const weekend = { weekdays: ['wednesday', 'thursday'], dates: [] };
    // The first period of these series is a Wednesday.
    expect(new Date(firstStart('day') * 86_400_000).getUTCDay()).toBe(3);
    const setup = { rules: { ...plain, closed: weekend }, frequency: 'day' } as const;
    expect(touched(setup, [soldRow(0), undefined, soldRow(2)])).toEqual([touchedCodes.closed, touchedCodes.closed, 0]);
    expect(touched(setup, [soldRow(3), undefined, soldRow(2)])).toEqual([0, touchedCodes.closed, 0]);
  });
});

test('every cell that is touched is told once, with what was sold and what is used', () => {
  fc.assert(fc.property(anySales, ({ seed, periods, ...setup }) => {
    const { first, rows, notes } = cleanRows(setup, someRows(randomFrom(seed), periods));
    const cells = [...rows.touched].flatMap((code, i) => (code === 0 ? [] : [[code, addPeriods(firstStart(setup.frequency), first + i, setup.frequency), rows.yRaw[i], rows.y[i]]]));
    expect(notes).toEqual(cells);
  }), { numRuns: 100 });
});
