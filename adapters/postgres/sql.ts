import pg from 'pg';
import type { z } from 'zod';

import { placeOf, translateFailure } from './failures.ts';

/** What the repositories speak through: parameters only, rows parsed, failures in our own words. */
export interface Sql {
  /** Every row, parsed. */
  many<T>(schema: z.ZodType<T>, text: string, values?: readonly unknown[]): Promise<T[]>;
  /** The first row, parsed; undefined when there is none. */
  maybe<T>(schema: z.ZodType<T>, text: string, values?: readonly unknown[]): Promise<T | undefined>;
  /** For statements without rows: how many rows they touched. */
  run(text: string, values?: readonly unknown[]): Promise<number>;
  /** All or nothing. Inside a transaction it joins that one. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
}

export interface Pool extends Sql {
  close(): Promise<void>;
}

interface Queryable {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }>;
}

/** Connections are made when needed; none is made here. */
export function createPool(connectionString: string, max: number): Pool {
  const place = placeOf(connectionString);
  const pool = new pg.Pool({ connectionString, max, application_name: 'forecastle', connectionTimeoutMillis: 10_000, keepAlive: true });
  // A server that goes away while a connection rests must not end the process: the pool replaces the connection, and
  // the next query tells its caller if the server is still away.
  pool.on('error', (error) => process.emitWarning(`an idle connection to PostgreSQL at ${place} was lost: ${error.message}`));
  return {
    ...speak(pool, place, async (work) => {
      const client = await pool.connect().catch((error: unknown) => { throw translateFailure(error, place); });
      // Lost between two statements: the next statement rejects with the same news, so that listening is enough.
      const onLost = (): void => undefined;
      client.on('error', onLost);
      let broken: Error | undefined;
      try {
        return await inTransaction(client, place, work);
      } catch (error) {
        broken = error instanceof RollbackFailed ? error : undefined;
        throw error instanceof RollbackFailed ? error.cause : error;
      } finally {
        client.off('error', onLost);
        client.release(broken);
      }
    }),
    close: () => pool.end(),
  };
}

class RollbackFailed extends Error {}

async function inTransaction<T>(client: pg.PoolClient, place: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql: Sql = speak(client, place, (inner) => inner(sql));
  await sql.run('begin');
  try {
    const result = await work(sql);
    await sql.run('commit');
    return result;
  } catch (error) {
    try {
      await client.query('rollback');
    } catch {
      // The connection is gone and the server rolls back by itself; what failed first is what the caller must hear.
      throw new RollbackFailed('rollback failed', { cause: error });
    }
    throw error;
  }
}

function speak(on: Queryable, place: string, transaction: Sql['transaction']): Sql {
  async function query(text: string, values: readonly unknown[] = []): Promise<{ rows: unknown[]; rowCount: number | null }> {
    try {
      return await on.query(text, [...values]);
    } catch (error) {
      throw translateFailure(error, place);
    }
  }
  return {
    many: async (schema, text, values) => (await query(text, values)).rows.map((row) => schema.parse(row)),
    async maybe(schema, text, values) {
      const [row] = (await query(text, values)).rows;
      return row === undefined ? undefined : schema.parse(row);
    },
    run: async (text, values) => (await query(text, values)).rowCount ?? 0,
    transaction,
  };
}
