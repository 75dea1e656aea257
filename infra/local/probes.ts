import { connect } from 'node:net';

/** One GET; throws unless the answer is 2xx. */
export async function expectHttpOk(url: string, signal: AbortSignal, headers: Record<string, string> = {}): Promise<void> {
  const response = await fetch(url, { signal, headers });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${new URL(url).pathname} answers ${response.status}`);
}

/** Throws unless something listens there. */
export function expectTcp(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(new Error('no answer in time'));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      fail(error);
    });
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve();
    });
  });
}
