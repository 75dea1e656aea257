import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Matrix } from '../../../contracts/training.ts';
import { addPeriods, dayOfIso, isoOfDay } from '../../../domain/calendar.ts';
import { dateOf, somePanel } from '../../domain/features/some-panel.ts';
import { buildOrigins } from './features/build-origins.ts';
import { writePanelParts } from './panel-file.ts';
import { query, useScratch } from './scratch.ts';

const scratch = useScratch();
const levels = [0.1, 0.5, 0.9];
const setup = { frequency: 'week', horizon: 3, folds: 2 } as const;

async function extracted(name: string, periods = 34) {
  const { duckdb, folder } = scratch();
  const panel = await writePanelParts(scratch(), name, somePanel({ series: 5, periods }));
  const built = await buildOrigins(duckdb, { ...setup, panel, outFolder: join(folder, name) });
  return { ...built, matrix: await duckdb.extractMatrix({ table: built.table, spec: built.spec, folder: join(folder, `${name}-matrix`) }) };
}
const words = async (file: string): Promise<ArrayBuffer> => {
  const bytes = await readFile(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
};

describe('a matrix', () => {
  test('holds the origin table column by column, rows by series and origin, whatever part they come from', async () => {
    const { matrix, table } = await extracted('layout', 120);
    expect(table.length).toBe(3);
    const values = new Float32Array(await words(join(matrix.folder, 'values.f32')));
    const series = new Uint32Array(await words(join(matrix.folder, 'series.u32')));
    const origin = new Int32Array(await words(join(matrix.folder, 'origin.i32')));
    const rows = await query(`SELECT *, datediff('day', DATE '1970-01-01', origin) AS origin_day FROM read_parquet([${table.map((file) => `'${file}'`).join(', ')}]) ORDER BY series, origin`);
    expect(rows.length).toBe(matrix.rows);
    expect(values.length).toBe(matrix.rows * matrix.columns.length);
    expect(rows.map((row) => row['series'])).toEqual([...series].map((i) => matrix.seriesIds[i]));
    expect(rows.map((row) => row['origin_day'])).toEqual([...origin]);
    matrix.columns.forEach((name, c) => { expect([...values.subarray(c * matrix.rows, (c + 1) * matrix.rows)], name).toEqual(rows.map((row) => row[name])); });
    const { folder: _, ...written } = matrix;
    expect(JSON.parse(await readFile(join(matrix.folder, 'matrix.json'), 'utf8'))).toEqual(written);
  });

  test('that another process has laid out meanwhile stays, and nothing half-written is left', async () => {
    const { matrix, table, spec } = await extracted('twice');
    const marker = join(matrix.folder, 'series.u32');
    await writeFile(marker, 'first');
    expect(await scratch().duckdb.extractMatrix({ table, spec, folder: matrix.folder })).toEqual(matrix);
    expect(await readFile(marker, 'utf8')).toBe('first');
    expect((await readdir(scratch().folder)).filter((file) => file.startsWith('twice-matrix'))).toEqual(['twice-matrix']);
  });
});

/** A fit's file for a cutoff: point 100 · series + step, quantiles around it. */
async function fitFile(matrix: Matrix, name: string, cutoff: string): Promise<{ name: string; cutoff: string; file: string }> {
  const origin = new Int32Array(await words(join(matrix.folder, 'origin.i32')));
  const series = new Uint32Array(await words(join(matrix.folder, 'series.u32')));
  const numbers: number[] = [];
  origin.forEach((day, row) => {
    if (isoOfDay(day) !== cutoff) return;
    for (let h = 1; h <= 3; h += 1) numbers.push(...[0, -1, 0, 1].map((shift) => 100 * (series[row] ?? NaN) + h + shift));
  });
  const file = join(scratch().folder, `${name}-${cutoff}.f32`);
  await writeFile(file, Float32Array.from(numbers));
  return { name, cutoff, file };
}

describe('predictions', () => {
  test('join the fits with series, dates and raw actuals, and come back as they were written', async () => {
    const { duckdb, folder } = scratch();
    const { matrix, cutoffs } = await extracted('predictions');
    const splits = [await fitFile(matrix, 'test', cutoffs.test), await fitFile(matrix, 'final', cutoffs.final), await fitFile(matrix, 'fold-1', cutoffs.folds[0] ?? '')];
    const out = join(folder, 'predictions.parquet');
    await duckdb.writePredictions({ matrix, splits, quantiles: levels, out });

    const rows = await query(`SELECT * REPLACE (CAST(origin AS VARCHAR) AS origin, CAST(ds AS VARCHAR) AS ds) FROM '${out}'`);
    expect(rows.length).toBe(3 * 5 * 3);
    const panel = new Map(somePanel({ series: 5, periods: 34 }).map(({ series, t, yRaw }) => [`${series} ${dateOf(t)}`, yRaw]));
    rows.forEach((row) => {
      const step = Number(row['step']);
      expect(row['ds']).toBe(isoOfDay(addPeriods(dayOfIso(String(row['origin'])) ?? NaN, step, 'week')));
      expect(row['y_hat']).toBe(100 * matrix.seriesIds.indexOf(String(row['series'])) + step);
      expect([row['q0.1'], row['q0.5'], row['q0.9']]).toEqual([-1, 0, 1].map((shift) => Number(row['y_hat']) + shift));
      expect(row['actual']).toBe(panel.get(`${String(row['series'])} ${String(row['ds'])}`) ?? null);
    });

    const table = await duckdb.readPredictions({ file: out });
    expect([table.splits, table.cutoffs, table.levels]).toEqual([['final', 'fold-1', 'test'], [cutoffs.final, cutoffs.folds[0], cutoffs.test], levels]);
    expect([...table.actual]).toEqual(rows.map((row) => row['actual'] ?? NaN));
    expect([...table.quantiles.subarray(3, 6)]).toEqual([1, 2, 3]);
    const again = join(folder, 'again.parquet');
    await scratch().withThreads(4).writePredictionTable({ table, out: again });
    expect((await readFile(again)).equals(await readFile(out))).toBe(true);
  });

  test('whose file does not fit the matrix are refused', async () => {
    const { matrix, cutoffs } = await extracted('torn');
    const split = await fitFile(matrix, 'test', cutoffs.test);
    await expect(scratch().duckdb.writePredictions({ matrix, splits: [split], quantiles: [0.5], out: join(scratch().folder, 'torn.parquet') }))
      .rejects.toMatchObject({ code: 'ArtifactCorrupt' });
  });

  test('of one split become a forecast file for people, programs and the database', async () => {
    const { duckdb, folder } = scratch();
    const { matrix, cutoffs } = await extracted('forecasts');
    const out = join(folder, 'all.parquet');
    await duckdb.writePredictions({ matrix, splits: [await fitFile(matrix, 'final', cutoffs.final), await fitFile(matrix, 'test', cutoffs.test)], quantiles: levels, out });
    const file = join(folder, 'forecasts.parquet');
    expect(await duckdb.writeForecasts({ table: await duckdb.readPredictions({ file: out }), split: 'final', out: file })).toEqual({ series: 5 });
    await duckdb.exportForecasts({ file, out: join(folder, 'forecasts.csv'), format: 'csv' });
    const [header, first] = (await readFile(join(folder, 'forecasts.csv'), 'utf8')).split('\n');
    expect(header).toBe('unique_id,ds,y_hat,q0.1,q0.5,q0.9');
    expect(first).toBe(`s0,${dateOf(34)},1.0,0.0,1.0,2.0`);
    const batches = [];
    for await (const batch of duckdb.forecastRows({ file })) batches.push(...batch);
    expect(batches.length).toBe(15);
    expect(batches[4]).toEqual({ series: 's1', ds: dateOf(35), yHat: 102, quantiles: [101, 102, 103] });
  });
});
