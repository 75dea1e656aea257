import { mkdir } from 'node:fs/promises';
import { DuckDBInstance, type DuckDBConnection, type DuckDBDataChunk } from '@duckdb/node-api';
import { dataProblem } from './data-problem.ts';

export interface DuckdbOptions {
  /** Shared by all calls of one adapter; larger work spills to `tempFolder`. */
  readonly memoryLimitMiB: number;
  readonly threads: number;
  readonly tempFolder: string;
}

export type Parameter = string | number | boolean | null;
export type Parameters = Readonly<Record<string, Parameter>>;
export type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

/** One connection with temporary tables of its own, for the length of one call. */
export interface Session {
  /** Runs one statement for its effect. */
  run(sql: string, parameters?: Parameters): Promise<void>;
  /** Rows as plain values: integers and decimals as numbers, anything else that is no number, text or truth value as text. For short results. */
  rows(sql: string, parameters?: Parameters): Promise<readonly Row[]>;
  /** The first row of a query that always has one. */
  row(sql: string, parameters?: Parameters): Promise<Row>;
  /** Chunks of column vectors, in the order of the query. For long results. */
  chunks(sql: string, parameters?: Parameters): AsyncIterable<DuckDBDataChunk>;
  readonly connection: DuckDBConnection;
}

/** A session that whoever opened it must close. */
export interface OpenSession extends Session {
  close(): void;
}

/** Gives out sessions on one instance, so that memory limit and threads hold for all calls together. */
export interface Sessions {
  /** @throws BadInput for values that can't be computed with */
  use<T>(signal: AbortSignal | undefined, work: (session: Session) => Promise<T>): Promise<T>;
  open(signal: AbortSignal | undefined): Promise<OpenSession>;
  close(): Promise<void>;
}

/** The instance is made at first use. */
export function createSessions({ memoryLimitMiB, threads, tempFolder }: DuckdbOptions): Sessions {
  let instance: Promise<DuckDBInstance> | undefined;
  const open = async (): Promise<DuckDBInstance> => {
    await mkdir(tempFolder, { recursive: true });
    return DuckDBInstance.create(':memory:', {
      memory_limit: `${String(memoryLimitMiB)}MiB`,
      threads: String(threads),
      temp_directory: tempFolder,
      // The order of rows decides the bytes of every file written.
      preserve_insertion_order: 'true',
      // Nothing is fetched from a network.
      autoinstall_known_extensions: 'false',
    });
  };
  async function openSession(signal: AbortSignal | undefined): Promise<OpenSession> {
    signal?.throwIfAborted();
    instance ??= open();
    const connection = await (await instance).connect();
    let again: NodeJS.Timeout | undefined;
    const interrupt = (): void => {
      connection.interrupt();
      // An interrupt that comes before its query has begun is lost.
      again ??= setInterval(interrupt, 50);
    };
    signal?.addEventListener('abort', interrupt);
    return {
      ...createSession(connection, signal),
      close() {
        signal?.removeEventListener('abort', interrupt);
        clearInterval(again);
        connection.closeSync();
      },
    };
  }
  return {
    open: openSession,
    async use(signal, work) {
      const session = await openSession(signal);
      try {
        return await work(session);
      } catch (error) {
        // An interrupted query fails with DuckDB's own error; the reason of the abort is what the caller knows.
        signal?.throwIfAborted();
        throw dataProblem(error) ?? error;
      } finally {
        session.close();
      }
    },
    async close() {
      const opened = instance;
      instance = undefined;
      (await opened)?.closeSync();
    },
  };
}

function createSession(connection: DuckDBConnection, signal: AbortSignal | undefined): Session {
  async function rows(sql: string, parameters: Parameters = {}): Promise<readonly Row[]> {
    signal?.throwIfAborted();
    const reader = await connection.runAndReadAll(sql, { ...parameters });
    return reader.getRowObjectsJS().map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])));
  }
  return {
    connection,
    rows,
    async run(sql, parameters = {}) {
      signal?.throwIfAborted();
      await connection.run(sql, { ...parameters });
    },
    async row(sql, parameters) {
      const [first] = await rows(sql, parameters);
      if (first === undefined) throw new Error(`no row from: ${sql}`);
      return first;
    },
    async *chunks(sql, parameters = {}) {
      signal?.throwIfAborted();
      const result = await connection.stream(sql, { ...parameters });
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield chunk;
        signal?.throwIfAborted();
      }
    },
  };
}

function plain(value: unknown): Cell {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Date ? value.toISOString() : String(value);
}
