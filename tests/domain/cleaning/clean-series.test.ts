import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { touchedCodes } from '../../../domain/cleaning/touched.ts';
import { settleGaps } from '../../../domain/cleaning/settle-gaps.ts';
import { allMethods, anySales, cleanRows, columnNames, frequencies, randomFrom, someRows, type Cleaned, type SoldRow, type SomeSales } from './some-sales.ts';

/** Everything that is known of the periods up to `cutoff`, as text: thousands of panels are compared. */
function until({ first, rows, notes }: Cleaned, cutoff: number): string {
  const count = Math.max(0, cutoff + 1 - first);
  const cells = rows.touched.subarray(0, count).filter((code) => code !== touchedCodes.none).length;
  return [`from ${String(count === 0 ? undefined : first)}`, ...columnNames.map((name) => `${name} ${rows[name].subarray(0, count).join(' ')}`), ...notes.slice(0, cells).map((cell) => cell.join(' '))].join('\n');
}

/** The same rows up to the cutoff and other ones behind it, more or fewer of them. */
function scrambled(rows: readonly (SoldRow | undefined)[], cutoff: number, seed: number): (SoldRow | undefined)[] {
  const random = randomFrom(seed);
  const kept = rows.slice(0, cutoff + 1);
  return [...kept, ...someRows(random, Math.floor(random() * 2 * (rows.length - kept.length)))];
}

/** Positions in 0 … length − 1 that a draw from 0 … 1 stands for. */
const place = (share: number, length: number): number => Math.min(length - 1, Math.floor(share * length));

function expectNoLookAhead({ seed, periods, ...setup }: SomeSales, share: number, other: number): void {
  const rows = someRows(randomFrom(seed), periods);
  const cutoff = place(share, periods);
  const [a, b] = [cleanRows(setup, rows), cleanRows(setup, scrambled(rows, cutoff, other))];
  expect(until(b, cutoff)).toBe(until(a, cutoff));
  const settled = [a, b].map(({ first, rows: { y, touched } }) => {
    const seen = y.slice();
    if (cutoff >= first) settleGaps(seen, touched, cutoff - first);
    return seen.subarray(0, Math.max(0, cutoff + 1 - first)).join(' ');
  });
  expect(settled[1]).toBe(settled[0]);
}

const share = fc.double({ min: 0, max: 1, noNaN: true });
const anySeed = fc.integer({ min: 1, max: 1_000_000 });

describe('no cell of the panel, nor what an origin makes of it, moves when anything behind it changes', () => {
  test('with any rules', () => {
    fc.assert(fc.property(anySales, share, anySeed, expectNoLookAhead), { numRuns: 250 });
  });

  test('with every combination of rules', () => {
    let seed = 0;
    for (const gaps of allMethods.gaps) for (const method of allMethods.missing) for (const outliers of allMethods.outliers) for (const action of allMethods.action) {
      for (const sides of allMethods.sides) for (const stockouts of allMethods.stockouts) for (const closed of [undefined, { weekdays: ['sunday'], dates: ['2022-01-05'] }]) {
        seed += 1;
        const rules = { gaps, closed, missing: { method }, outliers: { method: outliers, action, factor: 1.5, sides, except: [] }, stockouts };
        // The frequency changes nothing but lengths: one for each combination, another one for its neighbours.
        const frequency = frequencies[(seed + (seed >> 2) + (seed >> 4)) % frequencies.length] ?? 'day';
        expectNoLookAhead({ rules, frequency, seed, periods: 36 }, 0.4 + (seed % 7) / 14, seed + 7919);
      }
    }
    expect(seed).toBe(2520);
  });
});

describe('cleaning in parts is cleaning at once, bit by bit', () => {
  const anyBounds = fc.array(share, { minLength: 1, maxLength: 6 });
  const bounds = (shares: readonly number[], periods: number): number[] => [...new Set(shares.map((one) => 1 + place(one, periods - 1)))].sort((a, b) => a - b).filter((bound) => bound > 0 && bound < periods);

  test.each<[string, (part: number, of: number) => boolean]>([
    ['from kept states', () => false],
    ['from the rows before', () => true],
    ['from the rows before and kept states in turn', (part, of) => ((part * 31 + of) & 1) === 1],
  ])('%s', (_, fromRows) => {
    fc.assert(fc.property(anySales, anyBounds, fc.nat(3), ({ seed, periods, ...setup }, shares, spare) => {
      const rows = someRows(randomFrom(seed), periods);
      expect(cleanRows(setup, rows, { bounds: bounds(shares, periods), fromRows: (part) => fromRows(part, seed), spare })).toEqual(cleanRows(setup, rows));
    }), { numRuns: 120 });
  });

  test('also where a part begins with a stretch in which nothing is known', () => {
    const rules = { gaps: 'closed', missing: { method: 'drop' }, outliers: { method: 'iqr', action: 'clip', factor: 1, sides: 'both', except: [] }, stockouts: 'ignore' } as const;
    const setup = { rules, frequency: 'day' } as const;
    fc.assert(fc.property(anySeed, fc.integer({ min: 1, max: 60 }), (seed, closedFor) => {
      const random = randomFrom(seed);
      const full = (count: number): SoldRow[] => Array.from({ length: count }, (_, i) => ({ total: Math.round(100 * random() + i / 5), largest: 1, lines: 1, untold: 0, price: 1, lowStock: Number.NaN, stock: Number.NaN }));
      const rows = [...full(500), ...Array.from({ length: closedFor }, () => undefined), ...full(20)];
      expect(cleanRows(setup, rows, { bounds: [500], fromRows: () => true }).rows).toEqual(cleanRows(setup, rows).rows);
    }), { numRuns: 12 });
  });
});

test('rows before the first part tell price, stock and that the series has begun', () => {
  const setup = { rules: { gaps: 'no-sale', missing: { method: 'drop' }, outliers: { method: 'none', action: 'clip', factor: 3, sides: 'upper', except: [] }, stockouts: 'ignore' }, frequency: 'day' } as const;
  const rows = [{ total: 3, largest: 3, lines: 1, untold: 0, price: 4, lowStock: 2, stock: 2 }, undefined, undefined, { total: 1, largest: 1, lines: 1, untold: 0, price: Number.NaN, lowStock: Number.NaN, stock: Number.NaN }];
  const { first, rows: made } = cleanRows(setup, rows, { before: 2 });
  expect([first, made.price, made.stock, made.y, made.age, made.sinceSale]).toEqual([2, Float64Array.of(4, 4), Float64Array.of(2, 2), Float64Array.of(0, 1), Float64Array.of(0, 1), Float64Array.of(Number.NaN, 0)]);
});
