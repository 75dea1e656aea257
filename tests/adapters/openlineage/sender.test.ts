import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, test, vi } from 'vitest';

import { createMemoryLineageOutbox } from '../../../adapters/memory/lineage-outbox.ts';
import { postEvent } from '../../../adapters/openlineage/post-event.ts';
import { startSender, type Sender } from '../../../adapters/openlineage/sender.ts';

interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server that answers the nth request with the nth status, and 201 from then on. */
async function endpoint(statuses: readonly number[] = [], headers: Record<string, string> = {}) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      asked.push({ path: request.url ?? '', authorization: request.headers.authorization, body });
      response.writeHead(statuses[asked.length - 1] ?? 201, headers).end('the receiver says why');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
}

function send(url: string, count: number): { readonly outbox: ReturnType<typeof createMemoryLineageOutbox>; readonly said: string[]; readonly ready: Promise<void> } {
  const outbox = createMemoryLineageOutbox();
  const said: string[] = [];
  const ready = (async () => {
    for (let i = 0; i < count; i += 1) await outbox.add({ key: String(i), event: { n: i } });
    const sender: Sender = startSender({ outbox, post: (event, signal) => postEvent({ url }, event, signal), report: (line) => void said.push(line), idleMs: 5, retryMs: { first: 5, longest: 20 } });
    closing.push(() => sender.stop());
  })();
  return { outbox, said, ready };
}

describe('posting an event', () => {
  test('goes to api/v1/lineage below the address, with the key as a bearer token', async () => {
    const { url, asked } = await endpoint();
    expect(await postEvent({ url: `${url}/base/`, apiKey: 'secret' }, { a: 1 })).toEqual({ kind: 'sent' });
    expect(await postEvent({ url, path: '/events/openlineage' }, { a: 2 })).toEqual({ kind: 'sent' });
    expect(asked).toEqual([
      { path: '/base/api/v1/lineage', authorization: 'Bearer secret', body: { a: 1 } },
      { path: '/events/openlineage', authorization: undefined, body: { a: 2 } },
    ]);
  });

  test.each([[400, 'parked'], [413, 'parked'], [422, 'parked'], [401, 'later'], [403, 'later'], [404, 'later'], [408, 'later'], [429, 'later'], [500, 'later'], [503, 'later'], [302, 'later']])('answer %d: %s, with the reason', async (status, kind) => {
    const { url } = await endpoint([status]);
    expect(await postEvent({ url }, {})).toMatchObject({ kind, reason: expect.stringMatching(new RegExp(`^${status} .*the receiver says why$`)) as string });
  });

  test('waits as long as the receiver asks for, five minutes at most', async () => {
    const { url } = await endpoint([503, 429], { 'retry-after': '7' });
    expect(await postEvent({ url }, {})).toMatchObject({ kind: 'later', afterMs: 7_000 });
    const slow = await endpoint([503], { 'retry-after': '86400' });
    expect(await postEvent({ url: slow.url }, {})).toMatchObject({ afterMs: 300_000 });
  });

  test('an address where nobody listens is to be tried again, with what is wrong', async () => {
    expect(await postEvent({ url: 'http://127.0.0.1:1' }, {})).toMatchObject({ kind: 'later', reason: expect.stringMatching(/ECONNREFUSED|bad port/) as string });
  });
});

describe('the sender', () => {
  test('sends everything once, in order, through an outage, and says once that it waits', async () => {
    const { url, asked } = await endpoint([503, 500, 429, 503]);
    const { outbox, said, ready } = send(url, 5);
    await ready;
    await vi.waitFor(async () => expect(await outbox.counts()).toEqual({ waiting: 0, sent: 5, parked: 0 }));
    expect(asked.map(({ body }) => body)).toEqual([0, 0, 0, 0, 0, 1, 2, 3, 4].map((n) => ({ n })));
    expect(said.filter((line) => line.startsWith('lineage events wait: 503'))).toHaveLength(1);
    expect(said.at(-1)).toBe('lineage events are sent again');
  });

  test('keeps a refused event aside with the reason and goes on with the next', async () => {
    const { url, asked } = await endpoint([201, 422]);
    const { outbox, said, ready } = send(url, 3);
    await ready;
    await vi.waitFor(async () => expect(await outbox.counts()).toEqual({ waiting: 0, sent: 2, parked: 1 }));
    expect(asked).toHaveLength(3);
    expect(said).toEqual([expect.stringMatching(/kept aside: 422 .*the receiver says why$/)]);
  });

  test('stopped in the middle of an outage it ends at once, and the events stay', async () => {
    const { outbox, ready } = send('http://127.0.0.1:1', 2);
    await ready;
    await vi.waitFor(async () => expect((await outbox.counts()).waiting).toBe(2));
    await closing.pop()?.();
    expect(await outbox.counts()).toEqual({ waiting: 2, sent: 0, parked: 0 });
  });
});
