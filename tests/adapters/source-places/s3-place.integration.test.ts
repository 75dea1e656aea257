import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createDuckdb, type Duckdb } from '../../../adapters/duckdb/create-duckdb.ts';
import { createS3Place } from '../../../adapters/source-places/s3-place.ts';
import { sourcesSchema } from '../../../contracts/sources.schema.ts';
import { attachToStack } from '../../support/stack.ts';

const { s3 } = attachToStack(inject('stack').stateDir).config;
const prefix = `source-tests/${randomUUID()}`;
const at = `s3://${s3.bucket}/${prefix}`;
const big = Buffer.alloc(3_000_000, 'sku,units\n');
const limits = { hosts: [], maxBytes: 2 ** 24, timeoutSeconds: 60, secret: (name: string) => ({ SHOP_ID: s3.accessKeyId, SHOP_KEY: s3.secretAccessKey })[name] };

let client: S3Client;
let folder: string;
let duckdb: Duckdb;
beforeAll(async () => {
  const { endpoint = '', region, accessKeyId = '', secretAccessKey = '' } = s3;
  client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
  folder = await mkdtemp(join(tmpdir(), 'forecastle-s3-'));
  for (const [key, body] of [['2024-01.csv', 'a\n1\n'], ['2024-02.csv', 'a\n2\n'], ['notes.md', 'x'], ['by/region=north/x.csv', 'a\n3\n'], ["it's; DROP TABLE [1].csv", 'a\n4\n'], ['big.csv', big], ['void.csv', '']] as const) {
    await client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: `${prefix}/${key}`, Body: body }));
  }
  duckdb = createDuckdb({ memoryLimitMiB: 64, threads: 1, tempFolder: join(folder, 'spill'), sources: { places: { s3: createS3Place({ own: s3, ...limits }) } } });
});
afterAll(async () => {
  client.destroy();
  await duckdb.close();
  await rm(folder, { recursive: true, force: true });
});

const list = (uri: string, settings?: object) => duckdb.listSources({
  sources: sourcesSchema.parse({ sales: { uri, columns: { series: 'a', time: 'b', target: 'c' }, ...(settings && { s3: settings }) } }), baseFolder: folder,
});

describe('objects are listed', () => {
  test('by key, pattern and prefix, in the order of their keys, with the constants of their folders', async () => {
    expect((await list(`${at}/2024-*.csv`)).map(({ uri }) => uri)).toEqual([`${at}/2024-01.csv`, `${at}/2024-02.csv`]);
    expect(await list(`${at}/by/`)).toMatchObject([{ uri: `${at}/by/region=north/x.csv`, bytes: 4, partition: { region: 'north' } }]);
    expect((await list(`${at}/**/x.csv`)).map(({ uri }) => uri)).toEqual([`${at}/by/region=north/x.csv`]);
    expect((await list(`${at}/it's; DROP TABLE [1].csv`)).length).toBe(1);
    await expect(list(`${at}/nothing.csv`)).rejects.toMatchObject({ code: 'DatasetMissing' });
    await expect(list(`${at}/void.csv`)).rejects.toThrow('the object is empty');
    await expect(list('s3://no-such-bucket-at-all/x.csv')).rejects.toMatchObject({ code: 'DatasetMissing' });
  });
  test('another store needs leave and keys of its own', async () => {
    await expect(list(`${at}/2024-01.csv`, { endpoint: 'http://169.254.169.254' })).rejects.toThrow("169.254.169.254 is not a host that sources may come from; let the workers' FORECASTLE_HTTP_SOURCES name 169.254.169.254");
    await expect(list(`${at}/2024-01.csv`, { accessKeyIdFrom: 'SHOP_ID', secretAccessKeyFrom: 'NO_SUCH_KEY' })).rejects.toThrow("s3.secretAccessKeyFrom names NO_SUCH_KEY, which the workers' environment does not have");
    expect((await list(`${at}/2024-01.csv`, { accessKeyIdFrom: 'SHOP_ID', secretAccessKeyFrom: 'SHOP_KEY' })).length).toBe(1);
    const wrong = createS3Place({ own: { ...s3, secretAccessKey: 'wrong' }, ...limits });
    await expect(wrong.list({ bucket: s3.bucket, prefix, settings: undefined, most: 10, signal: undefined })).rejects.toMatchObject({ code: 'BadInput' });
    wrong.close();
  });
});

describe('objects are downloaded', () => {
  test('whole, with their digest', async () => {
    const [file] = await list(`${at}/big.csv`);
    if (file === undefined) throw new Error('nothing listed');
    const obtained = await duckdb.obtain(file, { folder: join(folder, 'whole') });
    expect(obtained).toMatchObject({ bytes: big.length, sha256: createHash('sha256').update(big).digest('hex') });
    expect((await readFile(obtained.path)).equals(big)).toBe(true);
  });
  test('in the listed version only', async () => {
    const [file] = await list(`${at}/2024-01.csv`);
    if (file === undefined) throw new Error('nothing listed');
    await client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: `${prefix}/2024-01.csv`, Body: 'a\n9\n' }));
    await expect(duckdb.obtain(file, { folder: join(folder, 'changed') })).rejects.toMatchObject({ code: 'Conflict', retryable: true });
    expect(await readdir(join(folder, 'changed'))).toEqual([]);
  });
  test('on from where a broken connection stopped', async () => {
    const asked: string[] = [];
    // Passes everything on, and cuts off each answer after a million bytes. The signature covers the host, so that must stay the store's.
    const cutting = createServer((incoming, outgoing) => {
      asked.push(incoming.headers.range ?? 'all');
      let sent = 0;
      incoming.pipe(request(new URL(incoming.url ?? '/', s3.endpoint), { method: incoming.method ?? 'GET', headers: incoming.headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.on('data', (chunk: Buffer) => {
          sent += chunk.length;
          outgoing.write(chunk);
          if (sent >= 1_000_000 && sent < big.length) { answer.destroy(); outgoing.destroy(); }
        });
        answer.on('end', () => outgoing.end());
        answer.on('error', () => undefined);
      }));
    });
    await new Promise<void>((resolve) => cutting.listen(0, '127.0.0.1', resolve));
    const address = cutting.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const place = createS3Place({ own: { ...s3, endpoint: `http://127.0.0.1:${String(address.port)}` }, ...limits });
    try {
      const found = await place.find({ bucket: s3.bucket, key: `${prefix}/big.csv`, settings: undefined, signal: undefined });
      asked.length = 0;
      const file = await place.download({ bucket: s3.bucket, key: `${prefix}/big.csv`, settings: undefined, version: found?.version ?? '' }, { folder: join(folder, 'broken'), signal: undefined });
      expect(file).toMatchObject({ bytes: big.length, sha256: createHash('sha256').update(big).digest('hex') });
      expect(asked[0]).toBe('all');
      expect(asked.slice(1).length).toBeGreaterThan(0);
      expect(asked.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range))).toBe(true);
    } finally {
      place.close();
      cutting.closeAllConnections();
      cutting.close();
    }
  });
});
