import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSandbox } from '../../../../adapters/duckdb/validate/run-sandboxed.ts';
import { packageRoot } from '../../../../infra/toolchain/paths.ts';
import { useOwnSession } from '../own-session.ts';
import { salesFile } from './sales-file.ts';

const scratch = useOwnSession();

async function ask(query: string, timeLimitMs = 30_000) {
  const sandboxEntry = join(packageRoot, 'dist', 'adapters', 'duckdb', 'validate', 'sandbox-child.js');
  const run = createSandbox({ memoryLimitMiB: 64, threads: 1, tempFolder: scratch().folder, sandboxEntry, timeLimitMs });
  return run({ query, sales: [await salesFile(scratch(), 'sales', [{ target: 5 }, { target: -1 }])], columns: ['series', 'target'], where: 'validate, rule 1 (sql mine)' });
}

test('a process of its own counts what the query returns', async () => {
  expect(await ask('FROM sales WHERE target < 0')).toEqual({ broken: 1, examples: [{ file: 0, row: 2 }] });
});

test('what a query is refused for comes back from the process', async () => {
  await expect(ask("FROM read_text('/etc/passwd')")).rejects.toMatchObject({ code: 'BadInput', message: expect.stringContaining('file system operations are disabled') as string });
});

test('a text of gigabytes, which no limit of DuckDB covers, ends the process and not this one', async () => {
  await expect(ask("SELECT repeat('a', 3000000000)")).rejects.toMatchObject({ code: 'BadInput', message: expect.stringMatching(/takes more than \d+ MiB of memory/) as string });
});

test('a query that does not end is killed after its time', async () => {
  await expect(ask('SELECT a.range FROM range(100000) a, range(100000) b, range(100000) c WHERE a.range + b.range < c.range', 500)).rejects.toMatchObject({
    code: 'BadInput', message: expect.stringContaining('runs longer than 0.5 s') as string,
  });
});
