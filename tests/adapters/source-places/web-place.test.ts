import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAllowedHosts, isInnerAddress } from '../../../adapters/source-places/allowed-hosts.ts';
import { createWebPlace, type WebPlaceOptions } from '../../../adapters/source-places/web-place.ts';

let folder: string;
const servers: (Server | TcpServer)[] = [];
const sockets = new Set<Socket>();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forecastle-web-'));
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

async function listening<T extends Server | TcpServer>(server: T): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
const serve = (answer: RequestListener): Promise<number> => listening(createHttpServer(answer));
/** A server that says exactly this, whatever it is asked. */
const say = (talk: (socket: Socket) => void): Promise<number> => listening(createTcpServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => talk(socket));
}));

const place = (options: Partial<WebPlaceOptions> = {}) => createWebPlace({ hosts: ['127.0.0.1'], maxBytes: 2 ** 20, timeoutSeconds: 20, ...options });

/** The refusal of a download; nothing may stay in the folder. */
async function refusal(uri: string, options?: Partial<WebPlaceOptions>): Promise<string> {
  const failure = await place(options).download({ uri, version: 'unmarked ' }, { folder, signal: undefined }).then(() => undefined, (error: unknown) => error);
  expect(await readdir(folder)).toEqual([]);
  return failure instanceof Error && 'code' in failure ? `${String(failure.code)} ${failure.message}` : `unexpected ${String(failure)}`;
}

test('a file is described by its marks, and downloaded whole with its digest', async () => {
  const port = await serve((_, response) => response.writeHead(200, { etag: '"v1"', 'content-length': '9' }).end('sku\nA\nB\n\n'));
  const uri = `http://127.0.0.1:${String(port)}/data/sales.csv?token=x`;
  const found = await place().describe({ uri, signal: undefined });
  expect(found).toEqual({ bytes: 9, version: 'etag "v1" 9' });
  const file = await place().download({ uri, version: found.version }, { folder, signal: undefined });
  expect(file).toMatchObject({ bytes: 9, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string, path: expect.stringMatching(/-sales\.csv$/) as string });
  expect(await readFile(file.path, 'utf8')).toBe('sku\nA\nB\n\n');
  const failure = await place().download({ uri, version: 'etag "v0" 9' }, { folder, signal: undefined }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'Conflict', retryable: true });
});

describe('hosts', () => {
  test('none is allowed unless it is named', async () => {
    expect(await refusal('https://example.com/x.csv', { hosts: [] })).toBe("BadInput https://example.com/x.csv: example.com is not a host that sources may come from; let the workers' FORECASTLE_HTTP_SOURCES name example.com, or download the file and give its path");
    expect(await refusal('http://127.0.0.1:1/x', { hosts: ['127.0.0.1:2'] })).toContain('127.0.0.1:1 is not a host');
    expect(await refusal('https://me:hunter2@example.com/x.csv')).not.toContain('hunter2');
  });
  test('a redirect to a host or address that is not named is refused, before anything is sent there', async () => {
    let asked = 0;
    const inner = await serve((_, response) => { asked += 1; response.end('secret'); });
    for (const target of [`http://localhost:${String(inner)}/`, 'http://169.254.169.254/latest/meta-data/', 'http://[::1]/', 'http://0x7f000001.example.com/', 'file:///etc/passwd', '//10.0.0.1/']) {
      const port = await serve((_, response) => response.writeHead(302, { location: target }).end());
      expect(await refusal(`http://127.0.0.1:${String(port)}/x.csv`)).toMatch(/^BadInput .* (is not a host that sources may come from|redirects to something that is no web address)/);
    }
    expect(asked).toBe(0);
  });
  test('a name that leads to a private address is refused, unless the list names the address', async () => {
    const port = await serve((_, response) => response.end('sku\n'));
    const uri = `http://data.example.com:${String(port)}/x.csv`;
    const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    expect(await refusal(uri, { hosts: ['data.example.com'], resolve })).toContain('data.example.com leads to 127.0.0.1, an address of this machine or of a private network');
    expect((await place({ hosts: ['data.example.com', '127.0.0.1'], resolve }).download({ uri, version: '' }, { folder, signal: undefined })).bytes).toBe(4);
  });
  test('a name is resolved once for each request: a second answer has no say', async () => {
    const port = await serve((_, response) => response.end('sku\n'));
    let asked = 0;
    const resolve = () => Promise.resolve([{ address: asked++ === 0 ? '127.0.0.1' : '169.254.169.254', family: 4 }]);
    const file = await place({ hosts: ['rebind.example.com', '127.0.0.1'], resolve }).download({ uri: `http://rebind.example.com:${String(port)}/x`, version: '' }, { folder, signal: undefined });
    expect([file.bytes, asked]).toEqual([4, 1]);
  });
  test('every private, local and special address counts as inner, in any form', () => {
    for (const address of ['127.0.0.1', '127.9.9.9', '10.1.2.3', '172.31.0.1', '192.168.0.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '::1', '::', '::ffff:10.0.0.1', 'fe80::1', 'fd00::1', '64:ff9b::a00:1', '2002:a00:1::']) {
      expect([address, isInnerAddress(address)]).toEqual([address, true]);
    }
    for (const address of ['8.8.8.8', '172.32.0.1', '2606:4700::1111']) expect([address, isInnerAddress(address)]).toEqual([address, false]);
    expect(() => createAllowedHosts(['EXAMPLE.com']).expectHost(new URL('https://example.COM./x'), 'x')).not.toThrow();
  });
  test('endless redirects end', async () => {
    const port = await serve((_, response) => response.writeHead(302, { location: '/again' }).end());
    expect(await refusal(`http://127.0.0.1:${String(port)}/`)).toContain('more than 5 redirects');
  });
});

describe('bodies', () => {
  test('one without an end is cut at the limit of size', async () => {
    const port = await serve((_, response) => {
      const more = (): void => { while (response.write('x'.repeat(65_536)) && !response.destroyed); };
      response.on('drain', more).on('error', () => undefined);
      more();
    });
    expect(await refusal(`http://127.0.0.1:${String(port)}/endless.csv`)).toContain('the file is larger than 1 MiB; split it, or raise FORECASTLE_SOURCE_MAX_MIB');
  });
  test('one that announces more than the limit is not begun', async () => {
    const port = await serve((_, response) => response.writeHead(200, { 'content-length': String(2 ** 40) }).flushHeaders());
    expect(await refusal(`http://127.0.0.1:${String(port)}/big.csv`)).toContain('the file is larger than 1 MiB');
  });
  test('one that drips is ended by the limit of time, one that falls silent by the limit of silence', async () => {
    const drips = await say((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 50);
      socket.on('close', () => clearInterval(timer));
    });
    expect(await refusal(`http://127.0.0.1:${String(drips)}/`, { timeoutSeconds: 0.5 })).toContain('the download takes longer than 0.5 s');
    const headers = await say((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x-more: x\r\n'), 50);
      socket.on('close', () => clearInterval(timer));
    });
    expect(await refusal(`http://127.0.0.1:${String(headers)}/`, { timeoutSeconds: 0.5 })).toContain('the download takes longer than 0.5 s');
    const silent = await say((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'));
    expect(await refusal(`http://127.0.0.1:${String(silent)}/`, { silenceSeconds: 0.3 })).toContain('ServiceUnavailable');
  });
  test('one of another length than announced is not taken', async () => {
    const short = await say((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'));
    expect(await refusal(`http://127.0.0.1:${String(short)}/`)).toContain('ServiceUnavailable');
    const long = await say((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdefgh'));
    const file = await place().download({ uri: `http://127.0.0.1:${String(long)}/`, version: '' }, { folder, signal: undefined });
    expect(await readFile(file.path, 'utf8')).toBe('abc');
    await rm(file.path);
    const twice = await say((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'));
    expect(await refusal(`http://127.0.0.1:${String(twice)}/`)).toMatch(/^BadInput .* is no HTTP/);
  });
  test('none at all, a page that says no, and an encoding nobody asked for', async () => {
    const status = async (code: number, headers: Record<string, string> = {}, body = 'x'): Promise<string> => refusal(`http://127.0.0.1:${String(await serve((_, response) => response.writeHead(code, headers).end(body)))}/x`);
    expect(await status(200, {}, '')).toContain('BadInput');
    expect(await status(404)).toContain('DatasetMissing');
    expect(await status(403)).toContain('wants a login (403)');
    expect(await status(503)).toContain('ServiceUnavailable');
    expect(await status(200, { 'content-encoding': 'br' })).toContain('compresses the file in a way that was not asked for (br)');
    expect(await refusal('http://127.0.0.1:1/x')).toContain('ServiceUnavailable');
  });
  test('a cancelled download leaves nothing and tells the reason', async () => {
    const port = await say((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nx'));
    const controller = new AbortController();
    const download = place().download({ uri: `http://127.0.0.1:${String(port)}/`, version: '' }, { folder, signal: controller.signal });
    setTimeout(() => controller.abort(new Error('the run was cancelled')), 100);
    await expect(download).rejects.toThrow('the run was cancelled');
    expect(await readdir(folder)).toEqual([]);
  });
});
