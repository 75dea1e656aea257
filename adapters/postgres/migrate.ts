import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { z } from 'zod';

import { Conflict } from '../../contracts/failure.ts';
import { placeOf, translateFailure } from './failures.ts';

/** Any number, as long as it never changes: everyone who migrates waits for it. */
const migrationLock = 4_017_202_611;

const migrationsTable = 'schema_migrations';
const appliedRow = z.object({ name: z.string(), sha256: z.string() });

/**
 * Brings the database to this version's tables. Repeatable; several processes may call it at once and wait for each other.
 * All pending files run in one transaction: either every one of them, or none.
 * @param folder of numbered `.sql` files
 * @throws ServiceUnavailable when the server doesn't answer, refuses the login or has no such database
 * @throws Conflict when a file was edited after it was applied there; nothing is changed then
 */
export async function migrate(connectionString: string, folder = migrationsFolder(import.meta.dirname)): Promise<void> {
  const place = placeOf(connectionString);
  const client = new pg.Client({
    connectionString,
    application_name: 'forecastle-migrate',
    connectionTimeoutMillis: 10_000,
  });
  // Without a listener a lost connection would end the process; the statement in progress rejects anyway.
  client.on('error', () => undefined);
  try {
    await client.connect();
    // The runner's own lock gives up when somebody else holds it; this one waits.
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    const digests = await digestsOf(folder);
    await expectUnedited(client, digests, place);
    await runner({
      dbClient: client,
      dir: folder,
      direction: 'up',
      migrationsTable,
      singleTransaction: true,
      noLock: true,
      logger: quiet,
    });
    for (const [name, sha256] of digests) {
      await client.query(`update ${migrationsTable} set sha256 = $2 where name = $1 and sha256 is null`, [
        name,
        sha256,
      ]);
    }
  } catch (error) {
    throw translateFailure(error, place);
  } finally {
    await client.end();
  }
}

/** Migration's name → SHA-256 of what it says; how lines end is up to the checkout. */
async function digestsOf(folder: string): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()) {
    const text = (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n');
    digests.set(file.slice(0, -'.sql'.length), createHash('sha256').update(text).digest('hex'));
  }
  return digests;
}

async function expectUnedited(client: pg.Client, digests: ReadonlyMap<string, string>, place: string): Promise<void> {
  const known = await client.query('select from pg_attribute where attrelid = to_regclass($1) and attname = $2', [
    migrationsTable,
    'sha256',
  ]);
  if (known.rowCount === 0) return;
  const { rows } = await client.query(
    `select name, sha256 from ${migrationsTable} where sha256 is not null order by id`,
  );
  for (const { name, sha256 } of z.array(appliedRow).parse(rows)) {
    const now = digests.get(name);
    if (now === undefined || now === sha256) continue;
    throw new Conflict(
      `migration ${name}.sql was edited after it was applied to ${place}: restore it, and write the change as a new migration`,
    );
  }
}

/** SQL isn't compiled: seen from dist/ too, the files lie under the package root. */
function migrationsFolder(from: string): string {
  if (existsSync(join(from, 'package.json'))) return join(from, 'adapters', 'postgres', 'migrations');
  const parent = dirname(from);
  if (parent === from) throw new Error(`no package.json above ${import.meta.dirname}: the installation is incomplete`);
  return migrationsFolder(parent);
}

// Failures come as exceptions. What the runner logs besides is progress, and complaints that our numbered names are no timestamps.
const silent = (): void => undefined;
const quiet = { debug: silent, info: silent, warn: silent, error: silent };
