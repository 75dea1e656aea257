import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CleanReport, createClean } from '../../../../activities/clean.ts';
import { cleaningSchema } from '../../../../contracts/cleaning.schema.ts';
import { type Frequency } from '../../../../contracts/pipeline.schema.ts';
import { sourcesSchema } from '../../../../contracts/sources.schema.ts';
import { fetchParts } from '../../../../contracts/table-parts.ts';
import { dayOfIso, isoOfDay } from '../../../../domain/calendar.ts';
import { quantileOfSorted } from '../../../../domain/baselines.ts';
import { at, attempt, surroundings } from '../../../activities/surroundings.ts';
import { ingestLocally } from '../ingest/ingest-locally.ts';
import { query, useScratch } from '../scratch.ts';

const scratch = useScratch();
let runs = 0;

interface Attempt {
  readonly frequency?: Frequency;
  readonly cleaning?: Readonly<Record<string, unknown>>;
  readonly cutoff?: string;
  readonly threads?: number;
  /** What was done before is found in its cache. */
  readonly given?: ReturnType<typeof surroundings>;
  readonly header?: string;
  readonly columns?: Readonly<Record<string, string>>;
  /** Lines of a second file. */
  readonly more?: readonly string[];
}

/** Cleans lines `sku,day,units,price`. `panel` are the paths of its parts. */
async function clean(lines: readonly string[], { frequency = 'week', cleaning = {}, cutoff, threads = 2, given, header = 'sku,day,units,price', columns = {}, more }: Attempt = {}) {
  const { folder, file, withThreads } = scratch();
  const name = `run-${runs++}`;
  await mkdir(join(folder, name));
  await file(`${name}/a.csv`, [header, ...lines].join('\n'));
  if (more !== undefined) await file(`${name}/b.csv`, [header, ...more].join('\n'));
  const sources = sourcesSchema.parse({ sales: { uri: `${name}/*.csv`, columns: { series: 'sku', time: 'day', target: 'units', price: 'price', ...columns } } });
  const duckdb = withThreads(threads);
  const around = given ?? surroundings(join(folder, name, 'around'));
  const setup = { frequency, horizon: 1, folds: 1 };
  const { snapshot } = await ingestLocally(duckdb, around, { ...setup, sources, baseFolder: folder, now: '2030-01-01' });
  const { artifacts } = around;
  const activity = createClean({ ...around, tables: duckdb });
  const cleaned = await attempt(() => activity({ context: at('clean'), snapshot, ...setup, cleaning: cleaningSchema.parse(cleaning), ...(cutoff !== undefined && { cutoff }) }));
  return { ...cleaned, panel: await fetchParts(artifacts, cleaned.panel), report: (await artifacts.readJson(cleaned.report)) as CleanReport };
}
const relation = (panel: readonly string[]): string => `read_parquet([${panel.map((file) => `'${file}'`).join(', ')}])`;
const panelRows = (panel: readonly string[], series: string) => query(`SELECT CAST(ds AS VARCHAR) AS ds, y_raw, y, price, touched FROM ${relation(panel)} WHERE series = '${series}' ORDER BY ds`);
const from = (start: string, days: number): string[] => Array.from({ length: days }, (_, i) => isoOfDay((dayOfIso(start) ?? NaN) + i));
/** One unit of A on each of these days. */
const daily = (start: string, days: number): string[] => from(start, days).map((day) => `A,${day},1,2`);

describe('only periods that the data cover in whole take part', () => {
  test('a week counts from Monday to Sunday', async () => {
    // From Wednesday 2024-01-03 to Saturday 2024-03-09.
    const { from: first, to: last, droppedRows, periods } = await clean(daily('2024-01-03', 67));
    expect([first, last, periods, droppedRows]).toEqual(['2024-01-08', '2024-02-26', 8, 11]);
  });

  test('a cutoff hides everything after it, and the data reach it when they go on', async () => {
    const lines = daily('2024-01-01', 70).filter((line) => !line.includes('2024-03-03'));
    const { to, droppedRows } = await clean(lines, { cutoff: '2024-03-03' });
    expect([to, droppedRows]).toEqual(['2024-02-26', 0]);
  });

  test('rows that all lie on the same weekday are totals of weeks', async () => {
    const { from: first, to } = await clean(daily('2024-01-01', 64).filter((_, i) => i % 7 === 0));
    expect([first, to]).toEqual(['2024-01-01', '2024-03-04']);
  });

  test('month ends are totals of months', async () => {
    const ends = ['01-31', '02-29', '03-31', '04-30', '05-31', '06-30', '07-31', '08-31'];
    const { from: first, to } = await clean(ends.map((end) => `A,2024-${end},5,1`), { frequency: 'month' });
    expect([first, to]).toEqual(['2024-01-01', '2024-08-01']);
  });

  test('a history that is too short up to the cutoff is refused', async () => {
    await expect(clean(daily('2024-01-01', 70), { cutoff: '2024-01-20' })).rejects.toMatchObject({
      code: 'BadInput', message: expect.stringContaining('sales up to the cutoff 2024-01-20: sales from 2024-01-01 to 2024-01-20 are 2 complete weeks') as string,
    });
  });
});

describe('the grid', () => {
  const lines = [...daily('2024-01-01', 70), 'B,2024-01-10,3,4', 'B,2024-01-11,1,8', 'B,2024-02-01,5,6'];

  test('runs from the first sale to the last period, with zeros and the last known price between', async () => {
    const rows = await panelRows((await clean(lines)).panel, 'B');
    expect(rows.slice(0, 4)).toEqual([
      { ds: '2024-01-08', y_raw: 4, y: 4, price: 5, touched: 0 },
      { ds: '2024-01-15', y_raw: 0, y: 0, price: 5, touched: 1 },
      { ds: '2024-01-22', y_raw: 0, y: 0, price: 5, touched: 1 },
      { ds: '2024-01-29', y_raw: 5, y: 5, price: 6, touched: 0 },
    ]);
    expect(rows.at(-1)?.['ds']).toBe('2024-03-04');
  });

  test.each([
    ['closed', 3],
    ['unknown', 4],
  ])('leaves periods without a row empty where they are %s', async (gaps, touched) => {
    const { panel, filled } = await clean(lines, { cleaning: { gaps } });
    expect((await panelRows(panel, 'B'))[1]).toEqual({ ds: '2024-01-15', y_raw: null, y: null, price: 5, touched });
    expect(filled).toBe(7);
  });

  test('fills what is unknown for features only: what was sold stays unknown', async () => {
    const { panel } = await clean(lines, { cleaning: { gaps: 'unknown', missing: { method: 'mean' } } });
    expect((await panelRows(panel, 'B'))[4]).toEqual({ ds: '2024-02-05', y_raw: null, y: 4.5, price: 6, touched: 4 });
  });

  test('hours are a grid as well', async () => {
    const hours = Array.from({ length: 60 }, (_, i) => `A,2024-01-${String(1 + Math.floor(i / 24)).padStart(2, '0')} ${String(i % 24).padStart(2, '0')}:15:00,${1 + (i % 5)},2`).filter((_, i) => i !== 30);
    const { panel, from: first, to, periods } = await clean(hours, { frequency: 'hour' });
    expect([first, to, periods]).toEqual(['2024-01-01T00:00', '2024-01-03T11:00', 60]);
    expect((await panelRows(panel, 'A'))[30]).toEqual({ ds: '2024-01-02 06:00:00', y_raw: 0, y: 0, price: 2, touched: 1 });
  });

  test('a period in which the stock ran out counts for at least what such periods sell', async () => {
    const sold = [7, 8, 7, 9, 8, 7, 8, 9, 7, 1, 8];
    const weeks = sold.map((units, i) => `A,${isoOfDay((dayOfIso('2024-01-01') ?? NaN) + 7 * i)},${units},1,${i === 9 ? 0 : 20}`);
    const { panel, report } = await clean(weeks, { header: 'sku,day,units,price,left', columns: { stock: 'left' } });
    expect((await panelRows(panel, 'A'))[9]).toMatchObject({ y_raw: 1, y: (8 + 7 + 9 + 8 + 7 + 8 + 9 + 7) / 8, touched: 5 });
    expect(report.touched.find(({ name }) => name === 'stockOut')).toMatchObject({ cells: 1 });
  });
});

describe('outliers', () => {
  const sold = [4, 5, 6, 5, 4, 6, 5, 90, 5, 6, 100, 4, 5, 30];
  const weeks = from('2024-01-01', 7 * sold.length).filter((_, i) => i % 7 === 0);
  const lines = weeks.map((day, i) => `A,${day},${sold[i]},1`);

  test('are clipped at limits of the series’ own past, from the ninth period on; raw sales stay', async () => {
    const { panel, report, outliers } = await clean(lines);
    const rows = await panelRows(panel, 'A');
    expect(rows.map((row) => row['y_raw'])).toEqual(sold);
    const expected = sold.map((value, i) => {
      const past = sold.slice(0, i).sort((a, b) => a - b);
      const [q1, q3] = [quantileOfSorted(past, 0.25) ?? NaN, quantileOfSorted(past, 0.75) ?? NaN];
      return i >= 8 && q3 > q1 && value > q3 + 3 * (q3 - q1) ? q3 + 3 * (q3 - q1) : value;
    });
    expect(rows.map((row) => row['y'])).toEqual(expected);
    expect(outliers).toBe(expected.filter((value, i) => value !== sold[i]).length);
    expect(report.largest[0]).toMatchObject({ series: 'A', ds: weeks[10], sold: 100 });
  });

  test('keep their value when they are only marked, and are not looked for when the method is none', async () => {
    const marked = await clean(lines, { cleaning: { outliers: { action: 'mark' } } });
    expect(marked.outliers).toBeGreaterThan(0);
    expect(marked.report.largest[0]).toEqual({ series: 'A', ds: weeks[10], name: 'outlier', sold: 100, used: 100 });
    expect((await panelRows(marked.panel, 'A')).map((row) => row['y'])).toEqual(sold);
    expect((await clean(lines, { cleaning: { outliers: { method: 'none' } } })).outliers).toBe(0);
  });

  test('do not move when later sales change', async () => {
    const changed = [...lines.slice(0, 12), ...lines.slice(12).map((line) => line.replace(/,\d+,1$/, ',7000,1'))];
    const [a, b] = [await clean(lines), await clean(changed)];
    expect((await panelRows(b.panel, 'A')).slice(0, 12)).toEqual((await panelRows(a.panel, 'A')).slice(0, 12));
  });
});

describe('a panel', () => {
  const lines = (days: number): string[] => Array.from({ length: days * 40 }, (_, i) => `S${i % 40},${isoOfDay((dayOfIso('2024-01-01') ?? NaN) + Math.floor(i / 40))},${(i % 97) / 7},${0.1 + (i % 13) / 3}`);
  const bytes = async (panel: readonly string[]) => Promise.all(panel.map(async (file) => (await readFile(file)).toString('base64')));

  test('has the same bytes with any number of threads, also where sums of fractions would not', async () => {
    const [a, b] = [await clean(lines(140), { threads: 1 }), await clean(lines(140), { threads: 3 })];
    expect(await bytes(a.panel)).toEqual(await bytes(b.panel));
  });

  test('after new days only their part is made, with the bytes that it has when all is made at once', async () => {
    const given = surroundings(join(scratch().folder, 'again'));
    const setup = { frequency: 'day', cleaning: { outliers: { method: 'seasonal-residual' }, gaps: 'unknown', missing: { method: 'predict' } } } as const;
    const before = await clean(lines(121), { ...setup, given });
    const more = lines(135).slice(121 * 40);
    const after = await clean(lines(121), { ...setup, given, more });
    expect([before.parts, before.madeParts, after.parts, after.madeParts]).toEqual([4, 4, 5, 1]);
    expect(await bytes(after.panel)).toEqual(await bytes((await clean(lines(121), { ...setup, more })).panel));
  });

  test('keeps every touched cell countable', async () => {
    const { panel, report } = await clean([...lines(100).filter((_, i) => i % 11 !== 3), 'S1,2024-02-01,5000,1', 'S2,2024-02-02,-80,1'], { frequency: 'day', cleaning: { closed: { weekdays: ['sunday'] } } });
    const counted = await query(`SELECT touched AS code, count(*) AS cells FROM ${relation(panel)} WHERE touched > 0 GROUP BY touched ORDER BY touched`);
    expect(report.touched.filter(({ cells }) => cells > 0).map(({ code, cells }) => ({ code, cells }))).toEqual(counted);
    expect(counted.length).toBeGreaterThan(2);
  });
});
