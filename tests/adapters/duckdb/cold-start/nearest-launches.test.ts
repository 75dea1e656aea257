import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { type Comparison, nearestLaunches, vectorLikeness } from '../../../../adapters/duckdb/cold-start/nearest-launches.ts';
import { createRandom } from '../../../../domain/random.ts';
import { useOwnSession } from '../own-session.ts';
import { weekStart, writeVectorFile } from './product-files.ts';

const own = useOwnSession();
const always = weekStart(100);
const compare = (targets: readonly number[], candidates: readonly number[], nearest: number, more: Partial<Comparison> = {}): Comparison =>
  ({ until: always, targets: Uint32Array.from(targets), ownUntil: targets.map(() => always), candidates: Uint32Array.from(candidates), nearest, ...more });

async function nearest(vectors: string, series: readonly string[], comparisons: readonly Comparison[]) {
  const found = await own().use((session) => nearestLaunches(session, { vectors, series, frequency: 'week', comparisons }));
  return found.map((of) => Object.fromEntries(of));
}

describe('the search for the nearest', () => {
  test('finds what comparing all with all finds, in every comparison', async () => {
    const random = createRandom(4);
    const vectors = Array.from({ length: 60 }, () => Array.from({ length: 8 }, () => Math.fround(random.normal())));
    const series = vectors.map((_, i) => `s${String(i)}`);
    const file = await writeVectorFile(join(own().folder, 'random.parquet'), vectors.map((vector, i) => ({ series: series[i] ?? '', vector })), 8);
    const cosine = (a: readonly number[] = [], b: readonly number[] = []): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0) / Math.sqrt(a.reduce((sum, x) => sum + x * x, 0) * b.reduce((sum, x) => sum + x * x, 0));
    const groups = [compare([0, 1, 2], Array.from({ length: 40 }, (_, i) => i + 10), 7), compare([50], [3, 4, 5], 7), compare([], [1], 7)];
    const found = await nearest(file, series, groups);
    groups.forEach(({ targets, candidates, nearest: most }, g) => {
      const expected = Object.fromEntries(Array.from(targets, (target) => [target, Array.from(candidates).sort((a, b) => cosine(vectors[target], vectors[b]) - cosine(vectors[target], vectors[a])).slice(0, most)]));
      expect(found[g]).toEqual(expected);
    });
    const likeness = await own().use((session) => vectorLikeness(session, { vectors: file, series, frequency: 'week', comparisons: groups, targets: Uint32Array.of(0, 50, 1), candidates: Uint32Array.of(12, 4, 13) }));
    [[0, 12], [50, 4], [1, 13]].forEach(([a = 0, b = 0], i) => expect(likeness[i]).toBeCloseTo(cosine(vectors[a], vectors[b]), 6));
  });

  test('of equal vectors takes the lower number', async () => {
    const series = ['a', 'b', 'c', 'd'];
    const file = await writeVectorFile(join(own().folder, 'equal.parquet'), series.map((name) => ({ series: name, vector: [1, 1] })), 2);
    expect(await nearest(file, series, [compare([0], [3, 1, 2], 2)])).toEqual([{ 0: [1, 2] }]);
  });

  test('passes over products without a usable vector: none, not a number, without length', async () => {
    const series = ['a', 'none', 'nan', 'zero', 'good', 'absent'];
    const file = await writeVectorFile(join(own().folder, 'odd.parquet'), [
      { series: 'a', vector: [1, 0] }, { series: 'none', vector: null }, { series: 'nan', vector: [Number.NaN, 1] }, { series: 'zero', vector: [0, 0] }, { series: 'good', vector: [-1, 0] },
    ], 2);
    const comparison = compare([0, 2, 5], [1, 2, 3, 4, 5], 9);
    expect(await nearest(file, series, [comparison])).toEqual([{ 0: [4] }]);
    const likeness = await own().use((session) => vectorLikeness(session, { vectors: file, series, frequency: 'week', comparisons: [comparison], targets: Uint32Array.of(0, 0, 2), candidates: Uint32Array.of(4, 3, 4) }));
    expect(Array.from(likeness)).toEqual([-1, Number.NaN, Number.NaN]);
  });

  test('uses no vector before it is known: a candidate’s at the cutoff, a target’s at its launch', async () => {
    const series = ['target', 'early', 'late', 'tardy'];
    const file = await writeVectorFile(join(own().folder, 'times.parquet'), [
      { series: 'target', vector: [1, 0], knownFrom: `${weekStart(10)} 09:00:00` }, { series: 'early', vector: [0, 1], knownFrom: `${weekStart(5)} 00:00:00` },
      { series: 'late', vector: [1, 0], knownFrom: `${weekStart(9)} 00:00:00` }, { series: 'tardy', vector: [1, 0], knownFrom: `${weekStart(11)} 00:00:00` },
    ], 2);
    const at = (until: number, ownUntil: number) => compare([0, 3], [1, 2], 5, { until: weekStart(until), ownUntil: [weekStart(ownUntil), weekStart(ownUntil)] });
    expect(await nearest(file, series, [at(9, 11), at(10, 11), at(10, 10)])).toEqual([{ 0: [1] }, { 0: [2, 1] }, {}]);
  });

  test('counts the first of several vectors, and finds nobody in a file without vectors', async () => {
    const file = await writeVectorFile(join(own().folder, 'twice.parquet'), [
      { series: 'a', vector: [1, 0], knownFrom: '1990-01-01 00:00:00' }, { series: 'a', vector: [0, 1], knownFrom: '1990-01-02 00:00:00' },
      { series: 'b', vector: [1, 0] }, { series: 'c', vector: [0, 1] },
    ], 2);
    const later = { until: '2001-01-01', ownUntil: ['2001-01-01'] };
    expect(await nearest(file, ['a', 'b', 'c'], [compare([0], [1, 2], 1, later)])).toEqual([{ 0: [1] }]);
    const empty = await writeVectorFile(join(own().folder, 'empty.parquet'), [{ series: 'a', vector: null }], 2);
    expect(await nearest(empty, ['a', 'b'], [compare([0], [1], 1), compare([1], [0], 1)])).toEqual([{}, {}]);
  });
});
