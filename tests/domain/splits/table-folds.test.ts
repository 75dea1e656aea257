import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupKFold } from '../../../domain/splits/group-k-fold.ts';
import { keyHash } from '../../../domain/splits/key-hash.ts';
import { stratifiedKFold } from '../../../domain/splits/stratified-k-fold.ts';
import { tableFolds } from '../../../domain/splits/table-folds.ts';

const how = fc.record({ folds: fc.integer({ min: 2, max: 7 }), seed: fc.integer({ min: 1, max: 1e6 }) });
const anyLabels = fc.array(fc.constantFrom('a', 'b', 'c', 'd', '汉', 'long name'), { minLength: 1, maxLength: 60 });
const counts = (values: Iterable<number>, folds: number): number[] => {
  const found = Array<number>(folds).fill(0);
  for (const value of values) found[value] = (found[value] ?? 0) + 1;
  return found;
};
const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
/** Rows in another order, with what a fold said of each put back in the first one. */
const reversed = <T>(values: readonly T[]): T[] => [...values].reverse();

describe('groups', () => {
  test('are never split, every row is in one fold, and no fold has more than the largest group above another', () => {
    fc.assert(
      fc.property(anyLabels, how, (groups, asked) => {
        const fold = groupKFold(groups, asked);
        const foldsOf = new Map<string, Set<number>>();
        groups.forEach((group, row) => foldsOf.set(group, (foldsOf.get(group) ?? new Set()).add(fold[row] ?? -1)));
        expect([...foldsOf.values()].every(({ size }) => size === 1)).toBe(true);
        expect(Math.max(...fold)).toBeLessThan(asked.folds);
        expect(spread(counts(fold, asked.folds))).toBeLessThanOrEqual(Math.max(...[...new Set(groups)].map((group) => groups.filter((one) => one === group).length)));
        expect([...groupKFold(reversed(groups), asked)]).toEqual(reversed([...fold]));
      }),
    );
  });

  test('of one size are dealt by the seed', () => {
    const groups = Array.from({ length: 12 }, (_, i) => `customer ${String(i)}`);
    expect(groupKFold(groups, { folds: 3, seed: 1 })).toEqual(groupKFold(groups, { folds: 3, seed: 1 }));
    expect(groupKFold(groups, { folds: 3, seed: 1 })).not.toEqual(groupKFold(groups, { folds: 3, seed: 2 }));
  });
});

test('every class has the same number of rows in each fold, within one, and so have all together; the order of rows does not matter', () => {
  fc.assert(
    fc.property(anyLabels, how, (classes, asked) => {
      const keys = classes.map((_, i) => `row ${String(i)}`);
      const fold = stratifiedKFold(keys, classes, asked);
      for (const name of new Set(classes)) expect(spread(counts(fold.filter((_, row) => classes[row] === name), asked.folds))).toBeLessThanOrEqual(1);
      expect(spread(counts(fold, asked.folds))).toBeLessThanOrEqual(1);
      expect([...stratifiedKFold(reversed(keys), reversed(classes), asked)]).toEqual(reversed([...fold]));
    }),
  );
});

const anyTable = fc.array(fc.record({ time: fc.integer({ min: 0, max: 30 }), group: fc.constantFrom('a', 'b', 'c'), label: fc.constantFrom('0', '1') }), { minLength: 1, maxLength: 60 });

test('where there is a time, nothing is learnt from a label that was not known when validation began, and time alone decides', () => {
  fc.assert(
    fc.property(anyTable, how, fc.integer({ min: 0, max: 5 }), (rows, asked, reach) => {
      const at = Float64Array.from(rows, ({ time }) => time);
      const keys = rows.map((_, i) => String(i));
      const folds = tableFolds({ keys, time: { at, reach }, groups: rows.map(({ group }) => group), classes: rows.map(({ label }) => label) }, asked);
      expect(folds.length).toBeLessThanOrEqual(asked.folds);
      const seen = new Set<number>();
      let newest = -1;
      for (const { training, validation } of folds) {
        const begins = Math.min(...Array.from(validation, (row) => at[row] ?? 0));
        expect(training.length).toBeGreaterThan(0);
        for (const row of training) {
          expect(at[row]).toBeLessThan(begins);
          expect((at[row] ?? 0) + reach).toBeLessThanOrEqual(begins);
        }
        for (const row of validation) {
          expect(seen.has(row)).toBe(false);
          seen.add(row);
          expect(at[row]).toBeGreaterThan(newest);
        }
        newest = Math.max(...Array.from(validation, (row) => at[row] ?? 0));
        // Rows of one time never part.
        expect([...validation].sort((a, b) => a - b)).toEqual(rows.flatMap(({ time }, row) => (time >= begins && time <= newest ? [row] : [])));
      }
      expect(folds).toEqual(tableFolds({ keys, time: { at, reach } }, { ...asked, seed: asked.seed + 1 }));
    }),
  );
});

test('without a time every row validates once and teaches in all other folds', () => {
  fc.assert(
    fc.property(anyTable, how, fc.boolean(), (rows, asked, grouped) => {
      const keys = rows.map((_, i) => String(i));
      const folds = tableFolds({ keys, classes: rows.map(({ label }) => label), ...(grouped && { groups: rows.map(({ group }) => group) }) }, asked);
      if (folds.length === 0) return;
      const validated = folds.flatMap(({ validation }) => [...validation]).sort((a, b) => a - b);
      expect(validated).toEqual([...rows.keys()]);
      for (const { training, validation } of folds) expect(training.length + validation.length).toBe(rows.length);
    }),
  );
});

test('a thousand days in four folds: each learns from what lies a label’s reach before it', () => {
  const at = Float64Array.from({ length: 1_000 }, (_, i) => i);
  const folds = tableFolds({ keys: Array.from(at, String), time: { at, reach: 30 } }, { folds: 4, seed: 1 });
  expect(folds.map(({ training, validation }) => [training.length, validation.length])).toEqual([[171, 200], [371, 200], [571, 200], [771, 200]]);
});

test('hashes of keys are those of MurmurHash3 and spread evenly', () => {
  // By mmh3 5 of Python, over the bytes of UTF-16, little-endian.
  expect([keyHash('', 0), keyHash('a', 7), keyHash('StockCode 85123A', 7), keyHash('汉字', 1)]).toEqual([0, 2_383_563_902, 4_204_971_447, 1_930_174_428]);
  const places = counts(Array.from({ length: 8_000 }, (_, i) => keyHash(`key ${String(i)}`, 5) % 8), 8);
  for (const count of places) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});
