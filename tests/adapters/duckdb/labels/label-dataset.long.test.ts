import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { labelDataset } from '../../../../adapters/duckdb/labels/label-dataset.ts';
import { labelsSchema } from '../../../../contracts/labels.schema.ts';
import { sourcesSchema } from '../../../../contracts/sources.schema.ts';
import { dayOfIso, isoOfDay } from '../../../../domain/calendar.ts';
import { useOwnSession } from '../own-session.ts';

const own = useOwnSession();
const query = (sql: string) => own().use((session) => session.rows(sql));
const start = dayOfIso('2024-01-01') ?? 0;
const day = (offset: number): string => isoOfDay(start + offset);

interface Event {
  readonly who: string;
  /** Days after 2024-01-01. */
  readonly at: number;
  readonly units: number;
}
const csvOf = (events: readonly Event[]): string => ['invoice,who,at,units', ...events.map(({ who, at, units }, i) => `${String(i)},${who},${day(at)} 10:30,${String(units)}`), ''].join('\n');

let files = 0;
async function label(csv: string, labels: Readonly<Record<string, unknown>>, suffix = 'parquet') {
  const { folder, use } = own();
  const name = `events-${String((files += 1))}`;
  await writeFile(join(folder, `${name}.csv`), csv);
  const sources = sourcesSchema.parse({ sales: { uri: `${name}.csv`, columns: { series: 'invoice', time: 'at', target: 'units' } } });
  const out = join(folder, `${name}-labels.${suffix}`);
  const set = await use((session) => labelDataset(session, { sources, labels: labelsSchema.parse({ entity: 'who', ...labels }), baseFolder: folder, scratch: folder, out }));
  return { set, out };
}

interface LabelRow {
  readonly entity: string;
  readonly cutoff: string;
  readonly label: number | null;
  readonly event: boolean | null;
  readonly observed_days: number;
  readonly complete: boolean;
}
const rowsOf = async (file: string): Promise<readonly LabelRow[]> => (await query(`SELECT * REPLACE (CAST(cutoff AS VARCHAR) AS cutoff) FROM '${file}'`)) as unknown as readonly LabelRow[];

/** By the definition, one row after the other. */
function slowLabels(events: readonly Event[], { rule, within, cutoffs }: { rule: string; within: number; cutoffs: readonly number[] }): LabelRow[] {
  const last = Math.max(...events.map(({ at }) => at));
  return [...new Set(events.map(({ who }) => who))].sort().flatMap((who) =>
    cutoffs.filter((cutoff) => events.some((event) => event.who === who && event.at <= cutoff)).map((cutoff) => {
      const following = events.filter(({ who: one, at }) => one === who && at > cutoff && at <= cutoff + within);
      const complete = cutoff + within <= last;
      const sum = following.reduce((total, { units }) => total + units, 0);
      const next = Math.min(...following.map(({ at }) => at)) - cutoff;
      const value = rule === 'event-within' ? Number(following.length > 0) : rule === 'sum-within' ? sum : following.length > 0 ? next : null;
      return { entity: who, cutoff: day(cutoff), label: complete ? value : null, event: complete ? following.length > 0 : null, observed_days: Math.max(0, Math.min(within, last - cutoff)), complete };
    }),
  );
}

const anyEvents = fc.array(fc.record({ who: fc.constantFrom('ann', 'ben', 'cy'), at: fc.integer({ min: 0, max: 40 }), units: fc.integer({ min: -3, max: 9 }) }), { minLength: 1, maxLength: 25 });
const rules = ['event-within', 'sum-within', 'time-to-next'] as const;
const asked = fc.record({ rule: fc.constantFrom(...rules), within: fc.integer({ min: 1, max: 15 }), every: fc.integer({ min: 1, max: 9 }) });
const sectionOf = ({ rule, within, every }: { rule: string; within: number; every: number }) => ({ rule, within: `${String(within)}d`, cutoffs: { every: `${String(every)}d`, from: day(0), to: day(40) } });

describe('labels', () => {
  test('are what the definition says, for every rule, and only of those who had an event by the cutoff', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvents, asked, async (some, question) => {
        const events = [...some, { who: 'zoe', at: 0, units: 1 }];
        const { set, out } = await label(csvOf(events), sectionOf(question));
        const cutoffs = Array.from({ length: Math.floor(40 / question.every) + 1 }, (_, i) => i * question.every);
        const wanted = slowLabels(events, { ...question, cutoffs });
        const found = await rowsOf(out);
        expect(found).toEqual(wanted);
        expect(set).toMatchObject({ rows: wanted.length, censored: wanted.filter(({ complete }) => !complete).length, events: wanted.filter(({ event }) => event === true).length });
      }),
      { numRuns: 40 },
    );
  });

  test('do not move when anything after their days changes, nor when rows come in another order', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvents, asked, fc.integer({ min: 0, max: 30 }), async (events, question, cutoff) => {
        const base = [...events, { who: 'zoe', at: 0, units: 1 }, { who: 'zoe', at: 40, units: 1 }];
        // Everything after the label's last day happens at the end instead, twice as large; where the data end stays known.
        const changed = base.map((event) => (event.at > cutoff + question.within ? { ...event, at: 40, units: 2 * event.units + 1 } : event)).reverse();
        const upTo = async (of: readonly Event[]) => (await rowsOf((await label(csvOf(of), sectionOf(question))).out)).filter((row) => row.cutoff <= day(cutoff));
        expect(await upTo(changed)).toEqual(await upTo(base));
      }),
      { numRuns: 25 },
    );
  });

  test('have the same bytes whatever the order of the rows', async () => {
    const events = Array.from({ length: 3_000 }, (_, i) => ({ who: `c${String(i % 97)}`, at: (i * 31) % 41, units: (i % 7) + 0.1 }));
    const digests = await Promise.all(
      [events, [...events].reverse()].map(async (some) => createHash('sha256').update(await readFile((await label(csvOf(some), sectionOf({ rule: 'sum-within', within: 7, every: 2 }))).out)).digest('hex')),
    );
    expect(digests[0]).toBe(digests[1]);
  });

  test('count only rows that `where` keeps, and take another column and the first and last day of the data where nothing else is said', async () => {
    const csv = `invoice,who,at,units,points\n1,ann,2024-01-01,5,50\nC2,ann,2024-01-03,-5,-50\n3,ann,2024-01-05,2,20\n4,,2024-01-06,9,90\n`;
    const { set, out } = await label(csv, { rule: 'sum-within', value: 'points', within: '2d', cutoffs: { every: '2d' }, where: [{ column: 'invoice', rule: 'not-matches', pattern: '^C' }] });
    expect((await rowsOf(out)).map(({ cutoff, label: value, observed_days: days }) => [cutoff, value, days])).toEqual([['2024-01-01', 0, 2], ['2024-01-03', 20, 2], ['2024-01-05', null, 1]]);
    expect(set).toMatchObject({ sourceRows: 4, withoutEntity: 1, entities: 1, from: '2024-01-01', to: '2024-01-05', dataTo: '2024-01-06', meanLabel: 10 });
  });

  test('come from all files of a pattern, and a day is a day where the business is', async () => {
    const { folder, use } = own();
    await writeFile(join(folder, 'shop-1.csv'), 'invoice,who,at,units\n1,ann,2024-01-01T12:00:00Z,1\n');
    await writeFile(join(folder, 'shop-2.csv'), 'invoice,who,at,units\n2,ann,2024-01-02T18:00:00Z,1\n3,ben,2024-01-03T01:00:00Z,1\n');
    const sources = sourcesSchema.parse({ sales: { uri: 'shop-*.csv', columns: { series: 'invoice', time: 'at', target: 'units' }, timezone: 'Asia/Shanghai' } });
    const out = join(folder, 'shop.parquet');
    const labels = labelsSchema.parse({ entity: 'who', rule: 'time-to-next', within: '2d', cutoffs: { every: '1d' } });
    expect(await use((session) => labelDataset(session, { sources, labels, baseFolder: folder, scratch: folder, out }))).toMatchObject({ sourceRows: 3, dataTo: '2024-01-03' });
    // 18:00 in UTC is past midnight in Shanghai: two days after the first of January there.
    expect((await rowsOf(out))[0]).toEqual({ entity: 'ann', cutoff: '2024-01-01', label: 2, event: true, observed_days: 2, complete: true });
  });

  test('are written as CSV where the file is to end so', async () => {
    const { out } = await label('invoice,who,at,units\n1,ann,2024-01-01,5\n2,ann,2024-01-03,1\n', { rule: 'time-to-next', within: '2d', cutoffs: { every: '1d' } }, 'csv');
    expect(await readFile(out, 'utf8')).toBe('entity,cutoff,label,event,observed_days,complete\nann,2024-01-01,2.0,true,2,true\nann,2024-01-02,,,1,false\nann,2024-01-03,,,0,false\n');
  });

  test.each([
    ['a time that can’t be read', 'invoice,who,at,units\n1,ann,2024-01-01,5\n2,ann,soon,5\n', {}, /events-\d+\.csv row 2, column "at": "soon" is not a date or time/],
    ['an event without a time', 'invoice,who,at,units\n1,ann,2024-01-01,5\n2,ann,,5\n', {}, /row 2, column "at" \(labels\.time\): an event without a time/],
    ['a value that is no number', 'invoice,who,at,units\n1,ann,2024-01-01,"1,5"\n', { rule: 'sum-within' }, /row 1, column "units": "1,5" is not a number \(decimal comma\?/],
    ['a column that is not there', 'invoice,who,at,units\n1,ann,2024-01-01,5\n', { entity: 'whom' }, /no column "whom" \(labels\.entity\); did you mean "who"\?/],
    ['cutoffs that end before they begin', 'invoice,who,at,units\n1,ann,2024-01-01,5\n', { cutoffs: { from: '2024-02-01' } }, /^labels\.cutoffs: there is no day from 2024-02-01 to 2024-01-01; the data reach/],
    ['filters that leave nobody', 'invoice,who,at,units\n1,ann,2024-01-01,5\n', { where: [{ column: 'units', rule: 'more-than', value: 9 }] }, /^labels: nobody has an event/],
  ])('refuse %s in one line', async (_, csv, more, message) => {
    await expect(label(csv, { rule: 'event-within', within: '2d', ...more })).rejects.toMatchObject({ code: 'BadInput', message: expect.stringMatching(message) as string });
  });
});

const retail = fileURLToPath(new URL('../../../../examples/online-retail/data/online_retail.parquet', import.meta.url));

test.runIf(existsSync(retail))('Online Retail: purchases after weekly cutoffs are those that Polars counts', async () => {
  const { folder, use } = own();
  const sources = sourcesSchema.parse({ sales: { uri: retail, columns: { series: 'StockCode', time: 'InvoiceDate', target: 'Quantity' } } });
  const labelled = (rule: string, within: string) =>
    use((session) =>
      labelDataset(session, {
        sources, baseFolder: folder, scratch: folder, out: join(folder, `${rule}-${within}.parquet`),
        labels: labelsSchema.parse({
          entity: 'CustomerID', rule, within, cutoffs: { every: '1w', from: '2011-03-01', to: '2011-12-01' },
          where: [{ column: 'InvoiceNo', rule: 'not-matches', pattern: '^[CA]' }, { column: 'Quantity', rule: 'at-least', value: 1 }],
        }),
      }),
    );
  // Polars 2.1.0, customer by customer: rows, censored rows, rows with a purchase, units, days until the next one.
  const wanted = [{ within: '7d', rows: 121_258, censored: 0, events: 10_016, units: 3_400_971, days: 37_499 }, { within: '30d', rows: 121_258, censored: 12_680, events: 30_942, units: 13_778_157, days: 439_563 }];
  for (const { within, rows, censored, events, units, days } of wanted) {
    expect(await labelled('event-within', within)).toMatchObject({ rows, censored, events, entities: 4_293, cutoffs: 40, sourceRows: 541_909 });
    const sums = await labelled('sum-within', within);
    expect(sums.meanLabel * (rows - censored)).toBeCloseTo(units, 3);
    expect((await labelled('time-to-next', within)).meanLabel * events).toBeCloseTo(days, 3);
  }
  const { entity } = (await query(`SELECT min(entity) AS entity FROM '${join(folder, 'event-within-7d.parquet')}'`))[0] ?? {};
  expect(entity).toBe('12346');
});
