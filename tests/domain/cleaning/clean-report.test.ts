import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isoOfDay } from '../../../domain/calendar.ts';
import { cellsOf, mergeCounts, TouchedTally } from '../../../domain/cleaning/clean-report.ts';
import type { CleaningRules } from '../../../domain/cleaning/cleaning-rules.ts';
import { touchedCodes, touchedName } from '../../../domain/cleaning/touched.ts';

const rules: CleaningRules = { gaps: 'no-sale', missing: { method: 'linear' }, outliers: { method: 'iqr', action: 'clip', factor: 3, sides: 'upper', except: [] }, stockouts: 'censored' };
const amount = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: -40, max: 200 }) }, { weight: 1, arbitrary: fc.constant(Number.NaN) });
const anyCell = fc.record({ series: fc.constantFrom('a', 'B', 'ä', '\u{1f600}'), code: fc.constantFrom(...Object.values(touchedCodes).filter((code) => code !== 0)), sold: amount, used: amount });
/** Parts of cells, each with a time of its own. */
const anyParts = fc.array(fc.array(anyCell, { maxLength: 50 }), { minLength: 1, maxLength: 6 }).map((parts) => {
  let start = 0;
  return parts.map((cells) => cells.map((cell) => ({ ...cell, start: (start += 1) })));
});
type Cell = { readonly series: string; readonly code: number; readonly sold: number; readonly used: number; readonly start: number };

function countsOf(cells: readonly Cell[]) {
  const tally = new TouchedTally();
  for (const { series, code, start, sold, used } of cells) tally.add(series, code, start, sold, used);
  return tally.counts(rules, isoOfDay);
}

test('what was counted of parts is what is counted at once', () => {
  fc.assert(fc.property(anyParts, (parts) => { expect(mergeCounts(parts.map(countsOf))).toEqual(countsOf(parts.flat())); }), { numRuns: 200 });
});

test('cells and units are those of the column, and the largest changes come first', () => {
  fc.assert(fc.property(anyParts, (parts) => {
    const cells = parts.flat();
    const counts = countsOf(cells);
    for (const { code, name, cells: counted, units } of counts.touched) {
      const own = cells.filter((cell) => cell.code === code);
      expect([counted, name]).toEqual([own.length, touchedName(code)]);
      const changes = code === touchedCodes.noSale ? [] : own.map(({ sold, used }) => Math.abs(sold - used)).filter((change) => !Number.isNaN(change));
      expect(units).toBe(changes.reduce((sum, change) => sum + change, 0));
    }
    expect(counts.touched.map(({ code }) => code)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(cellsOf(counts, 'outlier', 'removed')).toBe(cells.filter(({ code }) => code === 2 || code === 7).length);
    const known = cells.filter(({ sold, code }) => !Number.isNaN(sold) && code !== touchedCodes.noSale).map(({ sold, used }) => [Math.abs(sold - (Number.isNaN(used) ? 0 : used)), sold] as const);
    const expected = known.sort(([a, soldA], [b, soldB]) => b - a || soldB - soldA).slice(0, 20);
    expect(counts.largest.map(({ sold, used = 0 }) => [Math.abs(sold - used), sold])).toEqual(expected);
  }), { numRuns: 200 });
});

test('each way names the rule behind it, and nothing counted is nothing', () => {
  const { touched, largest } = countsOf([]);
  expect(touched.map(({ name, rule, cells }) => [name, rule, cells])).toEqual([
    ['noSale', 'gaps: no-sale', 0], ['outlier', 'outliers: iqr × 3, clip', 0], ['closed', 'missing: linear', 0], ['unknown', 'missing: linear', 0], ['stockOut', 'stockouts: censored', 0],
    ['returned', 'more returned than sold: 0', 0], ['removed', 'outliers: iqr × 3, clip; missing: linear', 0],
  ]);
  expect(largest).toEqual([]);
  expect(mergeCounts([])).toEqual({ touched: [], largest: [] });
});
