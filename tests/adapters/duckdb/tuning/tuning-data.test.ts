import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { TuningRequest } from '../../../../adapters/duckdb/tuning/tuning-data.ts';
import { demandProfile } from '../../../../domain/tuning/demand-profile.ts';
import { standardised } from '../../../../domain/tuning/standardise.ts';
import { dateOf, type PanelRow, somePanel } from '../../../domain/features/some-panel.ts';
import { writePanelParts } from '../panel-file.ts';
import { query, useScratch } from '../scratch.ts';

const scratch = useScratch();
/** 60 weeks, numbered from 0: the last is 59, the folds' cutoffs are 50 and 53. */
const [periods, setup] = [60, { frequency: 'week', horizon: 3, folds: 2 } as const];
const cutoff = 50;

let files = 0;
const path = (name: string): string => join(scratch().folder, `${name}-${String((files += 1))}`);

/** Vectors `[number of the series, 2, 3]`; `known` tells since which week, undefined for nobody knows. */
async function vectorsFile(known: Readonly<Record<string, number | undefined>>, columns = "'sha-' || series AS sha256", value = 'i'): Promise<string> {
  const file = `${path('vectors')}.parquet`;
  const rows = Object.entries(known).map(([series, t], i) => `('${series}', ${t === undefined ? 'NULL' : `TIMESTAMP '${dateOf(t)}'`}, ${String(i)})`).join(', ');
  await query(`COPY (SELECT series, known_from, CAST([${value}, 2, 3] AS FLOAT[3]) AS vector, ${columns} FROM (VALUES ${rows}) AS v(series, known_from, i) ORDER BY series) TO '${file}' (FORMAT parquet)`);
  return file;
}

async function staticsFile(values: Readonly<Record<string, string | null>>, known = 0): Promise<string> {
  const file = `${path('statics')}.parquet`;
  const rows = Object.entries(values).map(([series, value]) => `('${series}', TIMESTAMP '${dateOf(known)}', ${value === null ? 'NULL' : `'${value}'`})`).join(', ');
  await query(`COPY (SELECT * FROM (VALUES ${rows}) AS s(series, known_from, "product type") ORDER BY series) TO '${file}' (FORMAT parquet)`);
  return file;
}

async function dataOf(panel: readonly PanelRow[], vectors: string, more: Partial<TuningRequest> = {}) {
  const parts = await writePanelParts(scratch(), `panel-${String((files += 1))}`, panel);
  const folder = path('laid-out');
  await mkdir(folder);
  return scratch().duckdb.tuningData({ ...setup, panel: parts.map(({ file }) => file), modalities: [{ modality: 'text', vectors }], on: 'demand', folder, ...more });
}

const numbers = async (file: string): Promise<number[]> => {
  const bytes = await readFile(file);
  return [...new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))];
};

/** Three series that begin in weeks 0, 5 and 10, one that begins after the first fold's cutoff, and one that is never sold. */
const panel: readonly PanelRow[] = [...somePanel({ series: 3, periods }), ...somePanel({ series: 1, periods }).filter(({ t }) => t > cutoff).map((row) => ({ ...row, series: 's9' }))];
const known = { s0: 0, s1: cutoff, s2: cutoff + 1, s9: 0, z: 0 };

describe('what vectors are tuned on', () => {
  test('are the products sold by the first fold\'s cutoff, with how they sold until then', async () => {
    const data = await dataOf(panel, await vectorsFile(known));
    expect(data).toMatchObject({ cutoff: dateOf(cutoff), series: ['s0', 's1', 's2'] });
    const profiles = data.series.flatMap((series) => {
      const rows = panel.filter((row) => row.series === series && row.t <= cutoff);
      const earlier = rows.filter(({ t }) => t <= cutoff - 8);
      const total = (of: readonly PanelRow[]): number => of.reduce((sum, { y }) => sum + y, 0);
      return demandProfile({ periods: rows.length, total: total(rows), earlierPeriods: earlier.length, earlierTotal: total(earlier), idle: rows.filter(({ yRaw }) => yRaw === 0).length, price: rows.at(-1)?.price ?? Number.NaN });
    });
    expect(data.task.kind === 'demand' && [...data.task.values]).toEqual([...standardised(Float64Array.from(profiles), 4)]);
  });

  test('is learnt from by vectors that were known by then, while all vectors are laid out', async () => {
    const data = await dataOf(panel, await vectorsFile({ ...known, s0: undefined }), { modalities: [{ modality: 'text', vectors: await vectorsFile({ ...known, s0: undefined }), views: await vectorsFile(known, '0 AS view', 'i + 10') }] });
    const [text] = data.modalities;
    expect(text).toMatchObject({ modality: 'text', width: 3, vectors: { rows: 5, product: Int32Array.of(-1, 1, -1, -1, -1) }, views: { rows: 5, product: Int32Array.of(0, 1, -1, -1, -1) } });
    expect(await numbers(text?.vectors.file ?? '')).toEqual([0, 1, 2, 3, 4].flatMap((i) => [i, 2, 3]));
    expect(await numbers(text?.views?.file ?? '')).toEqual([10, 11, 12, 13, 14].flatMap((i) => [i, 2, 3]));
  });

  test('is the same whatever comes after the cutoff, and before it by as much as the gap', async () => {
    const vectors = await vectorsFile(known);
    const before = await dataOf(panel, vectors);
    const gap = await dataOf(panel, vectors, { gap: 2 });
    const later = (after: number) => panel.map((row) => (row.t > after ? { ...row, yRaw: 977, y: 977, price: 88 } : row));
    expect((await dataOf(later(cutoff), vectors)).task).toEqual(before.task);
    expect((await dataOf(later(cutoff - 1), vectors)).task).not.toEqual(before.task);
    expect((await dataOf(later(cutoff - 2), vectors, { gap: 2 })).task).toEqual(gap.task);
    expect(gap.task).not.toEqual(before.task);
  });

  test('is the value of a column, of those whose value is known', async () => {
    const values = { s0: 'mugs', s1: ' hats', s2: 'mugs ', s9: 'hats' };
    const vectors = await vectorsFile(known);
    const data = await dataOf(panel, vectors, { on: 'product type', statics: await staticsFile(values) });
    expect(data).toMatchObject({ series: ['s0', 's1', 's2'], task: { kind: 'alike', column: 'product type', labels: Uint32Array.of(1, 0, 1) } });
    const some = await dataOf(panel, vectors, { on: 'product type', statics: await staticsFile({ ...values, s1: null, s2: '  ' }) });
    expect(some.series).toEqual(['s0']);
    expect((await dataOf(panel, vectors, { on: 'product type', statics: await staticsFile(values, cutoff + 1) })).series).toEqual([]);
  });

  test('has to be something that there is', async () => {
    const vectors = await vectorsFile(known);
    await expect(dataOf(panel, vectors, { on: 'sales' })).rejects.toMatchObject({ code: 'BadInput', message: expect.stringMatching(/"sales" is neither "demand" nor a column of sources\.products\.static, which names none/) as string });
    const statics = await staticsFile({ s0: 'mugs' });
    for (const on of ['categry', 'series', 'known_from']) await expect(dataOf(panel, vectors, { on, statics })).rejects.toMatchObject({ code: 'BadInput', message: expect.stringContaining('("product type")') as string });
  });

  test('with no vector at all is nothing', async () => {
    const empty = `${path('vectors')}.parquet`;
    await query(`COPY (SELECT '' AS series, TIMESTAMP '2022-01-03' AS known_from, CAST([1] AS FLOAT[1]) AS vector, '' AS sha256 WHERE false) TO '${empty}' (FORMAT parquet)`);
    expect((await dataOf(panel, empty)).modalities).toMatchObject([{ width: 0, vectors: { rows: 0, product: new Int32Array() } }]);
  });
});

describe('tuned vectors', () => {
  test('stand in the rows of those that they replace, in the same bytes whatever the threads', async () => {
    const source = await vectorsFile({ ...known, s1: undefined });
    const outs = [`${path('tuned')}.parquet`, `${path('tuned')}.parquet`];
    for (const [i, out] of outs.entries()) await scratch().withThreads(1 + 3 * i).writeTunedVectors({ source, values: Float32Array.from({ length: 10 }, (_, at) => at / 4), dims: 2, out });
    expect(await readFile(outs[0] ?? '')).toEqual(await readFile(outs[1] ?? ''));
    const rows = await query(`SELECT t.series, t.known_from IS NOT DISTINCT FROM s.known_from AS same, t.vector[1] AS a, t.vector[2] AS b, t.sha256 FROM '${outs[0] ?? ''}' t JOIN '${source}' s USING (series) ORDER BY t.series`);
    expect(rows).toEqual(['s0', 's1', 's2', 's9', 'z'].map((series, i) => ({ series, same: true, a: i / 2, b: i / 2 + 0.25, sha256: `sha-${series}` })));
  });

  test('have to be as many as there were', async () => {
    await expect(scratch().duckdb.writeTunedVectors({ source: await vectorsFile(known), values: new Float32Array(9), dims: 2, out: `${path('tuned')}.parquet` })).rejects.toThrow('9 numbers for 5 vectors of 2');
  });
});
