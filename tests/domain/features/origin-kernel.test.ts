import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planFeatures } from '../../../domain/features/feature-plan.ts';
import { kernelTable } from './kernel-table.ts';
import { referenceFeatures } from './reference-features.ts';
import { type PanelRow, somePanel } from './some-panel.ts';

const planOf = (periods: number, settles = false) =>
  planFeatures({ frequency: 'week', horizon: 3, periods, learnable: periods - 9, priced: true, lines: true, settles });

/** Prices, sales and lines with decimals, unknown periods among them: some filled with the last known value, some not at all. */
function roughPanel(seed: number, periods: number): PanelRow[] {
  let last = 1;
  return somePanel({ series: 4, periods, seed }).map((row, i) => {
    const rough = { ...row, y: row.y * 1.1 + (i % 3) / 7, yRaw: row.yRaw * 1.1, largest: row.largest / 3 };
    if (i % 31 === 3) return { ...rough, y: Number.NaN, yRaw: Number.NaN };
    if ((i * 7 + seed) % 17 < 5) return { ...rough, y: last, yRaw: Number.NaN };
    last = rough.y;
    return rough;
  });
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
    const cut = fc.record({ seed: fc.integer({ min: 1, max: 1e6 }), stretch: fc.integer({ min: 1, max: 23 }), first: fc.integer({ min: 1, max: 23 }), settles: fc.boolean() });
    fc.assert(fc.property(cut, ({ seed, stretch, first, settles }) => {
      const panel = roughPanel(seed, 70);
      expect(kernelTable(panel, planOf(70, settles), stretch, first)).toEqual(kernelTable(panel, planOf(70, settles), 70));
    }), { numRuns: 40 });
  });

  test('moves no feature when anything after its origin changes', () => {
    const change = fc.record({ yRaw: fc.integer({ min: 0, max: 5_000 }), y: fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.constant(Number.NaN)), price: fc.float({ min: 1, max: 99, noNaN: true }), lines: fc.integer({ min: 0, max: 50 }), largest: fc.integer({ min: 0, max: 900 }) });
    const scenario = fc.record({ seed: fc.integer({ min: 1, max: 1e6 }), origin: fc.integer({ min: 6, max: 66 }), changes: fc.array(change, { minLength: 1, maxLength: 9 }), newcomer: fc.boolean(), settles: fc.boolean() });
    fc.assert(fc.property(scenario, ({ seed, origin, changes, newcomer, settles }) => {
      const before = roughPanel(seed, 70);
      const scrambled = before.map((row, i) => (row.t <= origin ? row : { ...row, ...changes[i % changes.length] }));
      const added = newcomer ? Array.from({ length: 70 - origin - 1 }, (_, i): PanelRow => ({ series: 'new', t: origin + 1 + i, yRaw: 77, y: 77, price: 1, lines: 3, largest: 50 })) : [];
      const [a, b] = [kernelTable(before, planOf(70, settles), 23), kernelTable([...scrambled, ...added], planOf(70, settles), 70)];
      const features = a.names.filter((name) => !/^[ya]_\d+$/.test(name)).length;
      for (const { series, t } of before.filter((row) => row.t <= origin)) {
        const key = `${series} ${String(t)}`;
        expect(b.rows.get(key)?.slice(0, features), key).toEqual(a.rows.get(key)?.slice(0, features));
      }
    }), { numRuns: 40 });
  });

  test('draws a straight line through a gap once an origin knows what comes after it, and learns nothing from it', () => {
    const values = [4, 4, 4, 6, Number.NaN, Number.NaN, 12, 8, 8, 8, 8, 8, 8];
    const panel = values.map((yRaw, t): PanelRow => ({ series: 'a', t, yRaw, y: Number.isNaN(yRaw) ? 6 : yRaw, price: undefined, lines: 1, largest: 1 }));
    const { names, rows } = kernelTable(panel, planFeatures({ frequency: 'week', horizon: 1, periods: 13, learnable: 8, priced: false, lines: false, settles: true }), 13);
    const at = (t: number, name: string): number | undefined => rows.get(`a ${String(t)}`)?.[names.indexOf(name)];
    expect([at(5, 'lag_0'), at(5, 'lag_1'), at(5, 'lag_2')]).toEqual([6, 6, 6]);
    expect([at(6, 'lag_0'), at(6, 'lag_1'), at(6, 'lag_2'), at(6, 'lag_3')]).toEqual([12, 10, 8, 6]);
    expect(at(6, 'mean_4')).toBe(9);
    expect([at(3, 'y_1'), at(4, 'y_1'), at(5, 'y_1'), at(4, 'a_1')]).toEqual([Number.NaN, Number.NaN, 12, Number.NaN]);
  });
});
