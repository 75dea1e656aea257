import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createSandbox } from '../../../../adapters/duckdb/validate/run-sandboxed.ts';
import { sandboxedQuery } from '../../../../adapters/duckdb/validate/sandboxed-query.ts';
import { useOwnSession } from '../own-session.ts';
import { salesFile } from './sales-file.ts';

const scratch = useOwnSession();
const columns = ['series', 'time', 'target', 'price', 'stock', 'returned', 'category'];

async function ask(query: string, options: { readonly timeLimitMs?: number; readonly signal?: AbortSignal } = {}) {
  const sales = [await salesFile(scratch(), 'sandboxed', [{ target: 5 }, { target: -1 }, { target: -2, file: 1, row: 7 }, { target: -3, kept: false }])];
  const { signal, ...limits } = options;
  const run = createSandbox({ memoryLimitMiB: 64, threads: 1, tempFolder: scratch().folder, ...limits });
  return run({ query, sales, columns, where: 'validate, rule 2 (sql mine)', ...(signal && { signal }) });
}

describe('a query of a pipeline file', () => {
  test('counts what it returns of the kept rows, and knows their places when it returns them', async () => {
    expect(await ask('SELECT * FROM sales WHERE target < 0;')).toEqual({ broken: 2, examples: [{ file: 0, row: 2 }, { file: 1, row: 7 }] });
    expect(await ask('SELECT series, sum(target) FROM sales GROUP BY series HAVING sum(target) < 10 -- too few')).toEqual({ broken: 1, examples: [] });
  });

  test.each([
    ["SELECT * FROM read_csv('/etc/passwd')", 'file system operations are disabled'],
    ["SELECT * FROM read_text('/proc/self/environ')", 'file system operations are disabled'],
    ["SELECT * FROM '/etc/passwd'", 'the query can\'t be used'],
    ["SELECT * FROM glob('/*')", 'file system operations are disabled'],
    ["SELECT * FROM read_parquet('https://example.com/a.parquet')", 'the query can\'t be used'],
    ["COPY (SELECT 1) TO 'out.csv'", 'the query can\'t be used'],
    ['INSTALL httpfs', 'the query can\'t be used'],
    ["ATTACH '/tmp/other.db'", 'the query can\'t be used'],
    ['DROP VIEW sales', 'it is no SELECT'],
    ["SET memory_limit = '100GB'", 'it is no SELECT'],
    ['SELECT 1; SELECT 2', 'it holds 2 statements; write one SELECT'],
    ['-- nothing', 'the query can\'t be used'],
    ['SELECT * FROM sales WHERE target > $1', 'it has parameters'],
    ['SELECT kept FROM sales', 'kept'],
    ['SELEKT', 'syntax error'],
    ["SELECT getenv('HOME')", 'getenv'],
    ['SELECT i FROM (SELECT unnest(list(i)) AS i FROM range(1000000000) t(i)) WHERE i > 5', 'the query can\'t be used'],
  ])('%s is refused in one line that names the rule', async (query, reason) => {
    const refusal = await ask(query).then(() => undefined, (error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'BadInput', message: expect.stringContaining(reason) as string });
    expect((refusal as Error).message).toMatch(/^validate, rule 2 \(sql mine\): the query can't be used: [^\n]+$/);
  });

  test('that does not end is stopped after its time', async () => {
    const endless = 'WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t) SELECT * FROM t';
    await expect(ask(endless, { timeLimitMs: 300 })).rejects.toMatchObject({ code: 'BadInput', message: expect.stringContaining('runs longer than 0.3 s') as string });
  });

  test('stops with the step it belongs to', async () => {
    const stop = new AbortController();
    const asked = ask('SELECT a.range FROM range(100000) a, range(100000) b, range(100000) c WHERE a.range + b.range < c.range', { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('the run was cancelled')), 100);
    await expect(asked).rejects.toThrow('the run was cancelled');
  });

  test('does not begin when its step was stopped while its place was made ready', async () => {
    const stop = new AbortController();
    const sales = [await salesFile(scratch(), 'stopped', [{ target: 5 }])];
    const asked = sandboxedQuery({ query: 'SELECT a.range FROM range(100000) a, range(100000) b, range(100000) c WHERE a.range + b.range < c.range', sales, columns, memoryLimitMiB: 64, threads: 1, tempFolder: scratch().folder }, stop.signal);
    stop.abort(new Error('the run was cancelled'));
    await expect(asked).rejects.toThrow('the run was cancelled');
  });

  test('leaves the table as it was', async () => {
    const path = await salesFile(scratch(), 'sandboxed', [{ target: 5 }]);
    const before = await readFile(path);
    const run = createSandbox({ memoryLimitMiB: 64, threads: 1, tempFolder: scratch().folder });
    const where = 'validate, rule 1 (sql mine)';
    await expect(run({ query: `COPY (SELECT 1) TO '${path}' (FORMAT parquet)`, sales: [path], columns, where })).rejects.toMatchObject({ code: 'BadInput' });
    expect((await readFile(path)).equals(before)).toBe(true);
  });
});
