import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

import { createDatabase } from '../../../adapters/postgres/database.ts';
import { createPool } from '../../../adapters/postgres/sql.ts';
import type { Pool, Sql } from '../../../adapters/postgres/sql.ts';
import { emptyDatabase, freshDatabase } from '../../support/database.ts';
import type { FreshDatabase } from '../../support/database.ts';
import { proposalOf } from '../contract/governance-fixtures.ts';

let fresh: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  fresh = await freshDatabase();
  pool = createPool(fresh.url, 3);
  await pool.run('create table counters (name text primary key, value int not null)');
  await pool.run(`insert into counters values ('a', 0), ('b', 0)`);
});
afterAll(async () => {
  await pool.close();
  await fresh.drop();
});

const pid = z.object({ pid: z.number() });
const increment = (sql: Sql, name: string) => sql.run('update counters set value = value + 1 where name = $1', [name]);

/** The same address with another part. */
function addressWith(change: (url: URL) => void): string {
  const url = new URL(fresh.url);
  change(url);
  return url.href;
}

test.each<[string, () => string, RegExp]>([
  [
    'nobody listens',
    () => addressWith((url) => (url.port = '1')),
    /^PostgreSQL at 127\.0\.0\.1:1\/\w+ does not answer \(.*ECONNREFUSED.*\): start it with `npx forecastle up`, or check DATABASE_URL$/,
  ],
  [
    'the password is wrong',
    () => addressWith((url) => (url.password = 'guessed')),
    /refuses the login \(.*\): check the user and password/,
  ],
  [
    'there is no such database',
    () => addressWith((url) => (url.pathname = '/nowhere')),
    /database "nowhere" does not exist: create it, or name another one in DATABASE_URL$/,
  ],
])('where %s, one line says so without the password, worth another attempt', async (_what, address, line) => {
  const database = createDatabase(address(), { max: 1 });
  try {
    for (const asked of [
      database.ping(),
      database.champions.set({
        pipeline: 'shop',
        candidate: 'c',
        version: 1,
        since: '2026-03-02T06:00:00Z',
        by: 'ana',
        reason: '',
        proposalId: 'p',
      }),
    ]) {
      const failure: unknown = await asked.catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 'ServiceUnavailable',
        retryable: true,
        message: expect.stringMatching(line),
      });
      expect(String(failure)).not.toContain(new URL(address()).password);
    }
  } finally {
    await database.close();
  }
});

test('a database without our tables is told as one to migrate', async () => {
  const empty = await emptyDatabase();
  const database = createDatabase(empty.url, { max: 1 });
  try {
    const listing = database.runs.list({ limit: 1 });
    await expect(listing).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      message: expect.stringContaining('lacks our tables'),
    });
  } finally {
    await database.close();
    await empty.drop();
  }
});

test('a serialization failure is worth another attempt, which succeeds on the same connections', async () => {
  const attempt = (beforeWriting: () => Promise<unknown>) =>
    pool.transaction(async (tx) => {
      await tx.run('set transaction isolation level repeatable read');
      await tx.run('select from counters');
      await beforeWriting();
      await increment(tx, 'a');
    });
  await expect(attempt(() => increment(pool, 'a'))).rejects.toMatchObject({
    code: 'ServiceUnavailable',
    retryable: true,
    message: expect.stringContaining('rivals'),
  });
  await attempt(async () => undefined);
});

test('of two transactions that wait for each other one succeeds, and the other is worth another attempt', async () => {
  let arrived = 0;
  let open = (): void => undefined;
  const bothHoldOne = new Promise<void>((resolve) => (open = resolve));
  const cross = (first: string, second: string) =>
    pool.transaction(async (tx) => {
      await increment(tx, first);
      if (++arrived === 2) open();
      await bothHoldOne;
      await increment(tx, second);
    });
  const ends = await Promise.allSettled([cross('a', 'b'), cross('b', 'a')]);
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
  expect(failures).toMatchObject([{ code: 'ServiceUnavailable', retryable: true }]);
});

test('a connection that the server ends in a transaction is worth another attempt, and is replaced', async () => {
  const cut = pool.transaction(async (tx) => {
    const own = await tx.maybe(pid, 'select pg_backend_pid() as pid');
    await increment(tx, 'b');
    await fresh.sql('select pg_terminate_backend($1)', [own?.pid]);
    await increment(tx, 'b');
  });
  await expect(cut).rejects.toMatchObject({ code: 'ServiceUnavailable', retryable: true });
  await pool.transaction((tx) => increment(tx, 'b'));
});

test('a second row of one name is a conflict that names it, not worth another attempt', async () => {
  const { proposals } = fresh.database;
  await proposals.open(proposalOf('shop', 'a', { id: 'p-same' }));
  await expect(proposals.open(proposalOf('another shop', 'a', { id: 'p-same' }))).rejects.toMatchObject({
    code: 'Conflict',
    retryable: false,
    message: expect.stringMatching(/holds this already: table proposals, Key \(id\)=\(p-same\) already exists$/),
  });
  expect(await proposals.list({ pipeline: 'another shop' })).toEqual([]);
  expect(await fresh.database.audit.verify()).toMatchObject({ ok: true });
});

test('a text that PostgreSQL can not store and a time that is none are bad input', async () => {
  const { proposals, champions } = fresh.database;
  await expect(proposals.open(proposalOf('shop\0', 'a'))).rejects.toMatchObject({ code: 'BadInput' });
  for (const time of ['yesterday evening', '2026-02-30']) {
    await expect(champions.at('shop', time)).rejects.toMatchObject({
      code: 'BadInput',
      message: expect.stringContaining('time'),
    });
  }
});

test('an address that is none is bad input, and is not repeated with what may be a password', () => {
  const failure = (): unknown => createPool('postgres//user:secret@host', 1);
  expect(failure).toThrow('the PostgreSQL address is not understood');
  expect(failure).not.toThrow('secret');
});
