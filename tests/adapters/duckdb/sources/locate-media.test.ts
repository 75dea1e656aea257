import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LocatedMedia } from '../../../../adapters/duckdb/sources/locate-media.ts';
import { locateMedia, obtainMedia } from '../../../../adapters/duckdb/sources/locate-media.ts';
import type { SourceOptions } from '../../../../adapters/duckdb/sources/places.ts';
import { SourceProblem } from '../../../../adapters/source-problem.ts';
import { createWebPlace } from '../../../../adapters/source-places/web-place.ts';
import { DatasetMissing, ServiceUnavailable } from '../../../../contracts/failure.ts';

let root: string;
let folder: string;
const servers: Server[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'forecastle-media-'));
  folder = join(root, 'shop');
  await mkdir(join(folder, 'sub'), { recursive: true });
  await writeFile(join(root, 'secret.jpg'), 'secret');
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await rm(root, { recursive: true, force: true });
});

const { signal } = new AbortController();
async function locate(names: readonly string[], options: SourceOptions = {}, media: { folder?: string; extension?: string } = {}) {
  const table = { source: 'products', uri: './products.csv', version: '', at: { place: 'local', path: join(folder, 'products.csv') } } as const;
  return locateMedia(options, { names: names.map((name) => ({ file: 0, name })), tables: [table], media, baseFolder: folder, signal });
}
const problem = async (name: string, options?: SourceOptions): Promise<string> => {
  const [found] = await locate([name], options);
  return found !== undefined && 'problem' in found ? found.problem : JSON.stringify(found);
};

describe('a local file', () => {
  test('is known by its path, size and time of change, and read as what its bytes are', async () => {
    await writeFile(join(folder, 'a.txt'), '\x89PNG\r\n\x1a\n', 'latin1');
    const find = async (): Promise<LocatedMedia> => {
      const [found] = await locate(['a'], {}, { extension: '.txt' });
      if (found === undefined || 'problem' in found) throw new Error('not found');
      return found;
    };
    const found = await find();
    expect(found).toMatchObject({ address: join(folder, 'a.txt'), at: { place: 'local' } });
    expect(await obtainMedia({}, found, { folder: root })).toEqual({ path: join(folder, 'a.txt'), isCopy: false, mediaType: 'image/png', extension: 'png' });
    await utimes(join(folder, 'a.txt'), new Date(0), new Date(0));
    expect((await find()).version).not.toBe(found.version);
    await expect(obtainMedia({}, found, { folder: root })).rejects.toMatchObject({ code: 'Conflict', retryable: true });
  });

  test.each([
    ['that is not there', 'b.jpg', 'no such file'],
    ['below one that is no folder', 'a.jpg/b.jpg', 'no such file'],
    ['with a NUL character in its name', 'a\0.jpg', 'no such file'],
    ['with a name that is too long', 'a'.repeat(5000), 'no such file'],
    ['above the folder', '../secret.jpg', 'outside of the allowed folders'],
    ['above the folder, by a way through it', 'sub/../../secret.jpg', 'outside of the allowed folders'],
    ['above the folder, whether or not it is there', '../nothing.jpg', 'outside of the allowed folders'],
    ['of the system', '/etc/passwd', 'outside of the allowed folders'],
    ['of the system, by its address', 'file:///etc/passwd', 'outside of the allowed folders'],
    ['that is a folder', 'sub', 'no file, but something else'],
    ['that is empty', 'empty.jpg', 'the file is empty'],
    ['larger than 64 MiB', 'large.jpg', 'larger than 64 MiB'],
    ['that a symbolic link leads to from the folder', 'link.jpg', 'outside of the allowed folders'],
    ['in a folder that a symbolic link leads to', 'up/secret.jpg', 'outside of the allowed folders'],
    ['that is a pipe, which nobody writes to', 'pipe.jpg', 'no file, but something else'],
    ['that links to itself', 'loop.jpg', "the file can't be read (ELOOP)"],
  ])('%s has a problem', async (_, name, expected) => {
    await writeFile(join(folder, 'a.jpg'), 'x');
    await writeFile(join(folder, 'empty.jpg'), '');
    await writeFile(join(folder, 'large.jpg'), '');
    await truncate(join(folder, 'large.jpg'), 64 * 2 ** 20 + 1);
    await symlink(join(root, 'secret.jpg'), join(folder, 'link.jpg'));
    await symlink(root, join(folder, 'up'));
    await symlink('loop.jpg', join(folder, 'loop.jpg'));
    execFileSync('mkfifo', [join(folder, 'pipe.jpg')]);
    expect(await problem(name)).toBe(expected);
  });

  test('may have any name: quotes, semicolons, wildcards and letters of all kinds', async () => {
    const names = ["it's.jpg", '"; DROP TABLE media; --.jpg', '*.jpg', '图片 🙂.jpg', '[a].jpg', 'sub/{x}.jpg'];
    for (const name of names) await writeFile(join(folder, name), name);
    expect((await locate(names)).map((found) => ('address' in found ? found.address : found.problem))).toEqual(names.map((name) => join(folder, name)));
  });

  test('may lie in the roots of the workers, however its name leads there; a folder outside of them allows nothing', async () => {
    await writeFile(join(folder, 'a.jpg'), 'x');
    expect(await problem('../secret.jpg', { roots: [root] })).toContain('secret.jpg');
    expect(await problem(join(root, 'secret.jpg'), { roots: [root] })).toContain('secret.jpg');
    expect(await problem('a.jpg', { roots: [join(folder, 'sub')] })).toBe('outside of the allowed folders');
    expect(await problem('a.jpg', { roots: [join(root, 'gone')] })).toBe('outside of the allowed folders');
  });

  test('of a folder that is reached by a symbolic link is found', async () => {
    await writeFile(join(folder, 'a.jpg'), 'x');
    await symlink(folder, join(root, 'shortcut'));
    const [found] = await locate(['a.jpg'], {}, { folder: join(root, 'shortcut') });
    expect(found).toMatchObject({ address: join(folder, 'a.jpg') });
    expect(await locate(['a.jpg'], {}, { folder: join(root, 'nowhere') })).toEqual([{ problem: 'no such file' }]);
  });
});

describe('a file of a web server', () => {
  async function serve(answer: RequestListener): Promise<number> {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }
  const web = (hosts: readonly string[]): SourceOptions => ({
    places: { https: createWebPlace({ hosts, maxBytes: 2 ** 40, timeoutSeconds: 20, resolve: async () => [{ address: '10.0.0.7', family: 4 }] }) },
  });

  test('is had within the limits, and says what is wrong otherwise', async () => {
    const port = await serve(({ url = '', method }, response) => {
      if (url === '/redirect') return response.writeHead(302, { location: 'http://inner.example/a.jpg' }).end();
      if (url === '/private') return response.writeHead(302, { location: 'http://10.0.0.7/a.jpg' }).end();
      if (url === '/large') return response.writeHead(200, { etag: '"l"', 'content-length': String(2 ** 27) }).end();
      if (url === '/endless') {
        response.writeHead(200, { etag: '"e"' });
        if (method === 'HEAD') return response.end();
        const write = (): void => { while (!response.destroyed && response.write(Buffer.alloc(2 ** 20))); };
        response.on('drain', write).on('error', () => undefined);
        return write();
      }
      if (url !== '/a') return response.writeHead(404).end();
      return response.writeHead(200, { etag: '"a"', 'content-length': '6' }).end('GIF89a');
    });
    const host = `http://127.0.0.1:${String(port)}`;
    const options = web(['127.0.0.1', 'inner.example']);
    const found = await locate(['a', 'gone', 'redirect', 'private', 'large', 'endless'].map((name) => `${host}/${name}`).concat('https://other.example/a.jpg'), options);
    const [a, gone, redirect, inner, large, endless, other] = found;
    expect([gone, redirect, inner, large, other]).toEqual([
      'HTTP status 404', 'leads to a private address', 'outside of the allowed hosts', 'larger than 64 MiB', 'outside of the allowed hosts',
    ].map((text) => ({ problem: text })));
    if (a === undefined || 'problem' in a || endless === undefined || 'problem' in endless) throw new Error('not found');
    expect(await obtainMedia(options, a, { folder: root })).toMatchObject({ isCopy: true, mediaType: 'image/gif' });
    expect(await obtainMedia(options, endless, { folder: root })).toEqual({ problem: 'larger than 64 MiB' });
  });

  test('that fails again and again is asked no more in this run', async () => {
    let asked = 0;
    const port = await serve((_, response) => { asked += 1; response.writeHead(503).end(); });
    const found = await locate(Array.from({ length: 100 }, (_, i) => `http://127.0.0.1:${String(port)}/${String(i)}`), web(['127.0.0.1']));
    expect(new Set(found.map((one) => ('problem' in one ? one.problem : '')))).toEqual(new Set(['HTTP status 503']));
    // Eight at a time, each by HEAD alone: those under way when the fifth failed are asked, too.
    expect(asked).toBeLessThan(30);
  });
});

describe('an object', () => {
  const object = (key: string, bytes: number) => ({ key, bytes, version: `"${key}" ${String(bytes)}` });
  const options: SourceOptions = {
    places: {
      s3: {
        find: async ({ bucket, key }) => {
          if (bucket === 'gone') throw new DatasetMissing('s3://gone: there is no such bucket', { cause: new SourceProblem('no such file') });
          if (bucket === 'broken') throw new ServiceUnavailable('the store does not answer');
          return key === 'p/a.jpg' ? object(key, 3) : key === 'p/large.jpg' ? object(key, 2 ** 27) : undefined;
        },
        list: async () => [],
        download: async ({ key }, { folder: to, maxBytes }) => {
          const path = join(to, 'copy');
          await writeFile(path, `\xff\xd8\xff ${key} ${String(maxBytes)}`, 'latin1');
          return { path, sha256: '', bytes: 3 };
        },
      },
    },
  };

  test('below the folder of its table is found by the keys of the products; what is not there, or too large, says so', async () => {
    const names = ['a', 'b', 'large', '../p/a', 's3://gone/x.jpg'].map((name) => ({ file: 0, name }));
    const table = { source: 'products', uri: 's3://shop/p/products.csv', version: '', at: { place: 's3', bucket: 'shop', key: 'p/products.csv' } } as const;
    const found = await locateMedia(options, { names, tables: [table], media: { extension: '.jpg' }, s3: { region: 'eu' }, baseFolder: root, signal });
    expect(found).toEqual([
      { address: 's3://shop/p/a.jpg', version: '"p/a.jpg" 3', at: { place: 's3', bucket: 'shop', key: 'p/a.jpg', settings: { region: 'eu' } } },
      { problem: 'no such file' }, { problem: 'larger than 64 MiB' }, { problem: 'outside of the allowed folders' }, { problem: 'no such file' },
    ]);
    const [first] = found;
    if (first === undefined || 'problem' in first) throw new Error('not found');
    expect(await obtainMedia(options, first, { folder: root })).toEqual({ path: join(root, 'copy'), isCopy: true, mediaType: 'image/jpeg', extension: 'jpg' });
  });

  test('of a store that does not answer says nothing of the file: the attempt is repeated', async () => {
    await expect(locate(['s3://broken/a.jpg'], options)).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  });
});
