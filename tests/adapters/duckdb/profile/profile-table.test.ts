import { createHash } from 'node:crypto';

import { expect, test } from 'vitest';

import { mergeProfiles } from '../../../../adapters/duckdb/profile/merge-profiles.ts';
import { profilePart } from '../../../../adapters/duckdb/profile/profile-part.ts';
import { profileTable } from '../../../../adapters/duckdb/profile/profile-table.ts';
import { type SalesRow, writeSalesPart } from './sales-part.ts';
import { useSessions } from './scratch-sessions.ts';

const scratch = useSessions();
const meaning = { unit: 'piece', currency: 'EUR', timezone: 'Europe/London' };

/** Two months of two shops with what real files have: gaps, zeros, returns, rows that don't count, a name with a quote. */
function someRows(month: string): SalesRow[] {
  return Array.from({ length: 120 }, (_, i) => ({
    series: i < 60 ? "O'Hara" : 'Żabka 🙂', time: `${month}-${String(1 + (i % 28)).padStart(2, '0')} 09:00:00`,
    target: i % 17 === 3 ? null : i % 11 === 0 ? 0 : (i * 7) % 40, price: i % 5 === 0 ? Number.NaN : 1.5 + (i % 3), row: i + 1 + (month === '2024-04' ? 1000 : 0),
    kept: i % 13 !== 0, category: i < 90 ? 'tea' : null,
  }));
}
const rows = [someRows('2024-03'), someRows('2024-04')];

async function files(): Promise<string[]> {
  const parts = await Promise.all(rows.map((part, i) => writeSalesPart(scratch(), `part-${String(i)}`, part)));
  return parts.map(({ path }) => path);
}

const kept = rows.flat().filter((row) => row.kept);
const targets = kept.flatMap(({ target }) => target ?? []);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

test('the figures of a column are those of its kept rows, recomputed here', async () => {
  const profile = await scratch().run(profileTable, { files: await files(), frequency: 'month', meaning });
  expect(profile).toMatchObject({ version: 1, rows: 240, keptRows: kept.length, series: 2, meaning });
  expect(profile.columns.map(({ name, kind, unit }) => [name, kind, unit])).toEqual([
    ['series', 'text', undefined], ['time', 'time', 'Europe/London'], ['target', 'number', 'piece'], ['price', 'number', 'EUR'],
    ['stock', 'number', 'piece'], ['returned', 'truth', undefined], ['category', 'text', undefined], ['kept', 'truth', undefined],
  ]);
  const mean = sum(targets) / targets.length;
  const sorted = targets.toSorted((a, b) => a - b);
  const target = profile.columns.find(({ name }) => name === 'target');
  expect(target).toMatchObject({ missing: kept.length - targets.length, distinct: new Set(targets).size, distinctIsExact: true, min: '0.0', max: String(sorted.at(-1)?.toFixed(1)) });
  expect(target?.numbers).toMatchObject({ zeros: targets.filter((value) => value === 0).length, negatives: 0, sum: sum(targets) });
  expect(target?.numbers?.mean).toBeCloseTo(mean, 12);
  expect(target?.numbers?.deviation).toBeCloseTo(Math.sqrt(sum(targets.map((value) => (value - mean) ** 2)) / (targets.length - 1)), 9);
  expect(target?.numbers?.quantiles.find(({ level }) => level === 0.5)?.value).toBeCloseTo(((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2, 9);
  expect(sum(target?.numbers?.histogram.bars.map(({ count }) => count) ?? [])).toBe(targets.length);
  const price = profile.columns.find(({ name }) => name === 'price');
  expect(price).toMatchObject({ missing: kept.filter((row) => Number.isNaN(row.price)).length, distinct: 3 });
  expect(profile.columns.find(({ name }) => name === 'stock')).toMatchObject({ missing: kept.length, distinct: 0 });
  expect(profile.columns.find(({ name }) => name === 'category')).toMatchObject({ top: [{ value: 'tea', count: kept.filter((row) => row.category === 'tea').length }], topError: 0 });
  expect(profile.columns.find(({ name }) => name === 'kept')?.top).toEqual([{ value: 'true', count: kept.length }, { value: 'false', count: 240 - kept.length }]);
});

test('totals per period follow each other over the parts', async () => {
  const { periods } = await scratch().run(profileTable, { files: await files(), frequency: 'month', meaning });
  const of = (month: number) => kept.filter((row) => row.time.startsWith(`2024-0${String(month)}`));
  expect(periods).toMatchObject({
    starts: ['2024-03-01', '2024-04-01'], rows: [120, 120], kept: [of(3).length, of(4).length],
    target: [3, 4].map((month) => sum(of(month).flatMap(({ target }) => target ?? []))),
    missing: [3, 4].map((month) => of(month).filter(({ target }) => target === null).length),
    zeros: [3, 4].map((month) => of(month).filter(({ target }) => target === 0).length), series: [2, 2],
  });
  const hourly = await scratch().run(profileTable, { files: await files(), frequency: 'hour', meaning });
  expect(hourly.periods.starts[0]).toBe('2024-03-01T09:00');
});

test('profiles of parts that were kept merge into the same profile, whatever the number of threads', async () => {
  const paths = await files();
  const { run } = scratch();
  const whole = await run(profileTable, { files: paths, frequency: 'day', meaning });
  const parts = await Promise.all(paths.map((file) => run(profilePart, { file, frequency: 'day' as const }, 4)));
  // As the step cache gives them back.
  expect(mergeProfiles(JSON.parse(JSON.stringify(parts)) as typeof parts, { frequency: 'day', series: 2, meaning })).toEqual(whole);
});

test('the digest of a column is SHA-256 as documented: doubles in the order of the rows, texts as runs', async () => {
  const [first] = await files();
  const { columns } = await scratch().run(profilePart, { file: first ?? '', frequency: 'day' });
  const digestOf = (name: string): string | undefined => columns.find((column) => column.name === name)?.digest;
  const inOrder = (rows[0] ?? []).toSorted((a, b) => (a.series === b.series ? a.time.localeCompare(b.time) || a.row - b.row : Buffer.compare(Buffer.from(a.series), Buffer.from(b.series))));
  expect(digestOf('target')).toBe(createHash('sha256').update(Buffer.from(Float64Array.from(inOrder, ({ target }) => target ?? Number.NaN).buffer)).digest('hex'));
  expect(digestOf('kept')).toBe(createHash('sha256').update(Uint8Array.from(inOrder, (row) => (row.kept ? 1 : 0))).digest('hex'));
  const hash = createHash('sha256');
  const head = (length: bigint, row: number): Buffer => Buffer.from(BigInt64Array.of(length, BigInt(row)).buffer);
  inOrder.forEach(({ series }, i) => {
    if (i === 0 || inOrder[i - 1]?.series !== series) hash.update(head(BigInt(Buffer.byteLength(series)), i + 1)).update(series);
  });
  expect(digestOf('series')).toBe(hash.update(head(-1n, inOrder.length)).digest('hex'));
});

test('one value more or less changes the digest of its column and of no other', async () => {
  const changed = rows[0]?.map((row) => (row.row === 7 ? { ...row, price: 99 } : row)) ?? [];
  const [{ path }, [other]] = [await writeSalesPart(scratch(), 'changed', changed), await files()];
  const [a, b] = await Promise.all([path, other ?? ''].map((file) => scratch().run(profilePart, { file, frequency: 'day' })));
  expect(a?.columns.filter((column, i) => column.digest !== b?.columns[i]?.digest).map(({ name }) => name)).toEqual(['price']);
});

test('what is enormous or infinitely many neither fails nor lies', async () => {
  const many = Array.from({ length: 3000 }, (_, i) => ({ series: 'a', time: '2024-03-01 00:00:00', target: i === 0 ? 1e300 : i === 1 ? -3 : i + 0.25, row: i + 1 }));
  const { path } = await writeSalesPart(scratch(), 'many', many);
  const { columns } = await scratch().run(profileTable, { files: [path], frequency: 'day', meaning: {} });
  const target = columns.find(({ name }) => name === 'target');
  expect(target?.distinctIsExact).toBe(false);
  expect(Math.abs((target?.distinct ?? 0) / 3000 - 1)).toBeLessThan(0.2);
  expect(target?.numbers).toMatchObject({ negatives: 1, sum: 1e300 });
  expect(target?.max).toBe('1e+300');
});

test('a table whose rows all take no part has a profile without figures', async () => {
  const { path } = await writeSalesPart(scratch(), 'none', [{ series: 'a', time: '2024-03-01 00:00:00', target: 1, row: 1, kept: false }]);
  const profile = await scratch().run(profileTable, { files: [path], frequency: 'day', meaning: {} });
  expect(profile).toMatchObject({ rows: 1, keptRows: 0, series: 0, periods: { kept: [0], target: [0] } });
  expect(profile.columns.find(({ name }) => name === 'target')).toMatchObject({ missing: 0, distinct: 0 });
});
