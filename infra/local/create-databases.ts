import pg from 'pg';

import { onDatabase, withoutPassword } from '../../config/postgres-url.ts';
import { StackError } from './stack-error.ts';

const duplicateDatabase = '42P04';
const insufficientPrivilege = '42501';

/**
 * Makes the databases that aren't there.
 * @throws StackError when the login may not make one that is missing
 */
export async function createDatabases(postgresUrl: string, names: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: onDatabase(postgresUrl, 'postgres'), connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>('select datname from pg_database where datname = any($1)', [names]);
    const present = new Set(rows.map((row) => row.datname));
    for (const name of names) {
      if (!present.has(name)) await createDatabase(client, name, postgresUrl);
    }
  } finally {
    await client.end();
  }
}

async function createDatabase(client: pg.Client, name: string, postgresUrl: string): Promise<void> {
  try {
    await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } catch (error) {
    const code = error instanceof pg.DatabaseError ? error.code : undefined;
    if (code === duplicateDatabase) return; // another start made it in between
    if (code !== insufficientPrivilege) throw error;
    throw new StackError(
      `database "${name}" is missing on ${withoutPassword(postgresUrl)} and this login may not create it: have it created, owned by this login`,
      { cause: error },
    );
  }
}
