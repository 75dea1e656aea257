import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { sourcesSchema } from '../../../../contracts/sources.schema.ts';
import { surroundings } from '../../../activities/surroundings.ts';
import { query, useScratch } from '../scratch.ts';
import { ingestLocally, type Journal, type Surroundings } from './ingest-locally.ts';

const scratch = useScratch();
const day = (row: number): string => new Date(Date.UTC(2024, 0, row)).toISOString().slice(0, 10);

let folder: string;
let given: Surroundings;
beforeEach(async () => {
  folder = await mkdtemp(join(scratch().folder, 'shop-'));
  given = surroundings(join(folder, 'store'));
  await put('sales.csv', ['sku,day,units,store', ...Array.from({ length: 40 }, (_, i) => `A,${day(i + 1)},2,north`), `B,${day(40)},1,south`, `A,${day(40)},1,south`]);
});

const put = (name: string, lines: readonly string[]) => writeFile(join(folder, name), lines.join('\n'));
async function ingest(reviews: Readonly<Record<string, unknown>> = {}, { sales = {}, more = {}, journal = [] }: { sales?: object; more?: object; journal?: Journal } = {}) {
  const sources = sourcesSchema.parse({
    sales: { uri: 'sales.csv', columns: { series: 'sku', time: 'day', target: 'units' }, ...sales }, ...more,
    reviews: { uri: 'reviews*.csv', key: 'product', time: 'at', text: ['title', 'body'], rating: 'stars', ...reviews },
  });
  return ingestLocally(scratch().duckdb, given, { sources, baseFolder: folder, frequency: 'day', horizon: 4, folds: 2, now: '2024-06-01' }, journal);
}
const reviewsOf = ({ reviews }: { readonly reviews?: string }, columns = `series, CAST(known_from AS VARCHAR) AS at, text, rating`) => query(`SELECT ${columns} FROM '${reviews ?? ''}'`);
const header = 'product,at,title,body,stars';

describe('reviews', () => {
  test('are of the series that their key names, in the order of their times, and equal ones all count', async () => {
    await put('reviews.csv', [header, `b,${day(9)},,Fine,4`, ` a ,${day(8)} 10:00,Great,Would buy again,5`, `A,${day(7)},,,1`, `A,${day(7)},,,1`, `Z,${day(7)},of,nothing sold,1`]);
    const made = await ingest();
    expect(await reviewsOf(made)).toEqual([
      { series: 'A', at: `${day(7)} 00:00:00`, text: null, rating: 1 }, { series: 'A', at: `${day(7)} 00:00:00`, text: null, rating: 1 },
      { series: 'A', at: `${day(8)} 10:00:00`, text: 'Great Would buy again', rating: 5 }, { series: 'B', at: `${day(9)} 00:00:00`, text: 'Fine', rating: 4 },
    ]);
    expect(made.snapshot.sources.find(({ source }) => source === 'reviews')).toMatchObject({ uri: 'reviews.csv', rows: 5 });
    const number = made.snapshot.sources.find(({ source }) => source === 'reviews')?.number;
    expect(await reviewsOf(made, 'file, row')).toEqual([3, 4, 2, 1].map((row) => ({ file: number, row })));
    expect(made.note).toContain('5 reviews,');
  });

  test('of a product are of each of its series, and of products never sold where a series is a product', async () => {
    await put('reviews.csv', [header, `A,${day(9)},,Fine,4`, `C,${day(9)},,New,4`]);
    await put('products.csv', ['sku,name', 'A,Apple', 'C,Cherry']);
    expect((await reviewsOf(await ingest({}, { sales: { columns: { series: ['sku', 'store'], time: 'day', target: 'units' } } }))).map(({ series }) => series)).toEqual(['A:NORTH', 'A:SOUTH']);
    expect((await reviewsOf(await ingest({}, { more: { products: { uri: 'products.csv', key: 'sku', text: ['name'] } } }))).map(({ series }) => series)).toEqual(['A', 'C']);
  });

  test('are read as the sales are: times of the business, the declared dialect, filters', async () => {
    await put('reviews.csv', ['product;at;title;body;stars', 'A;05.03.2024 23:30;;late in London;4,5', 'A;06.03.2024 01:00;;spam;5,0']);
    const made = await ingest(
      { csv: { decimal: ',', timeFormat: '%d.%m.%Y %H:%M' }, filters: [{ column: 'body', rule: 'not-matches', pattern: 'spam' }] },
      { sales: { timezone: 'Asia/Shanghai', recordedIn: 'Europe/London' } },
    );
    expect(await reviewsOf(made)).toEqual([{ series: 'A', at: '2024-03-06 07:30:00', text: 'late in London', rating: 4.5 }]);
    await expect(ingest({ csv: { decimal: ',', timeFormat: '%d.%m.%Y %H:%M' }, filters: [{ column: 'body', rule: 'at-least', value: 3 }] })).rejects.toMatchObject({ message: expect.stringMatching(/^reviews\.csv row 1, column "body": "late in London" is not a number/) as string });
  });

  test('without a product or a date are left out and counted; only where all are so are they refused', async () => {
    await put('reviews.csv', [header, `,${day(9)},,Fine,4`, `A,soon,,Fine,4`, `A,,,Fine,4`, `A,${day(9)},,Fine,many`, `A,${day(9)},,Fine,3`]);
    const { note } = await ingest();
    expect(note).toContain("2 reviews (3 without a product or a date left out; 1 ratings can't be read)");
    await put('reviews.csv', [header, `A,soon,,Fine,4`, `,${day(9)},,Fine,4`]);
    await expect(ingest()).rejects.toMatchObject({ code: 'BadInput', message: 'reviews.csv row 1, column "at": "soon" is not a date, and none of 2 reviews has both a key and a date; check reviews.key, reviews.time and csv.timeFormat' });
    await put('reviews.csv', [header, `A,${day(9)},,Fine,"4,5"`]);
    await expect(ingest()).rejects.toMatchObject({ message: `reviews.csv row 1, column "stars": "4,5" is not a number, and no rating is (decimal comma? set csv.decimal: ',')` });
  });

  test('of the future, of nothing that is sold, and of a file that is there twice are refused', async () => {
    await put('reviews.csv', [header, `A,${day(9)},,Fine,4`, 'A,2024-06-09,,Fine,4']);
    await expect(ingest()).rejects.toMatchObject({ code: 'BadInput', message: expect.stringMatching(/^reviews\.csv row 2, column "at": 2024-06-09 lies in the future/) as string });
    await put('reviews.csv', [header, `Q,${day(9)},,Fine,4`]);
    await expect(ingest()).rejects.toMatchObject({ message: 'reviews*.csv, column "product": the sales know none of these products (a review is of "Q", a sale of "A"); check reviews.key' });
    await expect(ingest({ filters: [{ column: 'stars', rule: 'in', values: ['9'] }] })).rejects.toMatchObject({ message: 'reviews*.csv: no review is left to count; loosen sources.reviews.filters, or take sources.reviews out' });
    await put('reviews-2.csv', [header, `Q,${day(9)},,Fine,4`]);
    await expect(ingest()).rejects.toMatchObject({ message: expect.stringMatching(/^reviews\.csv holds the same bytes as reviews-2\.csv/) as string });
  });

  test('of an added file are read alone; the others stay as they were read', async () => {
    await put('reviews-1.csv', [header, `A,${day(9)},,Fine,4`]);
    const journal: Journal = [];
    const first = await ingest({}, { journal });
    await put('reviews-2.csv', [header, `B,${day(9)},,Fine,4`]);
    const second = await ingest({}, { journal });
    expect(journal.filter((line) => line.startsWith('read reviews'))).toEqual(['read reviews reviews-1.csv', 'read reviews reviews-2.csv']);
    expect(second.snapshot.digest).not.toBe(first.snapshot.digest);
    expect(second.snapshot.sales).toEqual(first.snapshot.sales);
    expect((await ingest()).snapshot).toEqual(second.snapshot);
  });

  test('are the same, byte for byte, with any number of threads', async () => {
    await query(`COPY (SELECT CASE i % 3 WHEN 0 THEN 'A' ELSE 'B' END AS product, TIMESTAMP '2024-01-01' + (hash(i) % 8000)::BIGINT * INTERVAL 1 MINUTE AS at, 'text ' || i % 97 AS title, NULL AS body, i % 5 AS stars FROM range(60000) t(i)) TO '${join(folder, 'reviews.csv')}' (HEADER)`);
    const { snapshot } = await ingest();
    const duckdb = scratch().withThreads(4);
    const sources = sourcesSchema.parse({ sales: { uri: 'sales.csv', columns: { series: 'sku', time: 'day', target: 'units' } }, reviews: { uri: 'reviews*.csv', key: 'product', time: 'at', text: ['title', 'body'], rating: 'stars' } });
    const other = await ingestLocally(duckdb, surroundings(join(folder, 'other')), { sources, baseFolder: folder, frequency: 'day', horizon: 4, folds: 2, now: '2024-06-01' });
    expect(other.snapshot).toEqual(snapshot);
  });
});

describe('hostile reviews', () => {
  test('of 10 MB are cut where a file can hold them, and refused with their line where it can not', async () => {
    await query(`COPY (SELECT 'A' AS product, TIMESTAMP '2024-01-09' AS at, repeat('long ', 2000000) AS title, NULL AS body, 4 AS stars) TO '${join(folder, 'long.parquet')}'`);
    expect(await reviewsOf(await ingest({ uri: 'long.parquet' }), 'length(text) AS length')).toEqual([{ length: 19_999 }]);
    await put('reviews.csv', [header, `A,${day(9)},,${'long '.repeat(2_000_000)},4`]);
    await expect(ingest()).rejects.toMatchObject({ code: 'BadInput', message: expect.stringMatching(/^reviews\.csv.*the line is longer than 2,000,000 bytes/) as string });
  });

  test('with NUL characters lose them; a key with one is the key of nothing', async () => {
    await put('reviews.csv', [header, `A,${day(9)},,a\0b,4`, `A\0,${day(9)},,Fine,4`]);
    expect(await reviewsOf(await ingest(), 'text')).toEqual([{ text: 'a b' }]);
  });

  test('a million of one series are read within the memory there is', { timeout: 120_000 }, async () => {
    await query(`COPY (SELECT 'A' AS product, TIMESTAMP '2024-01-01' + (hash(i) % 3000000)::BIGINT * INTERVAL 1 SECOND AS at, repeat('so good ' || i || ' ', 6) AS title, NULL AS body, i % 5 AS stars FROM range(1000000) t(i)) TO '${join(folder, 'many.parquet')}' (ROW_GROUP_SIZE 20480)`);
    const made = await ingest({ uri: 'many.parquet' });
    expect(await reviewsOf(made, 'count(*) AS n, count(DISTINCT row) AS rows')).toEqual([{ n: 1_000_000, rows: 1_000_000 }]);
    expect(await query(`SELECT count(*) AS wrong FROM (SELECT known_from < lag(known_from) OVER (ORDER BY file_row_number) AS before FROM read_parquet('${made.reviews ?? ''}', file_row_number = true)) WHERE before`)).toEqual([{ wrong: 0 }]);
  });
});
