import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matrixColumns } from '../../../../adapters/duckdb/features/origin-table.ts';
import { dayOfIso } from '../../../../domain/calendar.ts';
import { dateOf, type PanelRow, somePanel, writePanel } from '../panel-file.ts';
import { referenceFeatures } from './reference-features.ts';
import { query, useScratch } from '../scratch.ts';

const scratch = useScratch();
const weekly = { textDims: 0, frequency: 'week', horizon: 3, folds: 2 } as const;
let files = 0;

async function build(panel: readonly PanelRow[], more: Partial<{ top: number; vectors: string; textDims: number }> = {}) {
  const name = `panel-${files++}`;
  const { duckdb, folder } = scratch();
  return duckdb.buildOriginTable({ ...weekly, ...more, panel: await writePanel(scratch(), name, panel), outFolder: join(folder, name) });
}

/** Rows of the table by series and origin. */
async function rowsOf(table: string): Promise<Map<string, Readonly<Record<string, unknown>>>> {
  const rows = await query(`SELECT *, CAST(origin AS VARCHAR) AS at FROM '${table}'`);
  return new Map(rows.map((row) => [`${String(row['series'])} ${String(row['at'])}`, row]));
}

describe('an origin table', () => {
  test.each([42, 60])('holds what a slow reference computes, over %i weeks', async (periods) => {
    const panel = somePanel({ series: 3, periods });
    const { table, spec, rows, columns } = await build(panel);
    const found = await rowsOf(table);
    expect(found.size).toBe(panel.length);
    expect(rows).toBe(panel.length);
    const names = matrixColumns(spec);
    expect(columns).toBe(names.length);
    expect(names.some((name) => name.startsWith('last_year'))).toBe(periods > 52);
    for (const { series, t } of panel) {
      const expected = referenceFeatures(panel, series, t, weekly.horizon);
      const row = found.get(`${series} ${dateOf(t)}`);
      for (const name of names) {
        const [value, truth] = [Number(row?.[name]), expected.get(name) ?? Number.POSITIVE_INFINITY];
        expect(Object.is(value, truth) || Math.abs(value - truth) < 1e-3, `${name} of ${series} at ${t}: ${value}, not ${truth}`).toBe(true);
      }
    }
  });

  test('no feature at an origin moves when anything after it changes', async () => {
    const periods = 34;
    const change = fc.record({ yRaw: fc.integer({ min: 0, max: 5_000 }), y: fc.integer({ min: 0, max: 5_000 }), price: fc.float({ min: 1, max: 99, noNaN: true }), lines: fc.integer({ min: 0, max: 50 }), largest: fc.integer({ min: 0, max: 900 }) });
    const scenario = fc.record({ seed: fc.integer({ min: 1, max: 1e6 }), origin: fc.integer({ min: 6, max: periods - 2 }), changes: fc.array(change, { minLength: 1, maxLength: 9 }), newcomer: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ seed, origin, changes, newcomer }) => {
        const before = somePanel({ series: 4, periods, seed });
        const scrambled = before.map((row, i) => (row.t <= origin ? row : { ...row, ...changes[i % changes.length] }));
        const added = newcomer ? Array.from({ length: periods - origin - 1 }, (_, i): PanelRow => ({ series: 'new', t: origin + 1 + i, yRaw: 77, y: 77, price: 1, lines: 3, largest: 50 })) : [];
        const [first, second] = [await build(before), await build([...scrambled, ...added])];
        const features = matrixColumns(first.spec).filter((name) => !/^[ya]_\d+$/.test(name));
        const [a, b] = [await rowsOf(first.table), await rowsOf(second.table)];
        for (const { series, t } of before.filter((row) => row.t <= origin)) {
          const key = `${series} ${dateOf(t)}`;
          const pick = (row: Readonly<Record<string, unknown>> | undefined): unknown[] => features.map((name) => row?.[name]);
          expect(pick(b.get(key)), key).toEqual(pick(a.get(key)));
        }
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  test('keeps the series that sold most up to the first fold, whatever they sell later', async () => {
    const sold = (series: string, early: number, late: number): PanelRow[] => Array.from({ length: 30 }, (_, t) => {
      const units = t <= 20 ? early : late;
      return { series, t, yRaw: units, y: units, price: undefined, lines: 1, largest: units };
    });
    const panel = [...sold('big', 5, 0), ...sold('late', 1, 900), ...sold('same-a', 3, 1), ...sold('same-b', 3, 1)];
    const { table, cutoffs, series } = await build(panel, { top: 2 });
    expect(cutoffs).toEqual({ folds: [dateOf(20), dateOf(23)], test: dateOf(26), final: dateOf(29) });
    expect(series).toBe(2);
    expect(await query(`SELECT DISTINCT series FROM '${table}' ORDER BY 1`)).toEqual([{ series: 'big' }, { series: 'same-a' }]);
  });

  test('has the same bytes with any number of threads', async () => {
    const panel = await writePanel(scratch(), 'threads', somePanel({ series: 60, periods: 60 }));
    const bytes = [];
    for (const threads of [1, 3]) {
      const { table } = await scratch().withThreads(threads).buildOriginTable({ ...weekly, panel, outFolder: join(scratch().folder, `threads-${threads}`) });
      bytes.push(await readFile(table));
    }
    expect(bytes[0]?.equals(bytes[1] ?? Buffer.alloc(0))).toBe(true);
  });

  test('refuses a panel that is too short for its folds', async () => {
    await expect(build(somePanel({ series: 1, periods: 12 }))).rejects.toMatchObject({ code: 'BadInput', message: expect.stringContaining('horizon 3 with 2 folds needs 16') as string });
  });
});

describe('texts in an origin table', () => {
  const panel = somePanel({ series: 6, periods: 34 });
  const series = ['s0', 's1', 's2', 's3', 's4'];
  const vectorsFile = async (name: string, last: readonly number[]): Promise<string> => {
    const out = join(scratch().folder, `${name}.parquet`);
    const rows = [[1, 0, 0], [0, 1, 0], [0.5, 0.5, 0.2], [0.9, 0.1, 0], last];
    await scratch().duckdb.writeVectors({
      out, series, dims: 3, vectors: Float32Array.from(rows.flat()), textSha256: series,
      knownFrom: ['', '2022-01-01', '2022-01-04', '2022-02-01', dateOf(31)].map((day) => (day === '' ? '1970-01-01T00:00:00' : `${day}T10:00:00`)),
    });
    return out;
  };

  test('count from the period in which they became known; series without one have none', async () => {
    const { table, spec } = await build(panel, { vectors: await vectorsFile('vectors', [0, 0, 9]), textDims: 2 });
    expect(spec.shared.filter(({ group }) => group === 'text').map(({ name }) => name)).toEqual(['text_1', 'text_2']);
    const known = await query(`SELECT series, CAST(min(origin) FILTER (NOT isnan(text_1)) AS VARCHAR) AS since FROM '${table}' GROUP BY series ORDER BY series`);
    expect(known.map(({ since }) => since)).toEqual([dateOf(0), dateOf(5), dateOf(10), dateOf(15), dateOf(31), null]);
  });

  test('do not move the reduction when they become known after the first fold', async () => {
    const tables = [];
    for (const [name, last] of [['early', [0, 0, 9]], ['other', [7, -3, 1]]] as const) {
      const { table } = await build(panel, { vectors: await vectorsFile(name, last), textDims: 2 });
      tables.push(await query(`SELECT series, origin, text_1, text_2 FROM '${table}' WHERE origin < DATE '${dateOf(31)}' ORDER BY ALL`));
    }
    expect(tables[0]).toEqual(tables[1]);
  });
});

test('months know last year’s month, days the same weekday', async () => {
  const month = (value: (t: number) => number, frequency: 'day' | 'month', periods: number): PanelRow[] =>
    Array.from({ length: periods }, (_, t) => ({ series: 'a', t, yRaw: value(t), y: value(t), price: undefined, lines: 1, largest: 1 }));
  const { duckdb, folder } = scratch();
  const monthly = await duckdb.buildOriginTable({ ...weekly, frequency: 'month', horizon: 14, folds: 1, panel: await writePanel(scratch(), 'months', month((t) => t, 'month', 60), 'month'), outFolder: join(folder, 'months') });
  const [row] = await query(`SELECT * FROM '${monthly.table}' WHERE origin = DATE '${dateOf(40, 'month')}'`);
  expect([row?.['last_year_1'], row?.['last_year_12'], row?.['last_year_13'], row?.['y_14']]).toEqual([29, 40, 29, 54]);
  const daily = await duckdb.buildOriginTable({ ...weekly, frequency: 'day', horizon: 8, folds: 1, panel: await writePanel(scratch(), 'days', month((t) => t, 'day', 60), 'day'), outFolder: join(folder, 'days') });
  const [day] = await query(`SELECT * FROM '${daily.table}' WHERE origin = DATE '${dateOf(40, 'day')}'`);
  expect([day?.['last_week_1'], day?.['last_week_7'], day?.['last_week_8'], day?.['weekday_1']]).toEqual([34, 40, 34, new Date(((dayOfIso(dateOf(41, 'day')) ?? 0)) * 86_400_000).getUTCDay() || 7]);
});
