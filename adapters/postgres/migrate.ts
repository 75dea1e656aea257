import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { runner } from 'node-pg-migrate';
import pg from 'pg';

import { placeOf, translateFailure } from './failures.ts';

/** Any number, as long as it never changes: everyone who migrates waits for it. */
const migrationLock = 4_017_202_611;

/**
 * Brings the database to this version's tables. Repeatable; several processes may call it at once and wait for each other.
 * All pending files run in one transaction: either every one of them, or none.
 * @throws ServiceUnavailable when the server doesn't answer, refuses the login or has no such database
 */
export async function migrate(connectionString: string): Promise<void> {
  const place = placeOf(connectionString);
  const client = new pg.Client({ connectionString, application_name: 'forecastle-migrate', connectionTimeoutMillis: 10_000 });
  // Without a listener a lost connection would end the process; the statement in progress rejects anyway.
  client.on('error', () => undefined);
  try {
    await client.connect();
    // The runner's own lock gives up when somebody else holds it; this one waits.
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await runner({
      dbClient: client,
      dir: migrationsFolder(import.meta.dirname),
      direction: 'up',
      migrationsTable: 'schema_migrations',
      noLock: true,
      logger: quiet,
    });
  } catch (error) {
    throw translateFailure(error, place);
  } finally {
    await client.end();
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
