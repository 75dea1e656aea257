import { createServer, request as requestOf } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform } from 'node:stream';

/** What happens to one request on its way to the real store. */
export interface Disturbance {
  /** The connection breaks after so many bytes of the request's body. */
  readonly cutUpAfter?: number;
  /** The connection breaks after so many bytes of the answer's body. */
  readonly cutDownAfter?: number;
  /** Answers with this status and an empty body, without asking the store. */
  readonly answer?: number;
  /** Never answers. */
  readonly silent?: true;
}

export interface DisturbedStore {
  readonly endpoint: string;
  /** `METHOD /path?query` of every request so far. */
  readonly requests: readonly string[];
  /** Asked for every request from now on. */
  disturb(how: (request: IncomingMessage, line: string) => Disturbance | undefined | void): void;
  close(): Promise<void>;
}

/** A way to the real store that breaks when it is told to. */
export async function startDisturbedStore(endpoint: string): Promise<DisturbedStore> {
  const target = new URL(endpoint);
  const requests: string[] = [];
  let how: Parameters<DisturbedStore['disturb']>[0] = () => undefined;
  const server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    const disturbance = how(request, line) ?? {};
    if (disturbance.silent) return;
    if (disturbance.answer === undefined) forward(target, request, response, disturbance);
    else request.resume().on('end', () => response.writeHead(disturbance.answer ?? 500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the way to the store has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    requests,
    disturb: (next) => {
      how = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function forward(
  target: URL,
  request: IncomingMessage,
  response: ServerResponse,
  { cutUpAfter, cutDownAfter }: Disturbance,
): void {
  const { method, url: path, rawHeaders: headers } = request;
  const cut = (): void => {
    onward.destroy();
    request.socket.destroy();
  };
  const onward = requestOf(
    { host: target.hostname, port: target.port, method, path, headers, setHost: false },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.on('error', cut).pipe(breakAfter(cutDownAfter, cut)).pipe(response);
    },
  );
  onward.on('error', cut);
  request.on('error', cut).pipe(breakAfter(cutUpAfter, cut)).pipe(onward);
}

function breakAfter(bytes: number | undefined, cut: () => void): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      seen += chunk.byteLength;
      if (bytes !== undefined && seen > bytes) cut();
      else done(null, chunk);
    },
  });
}
