import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createDuckdb, type Duckdb } from '../../../../adapters/duckdb/create-duckdb.ts';
import { sourcesSchema } from '../../../../contracts/sources.schema.ts';
import { toolchainPaths } from '../../../../infra/toolchain/paths.ts';
import { emptyDatabase } from '../../../support/database.ts';
import { attachToStack } from '../../../support/stack.ts';
import { query } from '../scratch.ts';

const hostile = 'sales"; DROP TABLE sales; --';
let folder: string;
let duckdb: Duckdb;
let database: Awaited<ReturnType<typeof emptyDatabase>>;
let client: pg.Client;
let address: URL;
beforeAll(async () => {
  attachToStack(inject('stack').stateDir);
  folder = await mkdtemp(join(tmpdir(), 'forecastle-pg-'));
  database = await emptyDatabase();
  address = new URL(database.url);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const name = pg.escapeIdentifier(hostile);
  await client.query(`CREATE TABLE ${name} (sku text, day date, at timestamptz, units numeric(10, 2))`);
  await client.query(`INSERT INTO ${name} SELECT 'S' || (i * 7 % 5), date '2024-01-01' + i, timestamptz '2024-01-01 10:00+02', i * 1.25 FROM generate_series(0, 99) i`);
  duckdb = createDuckdb({
    memoryLimitMiB: 128, threads: 2, tempFolder: join(folder, 'spill'),
    sources: { postgres: { extension: join(toolchainPaths().duckdbExtensionsDir, 'postgres_scanner.duckdb_extension'), hosts: [address.host], timeoutSeconds: 2, secret: (variable) => ({ SHOP_USER: address.username, SHOP_PASSWORD: address.password, WRONG: 'wrong' })[variable] } },
  });
});
afterAll(async () => {
  await duckdb.close();
  await client.end();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const list = (postgres: object, uri = `postgres://${address.host}${address.pathname}`) => duckdb.listSources({
  sources: sourcesSchema.parse({ sales: { uri, columns: { series: 'sku', time: 'day', target: 'units' }, postgres: { userFrom: 'SHOP_USER', passwordFrom: 'SHOP_PASSWORD', ...postgres } } }), baseFolder: folder,
});
async function obtain(postgres: object) {
  const [file] = await list(postgres);
  if (file === undefined) throw new Error('nothing listed');
  return duckdb.obtain(file, { folder: join(folder, 'own') });
}

describe('rows of a database', () => {
  test('become a Parquet file of the same bytes, whatever the order that the server gives them in', async () => {
    const first = await obtain({ table: hostile });
    expect(await query(`SELECT count(*) AS n, sum(units) AS total, typeof(any_value(day)) AS day, typeof(any_value("at")) AS moment FROM '${first.path}'`)).toEqual([{ n: 100, total: 6187.5, day: 'DATE', moment: 'TIMESTAMP WITH TIME ZONE' }]);
    const other = await obtain({ query: `SELECT * FROM ${pg.escapeIdentifier(hostile)} ORDER BY units DESC;` });
    expect(other.sha256).toBe(first.sha256);
  });
  test('have a version that follows their content, not their order', async () => {
    const [before] = await list({ table: hostile });
    const [again] = await list({ query: `SELECT * FROM ${pg.escapeIdentifier(hostile)} ORDER BY day DESC` });
    expect(again?.version).toBe(before?.version);
    await client.query(`UPDATE ${pg.escapeIdentifier(hostile)} SET units = units + 1 WHERE sku = 'S3' AND day = '2024-01-05'`);
    const [after] = await list({ table: hostile });
    expect(after?.version).not.toBe(before?.version);
    if (before === undefined) throw new Error('nothing listed');
    await expect(duckdb.obtain(before, { folder: join(folder, 'stale') })).rejects.toMatchObject({ code: 'Conflict', retryable: true });
    expect(await readdir(join(folder, 'stale'))).toEqual([]);
  });
});

describe('what a pipeline file may not do', () => {
  const refusal = async (postgres: object, uri?: string): Promise<string> => list(postgres, uri).then(() => 'listed', (error: unknown) => (error instanceof Error && 'code' in error ? `${String(error.code)} ${error.message}` : `unexpected ${String(error)}`));
  test('write, by any query', async () => {
    await client.query('CREATE TABLE precious (a int); CREATE FUNCTION wipe() RETURNS int LANGUAGE sql AS $$ DELETE FROM precious RETURNING a $$; INSERT INTO precious VALUES (1)');
    for (const sql of ['SELECT 1; DROP TABLE precious', 'SELECT 1) AS a; COMMIT; DROP TABLE precious; SELECT * FROM (SELECT 1', 'WITH d AS (DELETE FROM precious RETURNING *) SELECT * FROM d', 'SELECT wipe()', 'DROP TABLE precious', "SELECT 1 AS a) AS line; COMMIT; SET default_transaction_read_only = off; DROP TABLE precious; --"]) {
      expect(await refusal({ query: sql })).toMatch(/^BadInput postgres:\/\/.*(refuses the query|must be one SELECT)/);
    }
    expect((await client.query('SELECT count(*)::int AS n FROM precious')).rows).toEqual([{ n: 1 }]);
  });
  test('run for ever', async () => {
    expect(await refusal({ query: 'SELECT pg_sleep(30)::text AS a' })).toContain('the query takes longer than the workers allow');
  });
  test('hold a password, name a variable that is not there, or show a password in a message', async () => {
    expect(await refusal({ table: 'x' }, `postgres://me:hunter2@${address.host}/x`)).not.toContain('hunter2');
    expect(await refusal({ table: 'x', passwordFrom: 'NOT_SET' })).toContain('postgres.passwordFrom names NOT_SET');
    expect(await refusal({ table: 'x', passwordFrom: 'WRONG' })).toContain('BadInput postgres://');
    expect(await refusal({ table: 'nowhere' })).toContain('DatasetMissing');
    expect(await refusal({ table: 'x' }, `postgres://${address.host}/no_such_database`)).toContain('DatasetMissing');
  });
});
