import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import pg from 'pg';
import { inject } from 'vitest';

import { createDatabase } from '../../adapters/postgres/database.ts';
import type { Database } from '../../adapters/postgres/database.ts';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { onDatabase } from '../../config/postgres-url.ts';
import { packageRoot } from '../../infra/toolchain/paths.ts';
import { attachToStack } from './stack.ts';

/** A migrated database of a test file's own. */
export interface FreshDatabase {
  readonly url: string;
  readonly database: Database;
  /** Plain SQL past the repositories: to look, and to do what the code never would. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Closes the connections and removes it. */
  drop(): Promise<void>;
}

const templateLock = 7_301_144;

/** An empty database on the tests' server: no tables. */
export async function emptyDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  return cloneOf('template0');
}

/**
 * A clone of a template that is migrated once per state of the migrations: cheap enough for every file.
 * Call it in `beforeAll` and `drop` in `afterAll`.
 */
export async function freshDatabase(): Promise<FreshDatabase> {
  const { url, drop } = await cloneOf(await migratedTemplate());
  const database = createDatabase(url, { max: 10 });
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  return {
    url,
    database,
    sql: async (text, values = []) => (await pool.query<Record<string, unknown>>(text, [...values])).rows,
    async drop() {
      await Promise.all([database.close(), pool.end()]);
      await drop();
    },
  };
}

function serverUrl(): string {
  return attachToStack(inject('stack').stateDir).config.postgres.url;
}

async function cloneOf(template: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer((client) => client.query(`create database ${name} template ${template}`));
  return {
    url: onDatabase(serverUrl(), name),
    drop: () => onServer((client) => client.query(`drop database ${name} with (force)`)),
  };
}

async function migratedTemplate(): Promise<string> {
  const folder = join(packageRoot, 'adapters', 'postgres', 'migrations');
  const content = createHash('sha256');
  for (const file of readdirSync(folder).sort()) content.update(file).update(readFileSync(join(folder, file)));
  const name = `test_template_${content.digest('hex').slice(0, 16)}`;
  await onServer(async (client) => {
    await client.query('select pg_advisory_lock($1)', [templateLock]);
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount !== 0) return;
    // Renamed when complete, so that a half-made one is never taken.
    await client.query(`drop database if exists ${name}_building with (force)`);
    await client.query(`create database ${name}_building template template0`);
    await migrate(onDatabase(serverUrl(), `${name}_building`));
    await client.query(`alter database ${name}_building rename to ${name}`);
  });
  return name;
}

async function onServer(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: onDatabase(serverUrl(), 'postgres') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
