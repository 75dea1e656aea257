import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { auditStart, nextRow } from '../../../adapters/audit-chain.ts';
import { createDatabase } from '../../../adapters/postgres/database.ts';
import { migrate } from '../../../adapters/postgres/migrate.ts';
import { packageRoot } from '../../../infra/toolchain/paths.ts';
import { emptyDatabase } from '../../support/database.ts';
import { insertAuditRow } from './insert-audit-row.ts';

const ours = join(packageRoot, 'adapters', 'postgres', 'migrations');
let empty: Awaited<ReturnType<typeof emptyDatabase>>;
let client: pg.Client;
let folder: string;

beforeEach(async () => {
  empty = await emptyDatabase();
  client = new pg.Client({ connectionString: empty.url });
  await client.connect();
  folder = await mkdtemp(join(tmpdir(), 'forecastle-migrations-'));
  await cp(ours, folder, { recursive: true });
});
afterEach(async () => {
  await client.end();
  await empty.drop();
  await rm(folder, { recursive: true, force: true });
});

async function applied(): Promise<unknown[]> {
  return (await client.query('select id, name, run_on, sha256 from schema_migrations order by id')).rows;
}
async function tables(): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  );
  return rows.map(({ name }) => name);
}
const step = (direction: 'up' | 'down', count: number) =>
  runner({
    dbClient: client,
    dir: folder,
    direction,
    count,
    migrationsTable: 'schema_migrations',
    noLock: true,
    log: () => undefined,
  });

test('migrating again changes nothing', async () => {
  await migrate(empty.url);
  const first = await applied();
  expect(first).not.toHaveLength(0);
  await migrate(empty.url);
  expect(await applied()).toEqual(first);
});

test('of several processes that migrate at once each waits for the other, and every migration is applied once', async () => {
  await Promise.all([migrate(empty.url), migrate(empty.url), migrate(empty.url)]);
  const names = (await applied()).map((row) => (row as { name: string }).name);
  expect(names).toEqual([...new Set(names)].sort());
});

test('a migration that was edited after it was applied is refused by name, and a pending one beside it is not applied', async () => {
  await migrate(empty.url, folder);
  const before = await applied();
  await appendFile(join(folder, '0002-governance.sql'), '-- one more line\n');
  await writeFile(join(folder, '0099-later.sql'), '-- Up Migration\ncreate table later (id int);\n');
  await expect(migrate(empty.url, folder)).rejects.toMatchObject({
    code: 'Conflict',
    message: expect.stringContaining('0002-governance.sql was edited'),
  });
  expect(await applied()).toEqual(before);
  expect(await tables()).not.toContain('later');
});

test('another kind of line ends is no edit', async () => {
  await migrate(empty.url, folder);
  const file = join(folder, '0001-runs.sql');
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('\n', '\r\n'));
  await migrate(empty.url, folder);
});

test('of migrations of which one fails, none is applied', async () => {
  await migrate(empty.url, folder);
  const before = await tables();
  await writeFile(join(folder, '0098-good.sql'), '-- Up Migration\ncreate table good (id int);\n');
  await writeFile(join(folder, '0099-bad.sql'), '-- Up Migration\ncreate table bad (id no_such_type);\n');
  await expect(migrate(empty.url, folder)).rejects.toThrow('no_such_type');
  expect(await tables()).toEqual(before);
  await rm(join(folder, '0099-bad.sql'));
  await migrate(empty.url, folder);
  expect(await tables()).toContain('good');
});

test('a database of the first version keeps its audit record and learns what its migrations said', async () => {
  await step('up', 3);
  const row = nextRow(auditStart, {
    at: '2026-03-02T06:00:00.000Z',
    actor: 'ana',
    action: 'approve',
    subject: 'p-1',
    reason: 'better',
    detail: {},
  });
  await insertAuditRow((text, values) => client.query(text, values), row);
  await migrate(empty.url);
  const database = createDatabase(empty.url, { max: 1 });
  try {
    expect(await database.audit.append({ ...row, actor: 'ben' })).toBe(2);
    expect(await database.audit.verify()).toEqual({ ok: true, rows: 2 });
  } finally {
    await database.close();
  }
  expect(await applied()).not.toContainEqual(expect.objectContaining({ sha256: null }));
});

test('every migration can be taken back', async () => {
  await migrate(empty.url);
  await step('down', (await applied()).length);
  expect(await tables()).toEqual(['schema_migrations']);
});
