import { describe, expect, test } from 'vitest';

import { actor } from './fake-dependencies.ts';
import { refused, setUp } from './harness.ts';

describe('who may', () => {
  test('reading needs no key; changing needs the right one and a name', async () => {
    const { get, post } = setUp();
    expect((await get('/v1/runs')).status).toBe(200);
    expect((await refused(post('/v1/runs/run-1/retry', {}, {}), 401)).message).toContain('Authorization');
    expect(
      (await refused(post('/v1/runs/run-1/retry', {}, { ...actor, authorization: 'Bearer wrong' }), 401)).message,
    ).toContain('wrong');
    expect(
      (await refused(post('/v1/runs/run-1/retry', {}, { authorization: actor.authorization }), 400)).message,
    ).toContain('X-Forecastle-User');
  });
  test.each([
    { host: 'evil.example:8080' },
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:9999' },
  ])('a web page elsewhere is refused: %o', async (headers) => {
    await refused(setUp().get('/v1/runs', headers), 403);
  });
  test('a page of the API itself is not', async () => {
    expect((await setUp().get('/v1/runs', { origin: 'http://localhost:8080' })).status).toBe(200);
  });
});

test('a bug is reported and not shown', async () => {
  const { get, reported } = setUp({ audit: { verify: () => Promise.reject(new Error('select secret from …')) } });
  expect((await refused(get('/v1/audit/verify'), 500)).message).not.toContain('secret');
  expect(reported).toHaveLength(1);
});

test('a body that is not JSON or too large is refused in one line', async () => {
  const { app, post } = setUp();
  const broken = app.request('http://localhost/v1/runs', {
    method: 'POST',
    headers: { host: 'localhost', ...actor },
    body: '{',
  });
  await refused(broken, 400);
  await refused(post('/v1/runs', { pipeline: 'x'.repeat(1_200_000) }), 413);
});
