import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeEach, describe, expect, test } from 'vitest';

import { type CleanReport, type CleanTables, createClean } from '../../activities/clean.ts';
import { publishTable } from '../../activities/publish-table.ts';
import { cleaningSchema } from '../../contracts/cleaning.schema.ts';
import type { CleanResult, Snapshot } from '../../contracts/data.ts';
import { BadInput } from '../../contracts/failure.ts';
import { readParts } from '../../contracts/table-parts.ts';
import { addPeriods, dayOfIso } from '../../domain/calendar.ts';
import { TouchedTally } from '../../domain/cleaning/clean-report.ts';
import { touchedCodes } from '../../domain/cleaning/touched.ts';
import { at, attempt, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
let given: ReturnType<typeof surroundings>;
/** Spans that were made, and sales files that were looked at, in order. */
let made: string[];
let looked: number;
let refusal: BadInput | undefined;
/** The span whose making fails. */
let broken: string | undefined;
beforeEach(() => {
  given = surroundings(folder());
  [made, looked, refusal, broken] = [[], 0, undefined, undefined];
});

const day = (iso: string): number => dayOfIso(iso) ?? Number.NaN;
const months = ['2023-01-01', '2023-02-01', '2023-03-01', '2023-04-01'];

/** Every day has one row; a part of a panel tells what it was made from, and one outlier. */
const tables: CleanTables = {
  async salesTimes({ file }) {
    looked += 1;
    const from = day((await readFile(file, 'utf8')).slice(0, 10));
    const starts = Array.from({ length: addPeriods(from, 1, 'month') - from }, (_, i) => from + i);
    return { starts, rows: starts.map(() => 1) };
  },
  panelParts: ({ rules, outFolder }) => ({
    async make({ span, sales, before }) {
      if (span.from === broken) throw new Error('the disk is full');
      made.push(span.from);
      const earlier = await Promise.all(before.slice(-1).map(({ file }) => file()));
      const file = join(outFolder, `${span.from}.parquet`);
      await writeFile(file, JSON.stringify({ span, sales, earlier, rules }));
      const tally = new TouchedTally();
      tally.add('a', touchedCodes.outlier, span.first, 50, 10);
      tally.add('a', touchedCodes.noSale, span.last, 0, 0);
      return { file, rows: span.last - span.first + 1, series: 1, counts: tally.counts(rules, String) };
    },
  }),
  refuseShortHistory() {
    if (refusal !== undefined) throw refusal;
  },
};

/** A snapshot of these months; `content` makes one month's rows others than before. */
async function snapshot(content: Readonly<Record<string, string>> = {}): Promise<Snapshot> {
  const parts = await Promise.all(months.map(async (from) => {
    const file = join(folder(), `${from}${content[from] ?? ''}.sales`);
    await writeFile(file, `${from} ${content[from] ?? ''}`);
    return { from, rows: 30, file };
  }));
  const sales = await publishTable(given.artifacts, 'raw', parts);
  return { digest: 'd', manifest: sales, sales, sources: [], rows: 120, keptRows: 120, series: 1, from: '2023-01-01T00:00:00', to: '2023-04-30T00:00:00' };
}

async function clean(of: Snapshot, { cleaning = {}, cutoff }: { cleaning?: object; cutoff?: string } = {}): Promise<CleanResult> {
  made = [];
  const activity = createClean({ ...given, tables });
  return attempt(() => activity({ context: at('clean'), snapshot: of, cleaning: cleaningSchema.parse(cleaning), frequency: 'day', horizon: 7, folds: 2, ...(cutoff !== undefined && { cutoff }) }));
}

describe('a panel is made part by part', () => {
  test('oldest first; the report counts what was done in all of them', async () => {
    const cleaned = await clean(await snapshot());
    expect(made).toEqual(months);
    expect(cleaned).toMatchObject({ parts: 4, madeParts: 4, periods: 120, series: 1, outliers: 4, filled: 4, droppedRows: 0, from: '2023-01-01', to: '2023-04-30' });
    expect((await readParts(given.artifacts, cleaned.panel)).map(({ from, rows }) => [from, rows])).toEqual([['2023-01-01', 31], ['2023-02-01', 28], ['2023-03-01', 31], ['2023-04-01', 30]]);
    const report = (await given.artifacts.readJson(cleaned.report)) as CleanReport;
    expect(report.touched.filter(({ cells }) => cells > 0)).toMatchObject([{ name: 'noSale', cells: 4 }, { name: 'outlier', cells: 4, units: 160, rule: 'outliers: iqr × 3, clip' }]);
    expect(report.largest).toHaveLength(4);
  });

  test('nothing is made again for the same rows and rules', async () => {
    const [first, again] = [await clean(await snapshot()), await clean(await snapshot())];
    expect([again, made]).toEqual([first, []]);
  });

  test('new rows make their part and those that rest on it; times of the other parts are not looked at again', async () => {
    await clean(await snapshot());
    looked = 0;
    expect(await clean(await snapshot({ '2023-03-01': 'more' }))).toMatchObject({ parts: 4, madeParts: 2 });
    expect([made, looked]).toEqual([['2023-03-01', '2023-04-01'], 1]);
  });

  test('what does not concern the values makes no part: the longest series, days that are spared elsewhere', async () => {
    await clean(await snapshot());
    await clean(await snapshot(), { cleaning: { top: 5, minHistory: 3 } });
    expect(made).toEqual([]);
    await clean(await snapshot(), { cleaning: { outliers: { except: ['2023-03-04'] } } });
    // The last part rests on the one before it.
    expect(made).toEqual(['2023-03-01', '2023-04-01']);
    await clean(await snapshot(), { cleaning: { outliers: { factor: 2 } } });
    expect(made).toEqual(months);
  });

  test('an attempt that fails goes on at its part', async () => {
    broken = '2023-03-01';
    await expect(clean(await snapshot())).rejects.toThrow('the disk is full');
    expect(made).toEqual(['2023-01-01', '2023-02-01']);
    broken = undefined;
    expect(await clean(await snapshot())).toMatchObject({ parts: 4, madeParts: 2 });
    expect(made).toEqual(['2023-03-01', '2023-04-01']);
  });

  test('a cutoff ends the panel; parts before its own are those of a run without one', async () => {
    await clean(await snapshot());
    expect(await clean(await snapshot(), { cutoff: '2023-03-20' })).toMatchObject({ parts: 3, madeParts: 1, to: '2023-03-20' });
  });
});

describe('nothing is made', () => {
  test('when the history is too short', async () => {
    refusal = new BadInput('sales: too short');
    await expect(clean(await snapshot())).rejects.toMatchObject({ code: 'BadInput', message: 'sales: too short' });
    expect(made).toEqual([]);
  });

  test('when the cutoff is no date', async () => {
    await expect(clean(await snapshot(), { cutoff: '2023-02-30' })).rejects.toMatchObject({ code: 'BadInput', message: 'cutoff "2023-02-30" is not a date; write it as 2011-10-31' });
  });
});
