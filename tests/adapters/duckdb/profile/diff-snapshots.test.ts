import fc from 'fast-check';
import { expect, test } from 'vitest';

import { diffSnapshots } from '../../../../adapters/duckdb/profile/diff-snapshots.ts';
import { type SalesRow, type WrittenPart, writeSalesPart } from './sales-part.ts';
import { useSessions } from './scratch-sessions.ts';

const scratch = useSessions();
let written = 0;

async function snapshot(months: readonly (readonly SalesRow[])[], sources: readonly string[] = ['sales.csv'], numbers = sources.map((_, i) => i)) {
  const parts: WrittenPart[] = [];
  for (const rows of months) parts.push(await writeSalesPart(scratch(), `snapshot-${String(written++)}`, rows));
  return { parts, sources: sources.map((uri, i) => ({ number: numbers[i] ?? i, uri })) };
}

const diff = (a: Awaited<ReturnType<typeof snapshot>>, b: Awaited<ReturnType<typeof snapshot>>, columns: readonly string[] = []) =>
  scratch().run(diffSnapshots, { a, b, columns });

const rows = (month: string, count: number, first = 1): SalesRow[] =>
  Array.from({ length: count }, (_, i) => ({ series: i % 2 === 0 ? 'a' : 'b', time: `${month}-${String(1 + (i % 28)).padStart(2, '0')} 00:00:00`, target: i % 9, price: 2, row: first + i }));

test('equal snapshots differ in nothing, and none of their rows is looked at', async () => {
  const [a, b] = [await snapshot([rows('2024-03', 50)]), await snapshot([rows('2024-03', 50)])];
  expect(await diff(a, b)).toEqual({
    rows: { equalParts: 1, comparedParts: 0, added: 0, removed: 0, changed: 0, byColumn: {}, contentAdded: 0, contentRemoved: 0, examples: [] },
    series: { appeared: { count: 0, first: [] }, vanished: { count: 0, first: [] } }, columns: [],
  });
});

test('rows are added, removed and changed by address; only parts that differ are compared', async () => {
  const a = await snapshot([rows('2024-03', 50), rows('2024-04', 40, 51)]);
  const april = rows('2024-04', 40, 51).filter(({ row }) => row !== 60).map((row) => (row.row === 55 ? { ...row, target: 100, kept: false } : row));
  const b = await snapshot([rows('2024-03', 50), [...april, { series: 'new', time: '2024-04-30 00:00:00', target: 1, row: 91 }]]);
  const found = await diff(a, b);
  expect(found.rows).toMatchObject({ equalParts: 1, comparedParts: 2, added: 1, removed: 1, changed: 1, byColumn: { target: 1, kept: 1 }, contentAdded: 2, contentRemoved: 2 });
  expect(found.rows.examples).toEqual([
    { file: 0, row: 55, series: 'a', column: 'target', a: '4.0', b: '100.0' },
    { file: 0, row: 55, series: 'a', column: 'kept', a: 'true', b: 'false' },
  ]);
  expect(found.series).toEqual({ appeared: { count: 1, first: ['new'] }, vanished: { count: 0, first: [] } });
});

test('a row that moved to another part is no addition, and one line inserted at the top of a file changes addresses, not content', async () => {
  const march = rows('2024-03', 6);
  const a = await snapshot([march]);
  const b = await snapshot([march.map((row) => ({ ...row, row: row.row + 1 })).concat({ series: 'a', time: '2024-03-30 00:00:00', target: 70, row: 1 })]);
  expect((await diff(a, b)).rows).toMatchObject({ added: 1, removed: 0, changed: 6, contentAdded: 1, contentRemoved: 0 });
  const moved = await snapshot([march.slice(1), [{ ...(march[0] ?? { series: '', target: 0, row: 1 }), time: '2024-04-02 00:00:00' }]]);
  expect((await diff(a, moved)).rows).toMatchObject({ added: 0, removed: 0, changed: 1, byColumn: { time: 1 } });
});

test('a file is known by its number, which a new name does not change, else by its address, which new bytes do not change', async () => {
  const of = (file: number, first = 1): SalesRow[] => rows('2024-03', 10, first).map((row) => ({ ...row, file }));
  const a = await snapshot([[...of(11), ...of(22, 101)]], ['a.csv', 'c.csv'], [11, 22]);
  const more = await snapshot([[...of(11), ...of(33, 201), ...of(22, 101)]], ['a.csv', 'b.csv', 'c.csv'], [11, 33, 22]);
  expect((await diff(a, more)).rows).toMatchObject({ added: 10, removed: 0, changed: 0 });
  const renamed = await snapshot([[...of(11), ...of(22, 101), ...of(33, 201)]], ['a.csv', 'other.csv', 'more.csv'], [11, 22, 33]);
  expect((await diff(a, renamed)).rows).toMatchObject({ added: 10, removed: 0, changed: 0 });
  const rewritten = await snapshot([[...of(11), ...of(44, 101), { ...rows('2024-03', 1, 999)[0], series: 'a', time: '2024-03-02 00:00:00', target: 1, row: 999, file: 44 }]], ['a.csv', 'c.csv'], [11, 44]);
  expect((await diff(a, rewritten)).rows).toMatchObject({ added: 1, removed: 0, changed: 0 });
  const swapped = await snapshot([[...of(11), ...of(22, 101)]], ['c.csv', 'a.csv'], [11, 22]);
  expect((await diff(a, swapped)).rows).toMatchObject({ added: 0, removed: 0, changed: 0 });
});

test('rows that two snapshots both have are found whatever happens to the others (property)', async () => {
  const row = fc.record({ series: fc.constantFrom('a', 'b'), time: fc.constantFrom('2024-03-01 00:00:00', '2024-03-02 00:00:00'), target: fc.integer({ min: 0, max: 2 }), kept: fc.boolean() });
  const table = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 12 }), row), { selector: ([number]) => number, minLength: 1, maxLength: 12 });
  await fc.assert(fc.asyncProperty(table, table, async (left, right) => {
    const [a, b] = [new Map(left), new Map(right)];
    const text = (value: unknown): string => JSON.stringify(value);
    const side = (rowsOf: typeof left): Promise<Awaited<ReturnType<typeof snapshot>>> => snapshot([rowsOf.map(([number, value]) => ({ ...value, row: number }))]);
    const found = (await diff(await side(left), await side(right))).rows;
    const both = [...a.keys()].filter((key) => b.has(key));
    const surplus = (one: typeof a, other: typeof a): number => {
      const rest = [...other.values()].map(text);
      return [...one.values()].filter((value) => { const i = rest.indexOf(text(value)); if (i >= 0) rest.splice(i, 1); return i < 0; }).length;
    };
    expect(found).toMatchObject({
      added: b.size - both.length, removed: a.size - both.length, changed: both.filter((key) => text(a.get(key)) !== text(b.get(key))).length,
      contentAdded: surplus(b, a), contentRemoved: surplus(a, b),
    });
  }), { numRuns: 40 });
});

const single = (targets: readonly (number | null)[], category?: readonly string[]): SalesRow[] =>
  targets.map((target, i) => ({ series: 'a', time: '2024-03-01 00:00:00', target, row: i + 1, category: category?.[i] ?? null }));

test('distributions: PSI between deciles of the first snapshot and the exact KS statistic', async () => {
  const a = await snapshot([single(Array.from({ length: 100 }, (_, i) => i + 1))]);
  const b = await snapshot([single([...Array.from({ length: 80 }, (_, i) => i + 21), null, null])]);
  const [target] = (await diff(a, b, ['target'])).columns;
  expect(target?.bins.map(({ label }) => label)).toEqual(['≤ 10', '> 10 to 20', '> 20 to 30', '> 30 to 40', '> 40 to 50', '> 50 to 60', '> 60 to 70', '> 70 to 80', '> 80 to 90', '> 90']);
  expect(target?.bins.map(({ a: count, b: other }) => [count, other])).toEqual([[10, 0], [10, 0], ...Array.from({ length: 8 }, () => [10, 10])]);
  expect(target).toMatchObject({ missingA: 0, missingB: 2 });
  // Σ (0.125 − 0.1) ln 1.25 over eight bins, (0.0001 − 0.1) ln 0.001 over two.
  expect(target?.psi).toBeCloseTo(8 * 0.025 * Math.log(1.25) + 2 * (1e-4 - 0.1) * Math.log(1e-3), 12);
  expect(target?.ks).toBeCloseTo(0.2, 12);
  expect(target?.ksProbability).toBeLessThan(0.1);
});

test('KS over more values than one block of rows equals the definition', async () => {
  const values = Array.from({ length: 5000 }, (_, i) => ((i * 7919) % 10_007) / 8);
  const [a, b] = [await snapshot([single(values)]), await snapshot([single(values.map((value) => value * 1.1))])];
  const [target] = (await diff(a, b, ['target'])).columns;
  const sorted = [values, values.map((value) => value * 1.1)].map((sample) => sample.toSorted((x, y) => x - y)) as [number[], number[]];
  const share = (sample: readonly number[], x: number): number => { let [low, high] = [0, sample.length]; while (low < high) { const mid = (low + high) >> 1; if ((sample[mid] ?? 0) <= x) low = mid + 1; else high = mid; } return low / sample.length; };
  expect(target?.ks).toBeCloseTo(Math.max(...sorted.flat().map((x) => Math.abs(share(sorted[0], x) - share(sorted[1], x)))), 12);
});

test('texts are compared by their most frequent values and all others together; a column without values has no index', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `c${String(i).padStart(2, '0')}`);
  const a = await snapshot([single(names.map(() => null), names)]);
  const b = await snapshot([single(names.map(() => null), names.map((name, i) => (i === 0 ? 'unheard of' : name)))]);
  const found = (await diff(a, b, ['category', 'target', 'time'])).columns;
  const category = found.find(({ name }) => name === 'category');
  expect(category?.bins.at(0)).toEqual({ label: 'c00', a: 1, b: 0 });
  expect(category?.bins.at(-1)).toEqual({ label: 'all others', a: 10, b: 11 });
  expect(category?.psi).toBeGreaterThan(0);
  expect(found.find(({ name }) => name === 'target')).toEqual({ name: 'target', kind: 'number', missingA: 30, missingB: 30, bins: [] });
  expect(found.find(({ name }) => name === 'time')).toEqual({ name: 'time', kind: 'time', missingA: 0, missingB: 0, bins: [] });
});
