import { readFile } from 'node:fs/promises';

import { describe, expect, test } from 'vitest';

import { createPanelWindow, type PanelPartFile } from '../../../../adapters/duckdb/panel/panel-window.ts';
import { readPanelPart } from '../../../../adapters/duckdb/panel/read-panel-part.ts';
import { createRowWriter, type RowBlock, type WrittenColumn } from '../../../../adapters/duckdb/panel/row-writer.ts';
import { addPeriods, dayOfIso, isoOfStart, type PeriodLength, startOfIso, startUnit } from '../../../../domain/calendar.ts';
import { useSessions } from './use-sessions.ts';

const { path, inSession, query } = useSessions();

const columns = [{ name: 'y_raw', type: 'DOUBLE', nan: 'NULL' }, { name: 'age', type: 'INTEGER', nan: 'NULL' }] satisfies WrittenColumn[];
interface Cell { readonly series: string; readonly start: number; readonly yRaw: number; readonly age: number }

/** Writes cells in blocks of a few rows. */
async function write(cells: readonly Cell[], { threads = 2, block = 7, frequency = 'day' as PeriodLength } = {}): Promise<string> {
  const out = path('part.parquet');
  await inSession(async (session) => {
    const series = [...new Set(cells.map((cell) => cell.series))];
    const writer = await createRowWriter(session, { series, start: 'ds', unit: startUnit(frequency), columns });
    for (let at = 0; at < cells.length; at += block) {
      const rows = cells.slice(at, at + block);
      writer.append({
        rows: rows.length,
        series: Uint32Array.from(rows, (cell) => series.indexOf(cell.series)),
        starts: Int32Array.from(rows, (cell) => cell.start),
        values: [Float64Array.from(rows, (cell) => cell.yRaw), Float64Array.from(rows, (cell) => cell.age)],
      } satisfies RowBlock);
    }
    expect(await writer.save(out)).toBe(cells.length);
  }, threads);
  return out;
}

const day = (iso: string): number => dayOfIso(iso) ?? Number.NaN;
/** Daily cells of a series from its first day to a last one; the value tells where it belongs. */
const run = (series: string, from: string, to: string, begins = from): Cell[] =>
  Array.from({ length: day(to) - day(from) + 1 }, (_, i) => ({ series, start: day(from) + i, yRaw: day(from) + i, age: day(from) + i - day(begins) }));

describe('writing', () => {
  test('rows come back as they were, NaN as NULL, in whatever blocks they came', async () => {
    const cells = [...run('ü😀', '2024-01-01', '2024-01-20'), { series: 'z\'"', start: day('2024-02-01'), yRaw: Number.NaN, age: Number.NaN }];
    const file = await write(cells);
    expect(await query(`SELECT series, CAST(ds AS VARCHAR) AS ds, y_raw, age FROM '${file}'`)).toEqual(
      cells.map(({ series, start, yRaw, age }) => ({ series, ds: isoOfStart(start, 'day'), y_raw: Number.isNaN(yRaw) ? null : yRaw, age: Number.isNaN(age) ? null : age })));
    expect(await query(`SELECT DISTINCT column_name || ' ' || column_type AS c FROM (DESCRIBE SELECT * FROM '${file}') ORDER BY c`)).toEqual(
      ['age INTEGER', 'ds DATE', 'series VARCHAR', 'y_raw DOUBLE'].map((c) => ({ c })));
  });

  test('hours are times', async () => {
    const start = startOfIso('2024-03-01T17:00', 'hour') ?? Number.NaN;
    const file = await write([{ series: 'a', start, yRaw: 1, age: 0 }], { frequency: 'hour' });
    expect(await query(`SELECT CAST(ds AS VARCHAR) AS ds FROM '${file}'`)).toEqual([{ ds: '2024-03-01 17:00:00' }]);
    expect([...(await inSession((session) => readPanelPart(session, file, { columns: ['yRaw'], frequency: 'hour' }))).ds]).toEqual([start]);
  });

  test('nothing is written for no rows but the columns', async () => {
    expect(await query(`SELECT count(*) AS n FROM '${await write([])}'`)).toEqual([{ n: 0 }]);
  });

  test('the same rows give the same bytes, whatever the threads and the blocks', async () => {
    const cells = Array.from({ length: 90 }, (_, i) => i).flatMap((i) => run(`s${100 + i}`, '2019-01-01', '2023-12-31'));
    const [a, b] = [await write(cells, { threads: 1, block: 50_000 }), await write(cells, { threads: 4, block: 4_099 })];
    expect((await readFile(a)).equals(await readFile(b))).toBe(true);
  });

  test('a file appears whole or not at all', async () => {
    const folder = path('broken');
    await expect(inSession(async (session) => {
      const writer = await createRowWriter(session, { series: ['a'], start: 'ds', unit: 'day', columns: [{ name: 'age', type: 'UTINYINT', nan: 'NULL' }] });
      writer.append({ rows: 1, series: Uint32Array.of(0), starts: Int32Array.of(0), values: [Float64Array.of(300)] });
      await writer.save(`${folder}/part.parquet`);
    })).rejects.toThrow(/300/);
    expect(await query(`SELECT count(*) AS n FROM glob('${folder}/*')`)).toEqual([{ n: 0 }]);
  });
});

describe('reading', () => {
  test('gives the columns asked for, series by series, in the order of the file', async () => {
    const file = await write([...run('a', '2024-01-30', '2024-01-31'), ...run('b', '2024-01-31', '2024-01-31'), { series: '😀', start: 3, yRaw: Number.NaN, age: 9 }]);
    const { series, offsets, ds, columns: { yRaw, age } } = await inSession((session) => readPanelPart(session, file, { columns: ['yRaw', 'age'], frequency: 'day' }));
    expect(series).toEqual(['a', 'b', '😀']);
    expect([[...offsets], [...ds], [...yRaw], [...age]]).toEqual([[0, 2, 3, 4], [19_752, 19_753, 19_753, 3], [19_752, 19_753, 19_753, Number.NaN], [0, 1, 0, 9]]);
  });

  test('keeps the order of long files with many threads', async () => {
    const cells = Array.from({ length: 100 }, (_, i) => i).flatMap((i) => run(`s${100 + i}`, '2015-01-01', '2023-12-31'));
    const file = await write(cells, { block: 100_000 });
    const { ds } = await inSession((session) => readPanelPart(session, file, { columns: [], frequency: 'day' }), 4);
    expect(ds.findIndex((start, i) => start !== cells[i]?.start)).toBe(-1);
  });
});

describe('a window', () => {
  /** `a` from 2024-01-10, `b` from 2024-03-05; parts of months up to 2024-05-20. */
  async function parts(): Promise<PanelPartFile[]> {
    const months = ['2024-01-01', '2024-02-01', '2024-03-01', '2024-04-01', '2024-05-01', '2024-05-21'];
    return Promise.all(months.slice(0, -1).map(async (from, i) => {
      const last = isoOfStart(addPeriods(day(months[i + 1] ?? ''), -1, 'day'), 'day');
      const cells = [['a', '2024-01-10'], ['b', '2024-03-05']].flatMap(([series = '', begins = '']) =>
        begins > last ? [] : run(series, begins > from ? begins : from, last, begins));
      return { from, file: await write(cells) };
    }));
  }

  test('has every period of every series between its ends, in one array', async () => {
    const files = await parts();
    const window = createPanelWindow({ columns: ['yRaw', 'age'], frequency: 'day' });
    const seen: string[] = [];
    await inSession(async (session) => {
      for (const [from, to] of [['2024-01-10', '2024-01-15'], ['2024-01-20', '2024-03-10'], ['2024-03-31', '2024-05-20']] as const) {
        await window.cover(session, files, { from: day(from), to: day(to) });
        for (const series of window.series) {
          const { first, length, columns: { yRaw } } = window.of(series) ?? { first: Number.NaN, length: 0, columns: { yRaw: new Float64Array() } };
          const begins = Math.max(day(from), day(series === 'a' ? '2024-01-10' : '2024-03-05'));
          expect(first).toBeLessThanOrEqual(begins);
          expect(first + length - 1).toBeGreaterThanOrEqual(day(to));
          expect([...yRaw.subarray(0, length)]).toEqual(Array.from({ length }, (_, i) => first + i));
          seen.push(series);
        }
      }
    });
    expect(seen).toEqual(['a', 'a', 'b', 'a', 'b']);
  });

  test('reads only the parts that it covers, each once', async () => {
    const read: string[] = [];
    const files = (await parts()).map(({ from, file }) => ({ from, file: () => { read.push(from); return Promise.resolve(String(file)); } }));
    const window = createPanelWindow({ columns: ['yRaw'], frequency: 'day' });
    await inSession(async (session) => {
      await window.cover(session, files, { from: day('2024-02-10'), to: day('2024-03-10') });
      expect(read).toEqual(['2024-02-01', '2024-03-01']);
      await window.cover(session, files, { from: day('2024-03-01'), to: day('2024-04-01') });
    });
    expect(read).toEqual(['2024-02-01', '2024-03-01', '2024-04-01']);
  });

  test('takes a part that was just made in place of its file, and refuses one that leaves a hole', async () => {
    const files = await parts();
    await inSession(async (session) => {
      const part = async (i: number) => readPanelPart(session, String(files[i]?.file), { columns: ['yRaw'], frequency: 'day' });
      const window = createPanelWindow({ columns: ['yRaw'], frequency: 'day' });
      window.add('2024-01-01', await part(0));
      window.add('2024-02-01', await part(1));
      expect(window.of('a')?.length).toBe(22 + 29);
      await expect(part(3).then((later) => { window.add('2024-04-01', later); })).rejects.toThrow('does not go on');
    });
  });
});
