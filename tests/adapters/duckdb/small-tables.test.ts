import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dateOf, type PanelRow } from '../../domain/features/some-panel.ts';
import { writePanel } from './panel-file.ts';
import { query, useScratch } from './scratch.ts';

const scratch = useScratch();

/** A sales file of a snapshot: ten kept rows of A and B, and one that takes no part. */
async function salesFile(): Promise<string> {
  const out = join(scratch().folder, 'sales.parquet');
  await query(`COPY (
    SELECT CASE WHEN i < 7 THEN 'A' ELSE 'B1' END AS series, TIMESTAMP '2024-03-01 09:00:00' + i * INTERVAL 1 DAY AS time, CASE WHEN i = 3 THEN NULL ELSE i END::DOUBLE AS target,
           i / 2::DOUBLE AS price, i = 10 AS returned, 0::UTINYINT AS file, (i + 1)::UBIGINT AS row, i < 10 AS kept
    FROM range(11) t(i) ORDER BY series, time, row) TO '${out}' (FORMAT parquet)`);
  return out;
}

test('a table is described by its columns and, for sales, its totals over time', async () => {
  const summary = await scratch().duckdb.describeTable({ file: await salesFile() });
  expect(summary.rows).toBe(11);
  expect(summary.columns.find(({ name }) => name === 'target')).toEqual({ name: 'target', type: 'DOUBLE', nullShare: 1 - 10 / 11, min: '0.0', max: '10.0', approxDistinct: expect.closeTo(10, -0.5) as number });
  expect(summary.totals?.length).toBe(24);
  expect([summary.totals?.[23], summary.totals?.reduce((a, b) => a + b, 0)]).toEqual([9, 42]);
});

test('scales are the naive error up to the cutoff; without variation or history there is none', async () => {
  const rows = (series: string, values: readonly number[], start = 0): PanelRow[] =>
    values.map((yRaw, i) => ({ series, t: start + i, yRaw, y: 0, price: undefined, lines: 1, largest: 1 }));
  const panel = [await writePanel(scratch(), 'scales', [...rows('a', [1, 4, 2, 90]), ...rows('flat', [5, 5, 5, 1]), ...rows('young', [3, 8], 2), ...rows('zlater', [9], 3)])];
  const [early, late] = await scratch().duckdb.seasonalScales({ panel, cutoffs: [dateOf(2), dateOf(3)], season: 1 });
  expect(early).toEqual({ series: ['a', 'flat', 'young'], scale: Float64Array.of(2.5, NaN, NaN), periods: Uint32Array.of(3, 3, 1) });
  expect(late?.scale).toEqual(Float64Array.of(31, 4 / 3, 5, NaN));
  const [seasonal] = await scratch().duckdb.seasonalScales({ panel, cutoffs: [dateOf(3)], season: 2 });
  expect(seasonal?.scale).toEqual(Float64Array.of(43.5, 2, NaN, NaN));
});

test('vectors come back by the digest of their text, and their file has the same bytes when it is written again', async () => {
  const { duckdb, folder, withThreads } = scratch();
  const vectors = Float32Array.from({ length: 5_000 * 8 }, (_, i) => Math.sin(i));
  const series = Array.from({ length: 5_000 }, (_, i) => `s${i}`);
  const request = { series, knownFrom: series.map((_, i) => (i % 2 === 0 ? '' : '2024-01-01T10:00:00')), textSha256: series.map((s) => `digest-${s}`), vectors, dims: 8 };
  await duckdb.writeVectors({ ...request, out: join(folder, 'a.parquet') });
  await withThreads(4).writeVectors({ ...request, out: join(folder, 'b.parquet') });
  expect((await readFile(join(folder, 'a.parquet'))).equals(await readFile(join(folder, 'b.parquet')))).toBe(true);
  const read = await duckdb.readVectors({ files: [join(folder, 'a.parquet')] });
  expect(read.size).toBe(5_000);
  expect(read.get('digest-s4321')).toEqual(vectors.slice(4321 * 8, 4322 * 8));
});
