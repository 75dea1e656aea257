import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dayOfIso } from '../../../../domain/calendar.ts';
import { matrixColumns } from '../../../../domain/features/matrix-columns.ts';
import { referenceFeatures } from '../../../domain/features/reference-features.ts';
import { dateOf, type PanelRow, somePanel } from '../../../domain/features/some-panel.ts';
import { writePanelParts } from '../panel-file.ts';
import { query, useScratch } from '../scratch.ts';
import { buildOrigins } from './build-origins.ts';

const scratch = useScratch();
const weekly = { frequency: 'week', horizon: 3, folds: 2 } as const;
let files = 0;

async function build(panel: readonly PanelRow[], more: Partial<{ top: number; step: number; gap: number; window: { sliding: number } }> = {}) {
  const name = `panel-${files++}`;
  return buildOrigins(scratch().duckdb, { ...weekly, ...more, panel: await writePanelParts(scratch(), name, panel), outFolder: join(scratch().folder, name) });
}
const from = (table: readonly string[]): string => `read_parquet([${table.map((file) => `'${file}'`).join(', ')}])`;

describe('an origin table in parts', () => {
  test('holds in its parts what a slow reference computes over the whole', async () => {
    const panel = somePanel({ series: 4, periods: 130 });
    const { table, spec, rows } = await build(panel);
    expect(table.map((file) => basename(file))).toEqual(['origins-2022-01-01.parquet', 'origins-2023-01-01.parquet', 'origins-2024-01-01.parquet']);
    expect(rows).toBe(panel.length);
    const found = new Map((await query(`SELECT *, CAST(origin AS VARCHAR) AS at FROM ${from(table)}`)).map((row) => [`${String(row['series'])} ${String(row['at'])}`, row]));
    const names = matrixColumns(spec);
    for (const { series, t } of panel.filter(({ t: period }) => period % 9 === 0 || (period > 50 && period < 56))) {
      const expected = referenceFeatures(panel, series, t, weekly.horizon);
      const row = found.get(`${series} ${dateOf(t)}`);
      for (const name of names) {
        const [value, truth] = [Number(row?.[name]), expected.get(name) ?? Number.POSITIVE_INFINITY];
        expect(Object.is(value, truth) || Math.abs(value - truth) < 1e-3, `${name} of ${series} at ${String(t)}: ${String(value)}, not ${String(truth)}`).toBe(true);
      }
    }
  });

  test('has the bytes of the whole in a part that is made alone, with any number of threads', async () => {
    const panel = somePanel({ series: 60, periods: 130 });
    const whole = await build(panel);
    const panelParts = await writePanelParts(scratch(), 'alone', panel);
    for (const number of [1, 2]) {
      const alone = await buildOrigins(scratch().withThreads(number), { ...weekly, panel: panelParts, outFolder: join(scratch().folder, `alone-${String(number)}`), only: [number] });
      expect((await readFile(alone.table[0] ?? '')).equals(await readFile(whole.table[number] ?? ''))).toBe(true);
    }
  });

  test('rests on the parts of the panel that its windows reach back to and its targets ahead to', async () => {
    const { spans } = await build(somePanel({ series: 2, periods: 180 }));
    expect(spans.map(({ oldestPart, newestPart }) => [oldestPart, newestPart])).toEqual([[0, 1], [0, 2], [1, 3], [2, 3]]);
  });

  test('keeps the series that sold most up to the first fold, whatever they sell later', async () => {
    const sold = (series: string, early: number, late: number): PanelRow[] => Array.from({ length: 30 }, (_, t) => {
      const units = t <= 20 ? early : late;
      return { series, t, yRaw: units, y: units, price: undefined, lines: 1, largest: units };
    });
    const panel = [...sold('big', 5, 0), ...sold('late', 1, 900), ...sold('same-a', 3, 1), ...sold('same-b', 3, 1)];
    const { table, cutoffs, series } = await build(panel, { top: 2 });
    expect(cutoffs).toEqual({ folds: [dateOf(20), dateOf(23)], test: dateOf(26), final: dateOf(29) });
    expect(series).toBe(2);
    expect(await query(`SELECT DISTINCT series FROM ${from(table)} ORDER BY 1`)).toEqual([{ series: 'big' }, { series: 'same-a' }]);
  });

  test('names the folds as the pipeline file sets them, and what they learn from', async () => {
    const { cutoffs } = await build(somePanel({ series: 1, periods: 40 }), { step: 1, gap: 2, window: { sliding: 12 } });
    expect(cutoffs).toEqual({ folds: [dateOf(32), dateOf(33)], test: dateOf(36), final: dateOf(39), gap: 2, window: 12 });
  });

  test('refuses a panel that is too short for its folds', async () => {
    await expect(build(somePanel({ series: 1, periods: 12 }))).rejects.toMatchObject({ code: 'BadInput', message: expect.stringContaining('horizon 3 with 2 folds needs 16') as string });
  });

  test('refuses a panel that is too short for folds as far apart and targets as late as the pipeline file has them', async () => {
    const panel = somePanel({ series: 1, periods: 20 });
    await expect(build(panel, { step: 8, gap: 1 })).rejects.toMatchObject({ message: expect.stringContaining('2 folds 8 weeks apart and gap 1 needs 22;') as string });
    expect((await build(panel, { step: 6, gap: 1 })).cutoffs.gap).toBe(1);
  });
});

test('months know last year’s month, days the same weekday', async () => {
  const rows = (periods: number): PanelRow[] => Array.from({ length: periods }, (_, t) => ({ series: 'a', t, yRaw: t, y: t, price: undefined, lines: 1, largest: 1 }));
  const { duckdb, folder } = scratch();
  const monthly = await buildOrigins(duckdb, { ...weekly, frequency: 'month', horizon: 14, folds: 1, panel: await writePanelParts(scratch(), 'months', rows(60), 'month'), outFolder: join(folder, 'months') });
  const [row] = await query(`SELECT * FROM ${from(monthly.table)} WHERE origin = DATE '${dateOf(40, 'month')}'`);
  expect([row?.['last_year_1'], row?.['last_year_12'], row?.['last_year_13'], row?.['y_14']]).toEqual([29, 40, 29, 54]);
  const daily = await buildOrigins(duckdb, { ...weekly, frequency: 'day', horizon: 8, folds: 1, panel: await writePanelParts(scratch(), 'days', rows(60), 'day'), outFolder: join(folder, 'days') });
  const [day] = await query(`SELECT * FROM ${from(daily.table)} WHERE origin = DATE '${dateOf(40, 'day')}'`);
  expect([day?.['last_week_1'], day?.['last_week_7'], day?.['last_week_8'], day?.['weekday_1']]).toEqual([34, 40, 34, new Date(((dayOfIso(dateOf(41, 'day')) ?? 0)) * 86_400_000).getUTCDay() || 7]);
});

test('hours know the same hour of the day and of the week, in parts that end at midnight', async () => {
  const rows: PanelRow[] = Array.from({ length: 24 * 40 }, (_, t) => ({ series: 'a', t, yRaw: t, y: t, price: undefined, lines: 1, largest: 1 }));
  const { duckdb, folder } = scratch();
  const { table, cutoffs, spans } = await buildOrigins(duckdb, { ...weekly, frequency: 'hour', horizon: 25, folds: 1, panel: await writePanelParts(scratch(), 'hours', rows, 'hour'), outFolder: join(folder, 'hours') });
  expect([cutoffs.test, cutoffs.final]).toEqual([dateOf(24 * 40 - 26, 'hour'), dateOf(24 * 40 - 1, 'hour')]);
  expect(spans.map((span) => [span.from, span.last - span.first + 1])).toEqual([['2022-01-01', 24 * 29], ['2022-02-01', 24 * 11]]);
  const [row] = await query(`SELECT * FROM ${from(table)} WHERE origin = TIMESTAMP '${dateOf(800, 'hour')}'`);
  expect(['lag_0', 'lag_1', 'mean_24', 'last_day_1', 'last_day_25', 'last_week_1', 'hour_1', 'y_25'].map((name) => row?.[name])).toEqual([800, 799, 788.5, 777, 777, 633, 801 % 24, 825]);
  expect([row?.['weekday_1'], row?.['last_year_1']]).toEqual([(Math.floor(801 / 24) % 7) + 1, undefined]);
  expect((await query(`DESCRIBE SELECT origin FROM ${from(table)}`))[0]?.['column_type']).toBe('TIMESTAMP');
});
