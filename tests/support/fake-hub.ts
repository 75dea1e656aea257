import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A server that answers like the model hub does for one repository at one revision. */
export interface FakeHub {
  readonly endpoint: string;
  /** `METHOD /path[ range]` of every request, in order. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

export interface FakeHubOptions {
  /** `owner/name`. */
  readonly repository: string;
  readonly revision: string;
  /** A name that stands for the revision. */
  readonly branch?: string;
  /** File in the repository → where its bytes lie. Others get 404, as does any other revision. */
  readonly files: ReadonlyMap<string, string>;
  /** Breaks the connection after so many bytes of each body. */
  readonly cutAfterBytes?: number;
}

/** Serves `/<repository>/resolve/<revision>/<file>` on a port of the loopback address: HEAD, GET, one Range, 404. */
export async function startFakeHub(options: FakeHubOptions): Promise<FakeHub> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push([request.method, request.url, request.headers.range].filter((part) => part !== undefined).join(' '));
    answer(options, request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake hub has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The files of an installed model by their names at the hub. */
export function filesOf(folder: string): ReadonlyMap<string, string> {
  return new Map(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx'].map((name) => [name, join(folder, name)]));
}

async function answer(options: FakeHubOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = decodeURIComponent(request.url ?? '');
  const prefix = [options.revision, options.branch].map((name) => `/${options.repository}/resolve/${name ?? ''}/`).find((begin) => path.startsWith(begin));
  const file = prefix === undefined ? undefined : options.files.get(path.slice(prefix.length));
  if (file === undefined) {
    response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end('Entry not found');
    return;
  }
  const { size } = await stat(file);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const from = range ? Number(range[1]) : 0;
  const to = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  if (from > to) {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    return;
  }
  response.writeHead(range ? 206 : 200, {
    'accept-ranges': 'bytes',
    'content-length': to - from + 1,
    'content-type': 'application/octet-stream',
    'x-repo-commit': options.revision,
    ...(range && { 'content-range': `bytes ${from}-${to}/${size}` }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const cut = options.cutAfterBytes ?? Number.POSITIVE_INFINITY;
  await pipeline(
    createReadStream(file, { start: from, end: to }),
    async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      let sent = 0;
      for await (const chunk of chunks) {
        yield chunk;
        if ((sent += chunk.byteLength) >= cut) throw new Error('the connection breaks, as it was asked to');
      }
    },
    response,
  );
}
