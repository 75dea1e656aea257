import { tmpdir } from 'node:os';
import { afterAll, describe, expect, test } from 'vitest';
import { createSessions } from '../../../adapters/duckdb/session.ts';
import { exactSum, identifier, literal } from '../../../adapters/duckdb/sql-text.ts';

const sessions = createSessions({ memoryLimitMiB: 256, threads: 2, tempFolder: tmpdir() });
afterAll(() => sessions.close());
const endless = 'SELECT sum(hash(i)) FROM range(1000000000000) t(i)';

describe('a cancelled call', () => {
  test('stops its query and reports the reason', async () => {
    const controller = new AbortController();
    const run = sessions.use(controller.signal, (session) => session.run(endless));
    queueMicrotask(() => { controller.abort(new Error('the run was cancelled')); });
    await expect(run).rejects.toThrow('the run was cancelled');
  });

  test('leaves other calls alone', async () => {
    const controller = new AbortController();
    const doomed = sessions.use(controller.signal, (session) => session.run(endless));
    const other = sessions.use(undefined, async (session) => {
      await session.run('CREATE TEMP TABLE own AS SELECT 1 AS one');
      controller.abort(new Error('cancelled'));
      return session.row('SELECT sum(i * one) AS total FROM range(1000000) t(i), own');
    });
    await expect(doomed).rejects.toThrow('cancelled');
    expect(await other).toEqual({ total: 499_999_500_000 });
  });

  test('does not begin when it was cancelled before', async () => {
    await expect(sessions.use(AbortSignal.abort(new Error('too late')), () => Promise.resolve(1))).rejects.toThrow('too late');
  });
});

test('temporary tables of one call are not seen by another', async () => {
  await sessions.use(undefined, async (a) => {
    await a.run('CREATE TEMP TABLE mine AS SELECT 1 AS x');
    await expect(sessions.use(undefined, (b) => b.rows('SELECT * FROM mine'))).rejects.toThrow(/mine does not exist/);
  });
});

test.each([
  ["SELECT CAST('abc' AS DOUBLE)", /a value in the data can't be computed with: could not convert string 'abc' to DOUBLE/],
  ['SELECT CAST(1e30 AS DECIMAL(38, 10))', /a value in the data can't be computed with: .*range|a value in the data can't be computed with: .*DECIMAL/],
  ["SELECT TIMESTAMP '290000-01-01' + INTERVAL 9000000 YEARS", /a value in the data can't be computed with: /],
])('what fails for its values is not tried again: %s', async (sql, message) => {
  const failed = sessions.use(undefined, (session) => session.row(sql));
  await expect(failed).rejects.toMatchObject({ code: 'BadInput', retryable: false, message: expect.stringMatching(message) as string });
});

test('what fails for our own SQL is no fault of the data', async () => {
  await expect(sessions.use(undefined, (session) => session.row('SELECT nothing'))).rejects.not.toHaveProperty('code');
});

test('names and texts with quotes stay one name and one text', async () => {
  const name = 'a"b; DROP TABLE x --';
  const row = await sessions.use(undefined, (session) => session.row(`SELECT ${literal("it's")} AS ${identifier(name)}`));
  expect(row).toEqual({ [name]: "it's" });
});

test('exact sums do not depend on the order of addition', async () => {
  const values = '(VALUES (1e9), (0.1), (-1e9), (0.2), (0.000001)) t(x)';
  const row = await sessions.use(undefined, (session) => session.row(`SELECT ${exactSum('x')} AS total FROM ${values}`));
  expect(row).toEqual({ total: 0.300001 });
});
