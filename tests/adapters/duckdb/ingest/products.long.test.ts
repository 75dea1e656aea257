import { mkdir, mkdtemp, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Duckdb } from '../../../../adapters/duckdb/create-duckdb.ts';
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
  await put('sales.csv', ['sku,day,units,store', ...Array.from({ length: 40 }, (_, i) => `A,${day(i + 1)},2,north`), `B,${day(40)},1,north`]);
});

const put = (name: string, lines: readonly string[]) => writeFile(join(folder, name), lines.join('\n'));
async function ingest(products: Readonly<Record<string, unknown>>, { sales = {}, journal = [], tables = scratch().duckdb }: { sales?: Readonly<Record<string, unknown>>; journal?: Journal; tables?: Duckdb } = {}) {
  const sources = sourcesSchema.parse({ sales: { uri: 'sales.csv', columns: { series: 'sku', time: 'day', target: 'units' }, ...sales }, products: { uri: 'products.csv', key: 'sku', ...products } });
  return ingestLocally(tables, given, { sources, baseFolder: folder, frequency: 'day', horizon: 4, folds: 2, now: '2024-06-01' }, journal);
}
const rowsOf = (path: string | undefined, columns: string) => query(`SELECT ${columns} FROM '${path ?? ''}'`);

describe('products', () => {
  test('that were never sold are there with what is known of them', async () => {
    await put('products.csv', ['sku,name,colour,picture', 'a,Apple,red,', 'C,Cherry,,', 'D,,blue,', 'E,,,']);
    const { texts, statics, products, snapshot } = await ingest({ text: ['name'], static: ['colour'] });
    expect(await rowsOf(texts, 'series, text')).toEqual([{ series: 'A', text: 'Apple' }, { series: 'C', text: 'Cherry' }]);
    expect(await rowsOf(statics, 'series, colour')).toEqual([{ series: 'A', colour: 'red' }, { series: 'D', colour: 'blue' }]);
    expect(await rowsOf(products, 'key')).toEqual(['A', 'C', 'D', 'E'].map((key) => ({ key })));
    expect(snapshot.series).toBe(2);
  });

  test('that were never sold are not there where a series is more than a product', async () => {
    await put('products.csv', ['sku,name', 'A,Apple', 'C,Cherry']);
    const { texts } = await ingest({ text: ['name'] }, { sales: { columns: { series: ['sku', 'store'], time: 'day', target: 'units' } } });
    expect(await rowsOf(texts, 'series, text')).toEqual([{ series: 'A:NORTH', text: 'Apple' }]);
  });

  test('of the sales file itself count by the rows that take part', async () => {
    await put('sales.csv', ['sku,day,units,colour', ...Array.from({ length: 40 }, (_, i) => `A,${day(i + 1)},${i === 0 ? 0 : 2},${i === 0 ? 'damaged' : 'red'}`), `X,${day(3)},0,green`]);
    const { statics, products } = await ingest({ uri: 'sales.csv', static: ['colour'], time: 'day' }, { sales: { filters: [{ column: 'units', rule: 'more-than', value: 0 }] } });
    expect(await rowsOf(statics, `series, colour, CAST(known_from AS VARCHAR)[:10] AS "from"`)).toEqual([{ series: 'A', colour: 'red', from: day(2) }]);
    expect(await rowsOf(products, 'key')).toEqual([{ key: 'A' }, { key: 'X' }]);
  });

  test('have of each kind what was known earliest, whatever file it stands in', async () => {
    await put('products-1.csv', ['sku,name,colour,size,since', `A,,red,,${day(5)}`, `A,Apple,,,${day(3)}`, `B,Beet,,L,${day(9)}`]);
    await put('products-2.csv', ['sku,name,colour,size,since', `A,Old apple,green,S,${day(2)}`, `B,Later beet,purple,M,${day(10)}`]);
    const { texts, statics } = await ingest({ uri: 'products-*.csv', text: ['name'], static: ['colour', 'size'], time: 'since' });
    expect(await rowsOf(texts, 'series, text')).toEqual([{ series: 'A', text: 'Old apple' }, { series: 'B', text: 'Beet' }]);
    expect(await rowsOf(statics, 'series, colour, size')).toEqual([{ series: 'A', colour: 'green', size: 'S' }, { series: 'B', colour: null, size: 'L' }]);
  });

  test('whose columns say nothing of what is sold are refused; so are attributes that can be told from nothing', async () => {
    await put('products.csv', ['sku,name,colour,series', 'Q,Quince,red,x']);
    await expect(ingest({ text: ['name'] })).rejects.toMatchObject({ message: 'products.csv: no series of the sales has a text (key "sku", text "name"); check products.key and products.text' });
    await expect(ingest({ static: ['colour'] })).rejects.toMatchObject({ message: 'products.csv: no series of the sales has an attribute (key "sku", static "colour"); check products.key and products.static' });
    await put('products.csv', ['sku,series', 'A,x']);
    await expect(ingest({ static: ['series'] })).rejects.toMatchObject({ code: 'BadInput', message: expect.stringMatching(/^sources\.products\.static: "series"/) as string });
    await put('products.csv', ['sku,name', 'A,Apple', 'C\0,Cherry']);
    await expect(ingest({ text: ['name'] })).rejects.toMatchObject({ message: `products.csv row 2, column "sku": the product's key holds a NUL character, which no database takes; take it out` });
  });

  test('with an attribute of any name keep it', async () => {
    await put('products.csv', [`sku,"col""our; DROP TABLE owners; --"`, 'A,red']);
    expect(await rowsOf((await ingest({ static: ['col"our; DROP TABLE owners; --'] })).statics, '*')).toEqual([{ series: 'A', known_from: expect.anything() as unknown, 'col"our; DROP TABLE owners; --': 'red' }]);
  });

  test('with a description of 10 MB and NUL characters keep its beginning', async () => {
    await query(`COPY (SELECT 'A' AS sku, 'x' || chr(0) || repeat('long ', 2000000) AS name) TO '${join(folder, 'products.parquet')}'`);
    const { texts } = await ingest({ uri: 'products.parquet', text: ['name'] });
    expect(await rowsOf(texts, 'length(text) AS length, text[:7] AS start')).toEqual([{ length: 20_000, start: 'x long ' }]);
  });
});

const png = Buffer.from('\x89PNG\r\n\x1a\n-one', 'latin1');
async function picture(name: string, content: Uint8Array = png): Promise<void> {
  await mkdir(join(folder, 'pictures'), { recursive: true });
  await writeFile(join(folder, 'pictures', name), content);
}
const mediaColumns = 'series, modality, name, sha256[:4] AS sha256, bytes, problem';

describe('pictures', () => {
  test('are stored once for each content, with what they are; what can not be had says why', async () => {
    await picture('a.png');
    await picture('copy.png');
    await picture("it's; DROP.png", Buffer.from('GIF89a'));
    await symlink('/etc/passwd', join(folder, 'pictures', 'link.png'));
    await put('products.csv', ['sku,picture', 'A,a', 'B,copy.png', `C,"it's; DROP.png"`, 'D,../sales.csv', 'E,link.png', 'F,gone.png', 'G,']);
    const { media, note } = await ingest({ image: 'picture', media: { folder: 'pictures', extension: '.png' } });
    const found = await rowsOf(media, mediaColumns);
    expect(found.map(({ series, problem }) => [series, problem])).toEqual([
      ['A', null], ['B', null], ['C', null], ['D', 'outside of the allowed folders'], ['E', 'outside of the allowed folders'], ['F', 'no such file'],
    ]);
    expect(found[0]).toEqual({ ...found[1], series: 'A', name: 'a' });
    expect(found[2]).toMatchObject({ name: "it's; DROP.png", bytes: 6 });
    expect([...given.objects.keys()].filter((uri) => /\.(png|gif)$/.test(uri)).map((uri) => uri.slice(-4)).sort()).toEqual(['.gif', '.png']);
    expect(note).toContain("6 media files (3 can't be had)");
  });

  test('with names that no file can have are no more than not there', async () => {
    await query(`COPY (SELECT * FROM (VALUES ('A', 'a' || chr(0) || '.png'), ('B', 'b' || chr(10) || '"}{.png'), ('C', repeat('long', 3000000)), ('D', '../' || repeat('x', 300) || '.png')) t(sku, picture)) TO '${join(folder, 'products.parquet')}'`);
    const { media } = await ingest({ uri: 'products.parquet', image: 'picture' });
    expect((await rowsOf(media, 'problem, length(name) AS length')).map(({ problem, length }) => [problem, length])).toEqual([
      ['no such file', 6], ['no such file', 9], ['no such file', 8192], ['outside of the allowed folders', 307],
    ]);
  });

  test('of several kinds stand beside each other, by series and kind', async () => {
    for (const name of ['a.png', 'a.wav', 'a.mp4']) await picture(name, Buffer.from(name));
    await put('products.csv', ['sku,p,s,f', 'A,a.png,a.wav,a.mp4']);
    const { media } = await ingest({ image: 'p', audio: 's', video: 'f', media: { folder: 'pictures' } });
    expect(await rowsOf(media, 'series, modality')).toEqual(['audio', 'image', 'video'].map((modality) => ({ series: 'A', modality })));
  });

  test('that did not change are not read again; the snapshot follows their content, not their names or times', async () => {
    for (let i = 0; i < 12; i += 1) await picture(`${i}.png`, Buffer.from(`GIF89a ${i}`));
    await put('products.csv', ['sku,picture', 'A,0.png', ...Array.from({ length: 11 }, (_, i) => `P${i},${i + 1}.png`)]);
    const run = async () => {
      const journal: Journal = [];
      const { snapshot } = await ingest({ image: 'picture', media: { folder: 'pictures' } }, { journal });
      return { digest: snapshot.digest, read: journal.filter((line) => line.startsWith('read media')).length };
    };
    const first = await run();
    expect(first.read).toBe(12);
    expect(await run()).toEqual({ ...first, read: 0 });
    await utimes(join(folder, 'pictures', '3.png'), new Date(0), new Date(0));
    const touched = await run();
    expect(touched.digest).toBe(first.digest);
    expect(touched.read).toBeGreaterThan(0);
    await picture('3.png', Buffer.from('GIF89a another'));
    const changed = await run();
    expect(changed.digest).not.toBe(first.digest);
    // Somebody deletes a picture from the store: it is copied there again.
    const uri = [...given.objects.keys()].find((name) => name.endsWith('.gif')) ?? '';
    given.objects.delete(uri);
    expect((await run()).digest).toBe(changed.digest);
    expect(given.objects.has(uri)).toBe(true);
  });

  test('of which one can not be read go on, after the failure, at its batch', async () => {
    const names = Array.from({ length: 700 }, (_, i) => `${String(i).padStart(3, '0')}.png`);
    for (const name of names) await picture(name, Buffer.from(`GIF89a ${name}`));
    await put('products.csv', ['sku,picture', ...names.map((name, i) => `${i === 0 ? 'A' : `P${i}`},${name}`)]);
    const { duckdb } = scratch();
    const ends: Duckdb = { ...duckdb, obtainMedia: (file, to) => (file.address.endsWith('699.png') ? Promise.reject(new Error('the disk is gone')) : duckdb.obtainMedia(file, to)) };
    const columns = { image: 'picture', media: { folder: 'pictures' } };
    await expect(ingest(columns, { tables: ends })).rejects.toThrow('the disk is gone');
    const journal: Journal = [];
    await ingest(columns, { journal });
    const read = journal.filter((line) => line.startsWith('read media'));
    expect(read).toContain('read media 699.png');
    expect(read.length).toBeLessThan(500);
  });
});
