import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInput, DatasetMissing, ServiceUnavailable } from '../../../contracts/failure.ts';
import { SourceChanged } from '../../../contracts/source-changed.ts';
import { textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { identifier, literal } from '../sql-text.ts';
import type { Destination, ObtainedFile, PostgresAccess, PostgresSettings } from './places.ts';
import { postgresAddress } from './postgres-address.ts';

export interface PostgresRequest {
  readonly uri: string;
  readonly settings: PostgresSettings;
  readonly access: PostgresAccess | undefined;
}

/** Digest of the rows as the server sees them: no row travels. Their order does not count. */
export async function postgresVersion(session: Session, request: PostgresRequest): Promise<string> {
  return attached(session, request, (database) => versionOf(session, database, request.settings));
}

/**
 * Copies the rows to a Parquet file, ordered by all their columns, so that the same rows give the same bytes. The session can't write, and
 * its statements end in time. Throws `BadInput` (a query that fails, a password in the address), `ServiceUnavailable` (no connection) or
 * `SourceChanged` (the rows are no longer the listed ones).
 */
export async function exportPostgres(session: Session, request: PostgresRequest & { readonly version: string }, { folder, signal }: Destination): Promise<ObtainedFile> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${randomUUID()}.parquet`);
  const part = `${path}.part`;
  try {
    await attached(session, request, async (database) => {
      // One transaction sees one state of the database: what was listed and what is copied are the same rows.
      await session.run('BEGIN');
      try {
        if ((await versionOf(session, database, request.settings)) !== request.version) throw new SourceChanged(`${request.uri}: the rows changed after they were listed; the next attempt reads them as they are then`);
        await session.run(`COPY (SELECT * FROM postgres_query(${literal(database)}, ${literal(queryOf(request.settings))}) ORDER BY ALL) TO ${literal(part)} (FORMAT parquet, COMPRESSION zstd)`);
      } finally {
        await session.run('ROLLBACK');
      }
    });
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(part, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) hash.update(chunk);
    signal?.throwIfAborted();
    await rename(part, path);
    return { path, sha256: hash.digest('hex'), bytes: (await stat(path)).size };
  } finally {
    await rm(part, { force: true });
  }
}

async function versionOf(session: Session, database: string, settings: PostgresSettings): Promise<string> {
  const digest = `SELECT count(*)::text || '-' || coalesce(sum(hashtextextended(line::text, 0)::numeric), 0)::text AS version FROM (${queryOf(settings)}) AS line`;
  return textIn(await session.row(`SELECT version FROM postgres_query(${literal(database)}, ${literal(digest)})`), 'version');
}

/** PostgreSQL's own SQL. A dot in a table's name parts schema and table. */
function queryOf({ table, query }: PostgresSettings): string {
  if (query !== undefined) return query.trim().replace(/;\s*$/, '');
  const parts = (table ?? '').split('.');
  const [schema, name] = parts.length === 2 ? parts : [undefined, table ?? ''];
  return `SELECT * FROM ${schema === undefined ? '' : `${identifier(schema)}.`}${identifier(name ?? '')}`;
}

async function attached<T>(session: Session, { uri, settings, access }: PostgresRequest, work: (database: string) => Promise<T>): Promise<T> {
  const { options, secret, timeoutSeconds, extension } = postgresAddress({ uri, settings, access });
  const name = `source_${randomUUID().replaceAll('-', '')}`;
  // The server refuses writes, and stops what takes too long; the texts that the digest is made of must not depend on its settings.
  const settingsOfSession = ['default_transaction_read_only=on', `statement_timeout=${String(timeoutSeconds * 1000)}`, 'timezone=UTC', 'datestyle=ISO', 'extra_float_digits=3', 'intervalstyle=postgres', 'bytea_output=hex'];
  const connection = `options='${settingsOfSession.map((one) => `-c${one}`).join(' ')}' connect_timeout=10 application_name=forecastle ${options}`;
  try {
    await session.run(`LOAD ${literal(extension)}`);
    await session.run(`CREATE TEMPORARY SECRET ${name} (TYPE postgres, ${Object.entries(secret).map(([key, value]) => `${key} ${literal(value)}`).join(', ')})`);
    await session.run(`ATTACH ${literal(connection)} AS ${name} (TYPE postgres, SECRET ${name}, READ_ONLY)`);
    return await work(name);
  } catch (error) {
    throw refusalOf(uri, settings, error) ?? error;
  } finally {
    await session.run(`DETACH DATABASE IF EXISTS ${name}`).catch(() => undefined); // an interrupted session closes it with itself
    await session.run(`DROP SECRET IF EXISTS ${name}`).catch(() => undefined);
  }
}

function refusalOf(uri: string, { table }: PostgresSettings, error: unknown): Error | undefined {
  if (!(error instanceof Error) || 'retryable' in error) return undefined;
  const [reason = ''] = (/(?:ERROR|FATAL): +([^\n]*)/.exec(error.message)?.[1] ?? /failed: ([^\n]*)/.exec(error.message)?.[1] ?? error.message).split('\n');
  const options = { cause: error };
  if (/password authentication failed|no password supplied|pg_hba|role .* does not exist/.test(reason)) {
    return new BadInput(`${uri}: the database refuses the login (${reason}); correct the variables that postgres.userFrom and postgres.passwordFrom name, or PGUSER and PGPASSWORD of the workers`, options);
  }
  if (/database .* does not exist/.test(reason)) return new DatasetMissing(`${uri}: ${reason}; correct the address`, options);
  if (/Unable to connect/.test(error.message)) return new ServiceUnavailable(`${uri}: the database does not answer (${reason}); start it, or correct the address`, options);
  if (/statement timeout/.test(reason)) return new BadInput(`${uri}: the query takes longer than the workers allow; narrow it, or raise FORECASTLE_SOURCE_TIMEOUT_SECONDS`, options);
  if (/relation .* does not exist/.test(reason) && table !== undefined) return new DatasetMissing(`${uri}: there is no table "${table}" (${reason}); correct postgres.table (schema.table)`, options);
  if (/terminating connection|server closed|connection .*(lost|reset)|shutting down|starting up|too many (clients|connections)/i.test(error.message)) return new ServiceUnavailable(`${uri}: the database broke off (${reason}); try again`, options);
  if (/must be a SELECT|multiple commands|data-modifying|read-only transaction/.test(error.message)) return new BadInput(`${uri}: postgres.query must be one SELECT statement that writes nothing (${reason.slice(0, 200)})`, options);
  if (/Failed to (prepare|fetch|execute|read)|postgres/i.test(error.message)) return new BadInput(`${uri}: the database refuses the query (${reason.slice(0, 200)}); correct postgres.${table === undefined ? 'query' : 'table'}`, options);
  return undefined;
}
