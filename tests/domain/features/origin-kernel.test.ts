import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planFeatures } from '../../../domain/features/feature-plan.ts';
import { kernelTable } from './kernel-table.ts';
import { referenceFeatures } from './reference-features.ts';
import { type PanelRow, somePanel } from './some-panel.ts';

const planOf = (periods: number) => planFeatures({ frequency: 'week', horizon: 3, periods, learnable: periods - 9, textDims: 0, priced: true, lines: true });

/** Prices, sales and lines with decimals, unknown periods among them. */
function roughPanel(seed: number, periods: number): PanelRow[] {
  return somePanel({ series: 4, periods, seed }).map((row, i) => ({
    ...row, y: i % 11 === 3 ? Number.NaN : row.y * 1.1 + (i % 3) / 7, yRaw: i % 13 === 5 ? Number.NaN : row.yRaw * 1.1, largest: row.largest / 3,
  }));
}

describe('the kernel of origins', () => {
  test.each([42, 60])('computes what a slow reference does, over %i weeks', (periods) => {
    const panel = somePanel({ series: 3, periods });
    const { names, rows } = kernelTable(panel, planOf(periods), 17);
    expect(rows.size).toBe(panel.length);
    expect(names.some((name) => name.startsWith('last_year'))).toBe(periods > 52);
    for (const { series, t } of panel) {
      const expected = referenceFeatures(panel, series, t, 3);
      names.forEach((name, c) => {
        const [value, truth] = [rows.get(`${series} ${String(t)}`)?.[c] ?? Number.NEGATIVE_INFINITY, expected.get(name) ?? Number.POSITIVE_INFINITY];
        expect(Object.is(value, truth) || Math.abs(value - truth) < 1e-3, `${name} of ${series} at ${String(t)}: ${String(value)}, not ${String(truth)}`).toBe(true);
      });
    }
  });

  test('computes a part alone to the bits of the whole', () => {
    const cut = fc.record({ seed: fc.integer({ min: 1, max: 1e6 }), stretch: fc.integer({ min: 1, max: 23 }), first: fc.integer({ min: 1, max: 23 }) });
    fc.assert(fc.property(cut, ({ seed, stretch, first }) => {
      const panel = roughPanel(seed, 70);
      expect(kernelTable(panel, planOf(70), stretch, first)).toEqual(kernelTable(panel, planOf(70), 70));
    }), { numRuns: 30 });
  });

  test('moves no feature when anything after its origin changes', () => {
    const change = fc.record({ yRaw: fc.integer({ min: 0, max: 5_000 }), y: fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.constant(Number.NaN)), price: fc.float({ min: 1, max: 99, noNaN: true }), lines: fc.integer({ min: 0, max: 50 }), largest: fc.integer({ min: 0, max: 900 }) });
    const scenario = fc.record({ seed: fc.integer({ min: 1, max: 1e6 }), origin: fc.integer({ min: 6, max: 66 }), changes: fc.array(change, { minLength: 1, maxLength: 9 }), newcomer: fc.boolean() });
    fc.assert(fc.property(scenario, ({ seed, origin, changes, newcomer }) => {
      const before = roughPanel(seed, 70);
      const scrambled = before.map((row, i) => (row.t <= origin ? row : { ...row, ...changes[i % changes.length] }));
      const added = newcomer ? Array.from({ length: 70 - origin - 1 }, (_, i): PanelRow => ({ series: 'new', t: origin + 1 + i, yRaw: 77, y: 77, price: 1, lines: 3, largest: 50 })) : [];
      const [a, b] = [kernelTable(before, planOf(70), 23), kernelTable([...scrambled, ...added], planOf(70), 70)];
      const features = a.names.filter((name) => !/^[ya]_\d+$/.test(name)).length;
      for (const { series, t } of before.filter((row) => row.t <= origin)) {
        const key = `${series} ${String(t)}`;
        expect(b.rows.get(key)?.slice(0, features), key).toEqual(a.rows.get(key)?.slice(0, features));
      }
    }), { numRuns: 40 });
  });
});
