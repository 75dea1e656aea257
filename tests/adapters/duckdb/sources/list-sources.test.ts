import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDuckdb, type Duckdb } from '../../../../adapters/duckdb/create-duckdb.ts';
import type { ListedFile } from '../../../../adapters/duckdb/sources/list-sources.ts';
import type { SourceOptions } from '../../../../adapters/duckdb/sources/places.ts';
import { sourcesSchema } from '../../../../contracts/sources.schema.ts';

let folder: string;
const opened: Duckdb[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forecastle-list-'));
  for (const [path, content] of Object.entries({
    'data/2024-01.csv': 'a\n1\n', 'data/2024-02.csv': 'a\n2\n', 'data/readme.md': 'no data', 'data/_SUCCESS': 'x', 'data/.hidden.csv': 'x', 'data/old/2023-12.csv': 'a\n0\n',
    'parts/region=S%C3%A3o/year=2024/x.csv': 'a\n1\n', 'parts/region=__HIVE_DEFAULT_PARTITION__/year=2023/y.parquet': 'PAR1', 'odd/sales[1].csv': 'a\n1\n', 'odd/sales1.csv': 'a\n2\n',
    'empty/none.csv': '', 'secret/keys.csv': 'a\n9\n',
  })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  await mkdir(join(folder, 'links'));
  await writeFile(join(folder, 'links/own.csv'), 'a\n1\n');
  await symlink(join(folder, 'secret/keys.csv'), join(folder, 'links/out.csv'));
});
afterAll(async () => {
  for (const duckdb of opened) await duckdb.close();
  await rm(folder, { recursive: true, force: true });
});

const columns = { series: 'a', time: 'b', target: 'c' };

async function list(uri: string, sources: SourceOptions = {}, more: object = {}): Promise<readonly ListedFile[]> {
  const duckdb = createDuckdb({ memoryLimitMiB: 64, threads: 1, tempFolder: join(folder, 'spill'), sources });
  opened.push(duckdb);
  return duckdb.listSources({ sources: sourcesSchema.parse({ sales: { uri, columns, ...more } }), baseFolder: folder });
}
const uris = async (uri: string): Promise<readonly string[]> => (await list(uri)).map((file) => file.uri);
const refusal = async (uri: string, sources?: SourceOptions, more?: object): Promise<string> =>
  list(uri, sources, more).then((files) => `listed ${String(files.length)}`, (error: unknown) => (error instanceof Error && 'code' in error ? `${String(error.code)} ${error.message}` : `unexpected ${String(error)}`));

describe('local files', () => {
  test('a pattern, `**` and a folder are listed in the order of their names, without hidden files and notes', async () => {
    expect(await uris('data/2024-*.csv')).toEqual(['data/2024-01.csv', 'data/2024-02.csv']);
    expect(await uris('./data/**/*.csv')).toEqual(['./data/2024-01.csv', './data/2024-02.csv', './data/old/2023-12.csv']);
    expect(await uris('data/')).toEqual(['data/2024-01.csv', 'data/2024-02.csv', 'data/old/2023-12.csv']);
    expect(await uris('data/../data/2024-0?.csv')).toEqual(['data/../data/2024-01.csv', 'data/../data/2024-02.csv']);
    expect(await uris(`file://${folder}/data/2024-01.csv`)).toEqual([`file://${folder}/data/2024-01.csv`]);
    expect(await uris('*/sales1.csv')).toEqual(['odd/sales1.csv']);
  });
  test('brackets are plain characters', async () => {
    expect(await uris('odd/sales[1].csv')).toEqual(['odd/sales[1].csv']);
    expect(await uris('odd/sales[*.csv')).toEqual(['odd/sales[1].csv']);
  });
  test('folders of the form key=value give constants', async () => {
    expect((await list('parts')).map(({ uri, partition }) => [uri, partition])).toEqual([
      ['parts/region=S%C3%A3o/year=2024/x.csv', { region: 'São', year: '2024' }],
      ['parts/region=__HIVE_DEFAULT_PARTITION__/year=2023/y.parquet', { region: '', year: '2023' }],
    ].toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
  });
  test('the version is the digest of the content, and a local file is obtained where it lies', async () => {
    const [file] = await list('data/2024-01.csv');
    expect(file).toMatchObject({ source: 'sales', bytes: 4, version: createHash('sha256').update('a\n1\n').digest('hex') });
    const duckdb = opened.at(-1);
    if (file === undefined || duckdb === undefined) throw new Error('nothing was listed');
    expect(await duckdb.obtain(file, { folder: join(folder, 'own') })).toEqual({ path: join(folder, 'data/2024-01.csv'), sha256: file.version, bytes: 4 });
  });
  test('the file of rates is a source of its own', async () => {
    const rates = { uri: 'data/2024-02.csv', columns: { currency: 'x', rate: 'y' } };
    expect((await list('data/2024-01.csv', {}, { currency: { column: 'cur', to: 'EUR', rates } })).map(({ source }) => source)).toEqual(['sales', 'rates']);
  });
  test('nothing there, an empty file, an unknown address', async () => {
    expect(await refusal('nowhere.csv')).toContain('DatasetMissing sources.sales.uri nowhere.csv: there is no file');
    expect(await refusal('data/2025-*.csv')).toContain('DatasetMissing sources.sales.uri data/2025-*.csv: no file fits');
    expect(await refusal('empty')).toBe('BadInput empty/none.csv: the file is empty; export it again');
    expect(await refusal('ftp://host/x.csv')).toContain("BadInput sources.sales.uri ftp://host/x.csv: ftp:// can't be read");
    expect(await refusal('a\0b')).toContain('NUL character');
  });
});

describe('what may not be read', () => {
  test('a symbolic link that leads out of the folder or pattern', async () => {
    for (const uri of ['links', 'links/*.csv']) expect(await refusal(uri)).toMatch(/^BadInput .* is a symbolic link that leads out of the folder/);
    // Seen from the folder above, it leads nowhere else.
    expect(await uris('**/out.csv')).toEqual(['links/out.csv']);
    expect(await uris('links/own.csv')).toEqual(['links/own.csv']);
  });
  test('anything outside the roots, whether by .., by an absolute path or through a link', async () => {
    const roots = { roots: [join(folder, 'data'), join(folder, 'links')] };
    expect((await list('data/2024-01.csv', roots)).length).toBe(1);
    for (const uri of ['data/../secret/keys.csv', join(folder, 'secret/keys.csv'), 'links/out.csv']) {
      expect(await refusal(uri, roots)).toMatch(/^BadInput .* lies outside the folders that sources may come from; .*FORECASTLE_SOURCE_ROOTS/);
    }
  });
  test('places that were not given, and databases without leave', async () => {
    expect(await refusal('https://example.com/x.csv')).toContain('this process reads local files only');
    expect(await refusal('s3://bucket/x.csv')).toContain('this process reads local files only');
    const postgres = { table: 'sales' };
    expect(await refusal('postgres://db/shop', {}, { postgres })).toContain("databases on db may not be read; let the workers' FORECASTLE_POSTGRES_SOURCES name db:5432");
    const message = await refusal('postgres://me:hunter2@db/shop', {}, { postgres });
    expect(message).toContain('the address holds a password, which would be stored with the pipeline file');
    expect(message).not.toContain('hunter2');
  });
});
